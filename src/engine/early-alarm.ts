import { pause } from '../kernel/pause.js';

/** A job that fires earlier than its work is due waits for it up to this long; the clocks of machines differ. */
const MAX_EARLY_MS = 10_000;

/**
 * Waits until work is due whose job has fired by a clock that is ahead.
 * @param dueInMs by the clock of the database
 * @returns when the job has to fire again, by the clock of this machine, where the wait would be too long or was aborted
 */
export async function waitUntilDue(dueInMs: number, signal: AbortSignal): Promise<Date | undefined> {
  const dueAt = new Date(Date.now() + dueInMs);
  if (dueInMs > MAX_EARLY_MS) return dueAt;
  if (dueInMs > 0) await pause(dueInMs, signal);
  return signal.aborted ? dueAt : undefined;
}
