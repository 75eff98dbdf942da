import { TIMED_OUT, withTimeout } from '../kernel/timeout.js';

/**
 * Caches the result, or the failure, of a question for a while. Concurrent callers share one question, and nobody waits
 * longer than the time limit.
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
