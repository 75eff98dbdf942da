const INITIAL_LATENCY_MS = 50;
const SMOOTHING = 0.1;
const HEADROOM = 1.5;
const MAX_WINDOW = 256;

/**
 * How many requests a chunk without a pause between its sends keeps in flight: rate × latency (Little's law) with
 * headroom. Latency is an exponentially weighted average over this process's own requests.
 */
export class SendWindow {
  private latencyMs = INITIAL_LATENCY_MS;

  constructor(private readonly messagesPerSecond: number) {}

  observe(latencyMs: number): void {
    this.latencyMs += SMOOTHING * (latencyMs - this.latencyMs);
  }

  size(): number {
    const needed = Math.ceil((this.messagesPerSecond * this.latencyMs * HEADROOM) / 1000);
    return Math.min(MAX_WINDOW, Math.max(2, needed));
  }
}
