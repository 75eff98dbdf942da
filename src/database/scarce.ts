import type { Logger } from 'pino';
import { pause } from '../kernel/pause.js';

/** SQLSTATE too_many_connections and cannot_connect_now: the server starts, or another process gives a connection back soon. */
const SCARCE = ['53300', '57P03'];
const PATIENCE_MS = 60_000;
const RETRY_MS = 500;

/** Whether the server had no connection to give, which another moment may change. */
export function isScarce(error: unknown): boolean {
  return SCARCE.includes(String((error as { code?: unknown } | undefined)?.code));
}

/**
 * Tries again for a minute while the server has no connection left: several processes that start together, or end, are no
 * reason for one of them to give up.
 */
export async function whileScarce<T>(work: () => Promise<T>, logger?: Logger): Promise<T> {
  const endsAt = performance.now() + PATIENCE_MS;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isScarce(error) || performance.now() > endsAt) throw error;
      if (attempt === 1) logger?.warn({ err: error }, 'the database has no connection left: waiting for one');
    }
    await pause(RETRY_MS);
  }
}
