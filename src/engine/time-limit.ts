import { TIMED_OUT, withTimeout } from '../kernel/timeout.js';
import { linkSignals } from '../kernel/linked-signal.js';

/**
 * How far the hard limit lies above the soft one: a fifth for a chunk (6 and 5 minutes), which waits for answers that are
 * under way, and a sixth for planning (35 and 30 minutes), which ends after the batch of jobs it is at.
 */
export const CHUNK_HARD_FACTOR = 6 / 5;
export const PLAN_HARD_FACTOR = 7 / 6;

export class TimeLimitExceeded extends Error {
  override readonly name = 'TimeLimitExceeded';
}

/**
 * Runs work under two limits: at the soft one, or when one of the other signals is aborted, its signal is aborted and it
 * is expected to end at the next safe point; at the hard one it is given up on.
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
