import type { Logger } from 'pino';
import { pause } from '../kernel/pause.js';

/** SQLSTATE too_many_connections and cannot_connect_now. */
const SCARCE = ['53300', '57P03'];
const PATIENCE_MS = 60_000;
const RETRY_MS = 500;

/** Whether the server has no connection left at the moment. */
export function isScarce(error: unknown): boolean {
  return SCARCE.includes(String((error as { code?: unknown } | undefined)?.code));
}

/**
 * Retries for a minute while the server has no connection left, as when several processes start or stop together.
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
