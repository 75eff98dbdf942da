import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for the work, or for `ms` if that is shorter; the work goes on then, and nobody hears of its end. */
export async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const done = new AbortController();
  const patience = sleep(Math.max(0, ms), undefined, { signal: done.signal }).catch(() => undefined);
  try {
    await Promise.race([work, patience]);
  } finally {
    done.abort();
    work.catch(() => undefined);
  }
}
