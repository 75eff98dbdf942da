import { pause } from './pause.js';

/** What `withTimeout` returns in place of a result that has not come in time. */
export const TIMED_OUT = Symbol('timed out');

/**
 * Waits for the work for so long at most; after that it goes on, and nobody hears of its end.
 * @throws what the work throws in time
 */
export async function withTimeout<T>(work: Promise<T>, ms: number): Promise<T | typeof TIMED_OUT> {
  const done = new AbortController();
  const limit: Promise<typeof TIMED_OUT> = pause(ms, done.signal).then(() => TIMED_OUT);
  try {
    return await Promise.race([work, limit]);
  } finally {
    done.abort();
    work.catch(() => undefined);
  }
}
