import type { JobHandle } from './ports.js';

const TOUCH_INTERVAL_MS = 5000;

/** Keeps the queue from running a job again while its handler waits for something long. */
export async function keptAlive<T>(job: JobHandle | undefined, work: () => Promise<T>): Promise<T> {
  // A job that cannot be touched runs again, which changes nothing.
  const timer = setInterval(() => void job?.touch().catch(() => undefined), TOUCH_INTERVAL_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
