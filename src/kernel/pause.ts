import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for `ms`, or until the signal is aborted. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  if (ms > 0 && !signal?.aborted) await sleep(ms, undefined, { signal }).catch(() => undefined);
}

/** Waits until `at` (milliseconds of performance.now), and not a moment less: timers drop fractions, and fire up to 1 ms early. */
export async function pauseUntil(at: number): Promise<void> {
  for (let ms = at - performance.now(); ms > 0; ms = at - performance.now()) await pause(Math.ceil(ms));
}
