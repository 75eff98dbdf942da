/** Until the first answers have come. */
const INITIAL_MS = 150;
const SMOOTHING = 0.1;
const HEADROOM = 1.5;
const MIN_IN_FLIGHT = 4;
/** More would only queue up on the way to Telegram. */
const MAX_IN_FLIGHT = 512;

/**
 * How many messages this process has on their way at once, from their slot to their answer, for all chunks together: rate ×
 * time (Little's law) with headroom. The time is an exponentially weighted average over its own messages.
 */
export class InFlightBudget {
  private averageMs = INITIAL_MS;
  /** When each message on its way was given its slot, in milliseconds of performance.now. */
  private readonly startedAt = new Map<object, number>();
  private readonly onRoom: (() => void)[] = [];

  constructor(
    private readonly messagesPerSecond: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  size(): number {
    const needed = Math.ceil((this.messagesPerSecond * this.averageMs * HEADROOM) / 1000);
    return Math.min(MAX_IN_FLIGHT, Math.max(MIN_IN_FLIGHT, needed));
  }

  /** How many more may leave now. */
  room(): number {
    return Math.max(0, this.size() - this.startedAt.size);
  }

  /** Resolves when a message has been answered, or was not sent. */
  untilRoom(): Promise<void> {
    return new Promise((resolve) => {
      this.onRoom.push(resolve);
    });
  }

  start(message: object): void {
    this.startedAt.set(message, this.now());
  }

  /** The message was answered. */
  answered(message: object): void {
    const startedAt = this.startedAt.get(message);
    if (startedAt !== undefined) this.averageMs += SMOOTHING * (this.now() - startedAt - this.averageMs);
    this.end(message);
  }

  /** Nothing is on its way for this slot any more. */
  end(message: object): void {
    if (!this.startedAt.delete(message)) return;
    for (const resolve of this.onRoom.splice(0)) resolve();
  }
}
