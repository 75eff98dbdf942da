import { TIMED_OUT, withTimeout } from '../kernel/timeout.js';

/**
 * A question whose answer, or failure, is kept for a while: however often it is asked, what it is about is asked once
 * meanwhile, and nobody waits for longer than the time limit.
 */
export class Cached<T> {
  private asked: Promise<T> | undefined;
  private askedAt = 0;

  constructor(
    private readonly ask: () => Promise<T>,
    private readonly options: { keepMs: number; timeoutMs: number },
  ) {}

  /** @throws what the question throws, or TimeoutError */
  get(): Promise<T> {
    const { keepMs, timeoutMs } = this.options;
    if (!this.asked || performance.now() - this.askedAt > keepMs) {
      this.askedAt = performance.now();
      this.asked = awaitAnswer(this.ask(), timeoutMs);
    }
    return this.asked;
  }
}

export class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
}

async function awaitAnswer<T>(asked: Promise<T>, timeoutMs: number): Promise<T> {
  const answer = await withTimeout(asked, timeoutMs);
  if (answer === TIMED_OUT) throw new TimeoutError(`No answer within ${timeoutMs} ms.`);
  return answer;
}
