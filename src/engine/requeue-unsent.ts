import type { Logger } from 'pino';
import { pause } from '../kernel/pause.js';
import type { ClaimStore } from '../delivery/claim.store.js';
import type { LeasedChunk } from '../delivery/leased-chunk.js';

const RETRY_MS = 500;

/**
 * Requeues the recipients of a claim whose answer was lost, and retries while the database is away. Also after the lease is
 * lost: only this process knows that nothing was sent.
 */
export async function requeueUnsent(
  { claims, logger }: { claims: ClaimStore; logger: Logger },
  chunk: LeasedChunk,
  claimId: string,
  abandon: AbortSignal,
): Promise<void> {
  while (!abandon.aborted) {
    await pause(RETRY_MS, abandon);
    try {
      await claims.requeueUnsent(chunk, claimId);
      return;
    } catch (error) {
      logger.warn({ err: error }, 'recipients could not be requeued yet');
    }
  }
}
