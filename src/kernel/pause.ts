import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for `ms`, or until the signal is aborted. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  if (ms > 0 && !signal?.aborted) await sleep(ms, undefined, { signal }).catch(() => undefined);
}
