import { TIMED_OUT, withTimeout } from '../kernel/timeout.js';
import { linkSignals } from '../kernel/linked-signal.js';

/**
 * Ratio of the hard to the soft limit: a fifth more for a chunk (6 and 5 minutes), which waits for answers under way, and a sixth
 * more for planning (35 and 30 minutes), which ends after the current batch of jobs.
 */
export const CHUNK_HARD_FACTOR = 6 / 5;
export const PLAN_HARD_FACTOR = 7 / 6;

export class TimeLimitExceeded extends Error {
  override readonly name = 'TimeLimitExceeded';
}

/**
 * Runs work under two limits. At the soft limit, or when one of the other signals is aborted, its signal is aborted, and it
 * should end at the next safe point. At the hard limit it is abandoned.
 * @throws TimeLimitExceeded at the hard limit
 */
export async function withTimeLimits<T>(
  limits: { softMs: number; hardMs: number; signals?: readonly AbortSignal[] },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const stop = linkSignals(limits.signals ?? [], limits.softMs);
  try {
    const result = await withTimeout(work(stop.signal), limits.hardMs);
    if (result !== TIMED_OUT) return result;
    throw new TimeLimitExceeded(`The hard time limit of ${limits.hardMs} ms was exceeded.`);
  } finally {
    stop.unlink();
  }
}
