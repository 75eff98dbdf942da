import { manyMayFollow } from '../async/linked-signal.js';
import type { ChunkRef, ChunkStore, LeasedChunk } from './chunk.store.js';
import { ChunkRun, type ChunkRunTools } from './chunk-run.js';
import type { LeaseKeeper } from './lease-keeper.js';
import { waitUntilDue } from './early-alarm.js';
import type { JobHandle, JobQueue } from './ports.js';
import { CHUNK_HARD_FACTOR, withTimeLimits } from './time-limit.js';

/** Of the 10 s in which a process has to stop, answers are waited for this long; later ones are UNCONFIRMED. */
const MAX_GOODBYE_MS = 6000;

export interface ChunkWorkerOptions {
  leaseMs: number;
  timeLimitMs: number;
  /** Messages that running chunks may hold together so that each ends within its time limit. */
  runningMessages: number;
}

/**
 * Works chunks when a job wakes it. The job names a chunk, but the database decides which one is next; whoever
 * finishes a chunk goes on with the next that is due, so a job that finds no room may simply end.
 */
export class ChunkWorker {
  private readonly stopping = new AbortController();
  private readonly abandoning = new AbortController();

  constructor(
    private readonly chunks: ChunkStore,
    private readonly leases: LeaseKeeper,
    private readonly queue: JobQueue,
    private readonly tools: ChunkRunTools,
    private readonly options: ChunkWorkerOptions,
  ) {
    manyMayFollow(this.stopping.signal);
    manyMayFollow(this.abandoning.signal);
  }

  /** No new send from now on; running chunks settle what is in flight and release their leases. */
  stop(): void {
    this.stopping.abort();
    setTimeout(() => {
      this.abandoning.abort();
    }, MAX_GOODBYE_MS).unref();
  }

  async work(wanted: ChunkRef, job: JobHandle): Promise<void> {
    if (!(await this.isDue(wanted))) return;
    while (!this.stopping.signal.aborted) {
      const claimedAt = performance.now();
      const chunk = await this.chunks.claimDue(this.options);
      if (!chunk) return;
      await this.runChunk(chunk, job, claimedAt);
    }
    // The job is used up, but a worker that stays may be idle.
    await this.queue.enqueueChunks([{ ...wanted, dueAt: new Date() }]);
  }

  private async isDue(wanted: ChunkRef): Promise<boolean> {
    const dueInMs = await this.chunks.timeUntilDue(wanted);
    if (dueInMs === undefined) return true;
    const dueAt = await waitUntilDue(dueInMs, this.stopping.signal);
    if (!dueAt) return true;
    await this.queue.enqueueChunks([{ ...wanted, dueAt }]);
    return false;
  }

  private async runChunk(chunk: LeasedChunk, job: JobHandle, claimedAt: number): Promise<void> {
    const logger = this.tools.logger.child({ campaignId: chunk.campaignId, chunk: chunk.number });
    const lease = this.leases.hold(chunk, job, claimedAt);
    const { timeLimitMs } = this.options;
    logger.debug({ recipients: chunk.remaining }, 'chunk started');
    try {
      const limits = {
        softMs: timeLimitMs,
        hardMs: timeLimitMs * CHUNK_HARD_FACTOR,
        signals: [this.stopping.signal, lease.signal],
      };
      const dueInMs = await withTimeLimits(limits, (stop) =>
        new ChunkRun({ ...this.tools, logger }, lease, stop, this.abandoning.signal).run(),
      );
      // A heartbeat from now on would only find that the lease is gone.
      this.leases.drop(lease);
      await this.release(chunk, dueInMs);
      logger.debug('chunk ended');
    } finally {
      // After the hard limit the chunk is not released: its lease runs out, which fences off what may still happen.
      this.leases.drop(lease);
    }
  }

  private async release(chunk: LeasedChunk, dueInMs: number): Promise<void> {
    const dueAt = await this.chunks.release(chunk, dueInMs);
    await this.tools.campaigns.complete(chunk.campaignId);
    if (!dueAt) return;
    const rest = { campaignId: chunk.campaignId, number: chunk.number, dueAt };
    await this.queue.enqueueChunks([rest]);
    await this.chunks.markEnqueued([rest]);
  }
}
