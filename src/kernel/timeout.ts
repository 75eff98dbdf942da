import { pause } from './pause.js';

/** The result of `withTimeout` when the time is up. */
export const TIMED_OUT = Symbol('timed out');

/**
 * Waits for the work, but at most `ms`. After that the work continues, and its result is ignored.
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
