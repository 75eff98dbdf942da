import { HORIZON_MS } from './rate-limit.store.js';

/** Assumed latency before the first answers. */
const INITIAL_LATENCY_MS = 50;
const SMOOTHING = 0.1;
const HEADROOM = 1.5;
const MIN_IN_FLIGHT = 4;
/** More would only queue up before Telegram. */
const MAX_IN_FLIGHT = 512;

/**
 * How many messages this process may have in flight, from slot to answer, over all chunks: the slots within the horizon, plus
 * rate × latency (Little's law) with headroom. Latency is an exponentially weighted average of this process's requests, without
 * the delays of a busy process, which would only make it busier.
 */
export class InFlightBudget {
  private latencyMs = INITIAL_LATENCY_MS;
  /** Messages in flight, and the start of each request in milliseconds of performance.now. */
  private readonly sentAt = new Map<object, number | undefined>();
  private readonly onRoom: (() => void)[] = [];

  constructor(
    private readonly messagesPerSecond: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  size(): number {
    const needed = Math.ceil((this.messagesPerSecond * (HORIZON_MS + this.latencyMs * HEADROOM)) / 1000);
    return Math.min(MAX_IN_FLIGHT, Math.max(MIN_IN_FLIGHT, needed));
  }

  /** Number of further messages that may leave now. */
  room(): number {
    return Math.max(0, this.size() - this.sentAt.size);
  }

  /** Resolves when a message was answered, or not sent. */
  untilRoom(): Promise<void> {
    return new Promise((resolve) => {
      this.onRoom.push(resolve);
    });
  }

  take(message: object): void {
    this.sentAt.set(message, undefined);
  }

  sent(message: object): void {
    if (this.sentAt.has(message)) this.sentAt.set(message, this.now());
  }

  answered(message: object): void {
    const sentAt = this.sentAt.get(message);
    if (sentAt !== undefined) this.latencyMs += SMOOTHING * (this.now() - sentAt - this.latencyMs);
    this.end(message);
  }

  /** Ends the message of this slot. */
  end(message: object): void {
    if (!this.sentAt.delete(message)) return;
    for (const resolve of this.onRoom.splice(0)) resolve();
  }
}
