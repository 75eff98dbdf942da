import { pause } from '../kernel/pause.js';
import { SHUTDOWN } from '../kernel/shutdown.js';
import { track } from '../kernel/track.js';
import { allowManyListeners } from '../kernel/linked-signal.js';
import type { ChunkCapacity } from '../delivery/capacity.js';
import type { ChunkRef, ChunkRest, LeasedChunk, ReleasedChunk } from '../delivery/leased-chunk.js';
import type { ChunkStore } from '../delivery/chunk.store.js';
import { ChunkRun, type ChunkRunDeps } from './chunk-run.js';
import type { ClaimedChunk, LeaseKeeper } from './lease-keeper.js';
import { keptAlive, waitUntilDue } from './campaign-driver.js';
import type { JobHandle, JobQueue } from './ports.js';
import { CHUNK_HARD_FACTOR, withTimeLimits } from './time-limit.js';
import type { WorkerSession } from './worker-session.js';

const RELEASE_RETRY_MS = 500;

export interface ChunkWorkerOptions {
  leaseMs: number;
  timeLimitMs: number;
  capacity: ChunkCapacity;
  /** Chunks that this process runs at once. */
  slots: number;
}

/**
 * Works chunks when a job wakes it, or when a dead worker has left them. The job names a chunk, but the database decides which is
 * next. A worker that finishes a chunk takes the next due one, so a job that finds no capacity can end.
 */
export class ChunkWorker {
  private readonly stopping = new AbortController();
  private readonly abandoning = new AbortController();
  /** Slots in use by running chunks, and by claims under way. */
  private busySlots = 0;
  private readonly withoutJob = new Set<Promise<void>>();
  /** Chunks running in this process. */
  private readonly running = new Map<string, Promise<void>>();

  constructor(
    private readonly chunks: ChunkStore,
    private readonly leases: LeaseKeeper,
    private readonly session: WorkerSession,
    private readonly queue: JobQueue,
    private readonly deps: ChunkRunDeps,
    private readonly options: ChunkWorkerOptions,
  ) {
    allowManyListeners(this.stopping.signal);
    allowManyListeners(this.abandoning.signal);
  }

  /** Stops sending; running chunks settle what is in flight and release their leases. */
  stop(): void {
    this.stopping.abort();
    setTimeout(() => {
      this.abandoning.abort();
    }, SHUTDOWN.answersMs).unref();
  }

  /** Resolves when no chunk that was taken without a job is running. */
  async ended(): Promise<void> {
    await Promise.all(this.withoutJob);
  }

  async work(wanted: ChunkRef, job: JobHandle): Promise<void> {
    if (!(await this.isDue(wanted))) return;
    // The chunk may have been taken without its job, which ends after it nevertheless.
    const running = this.running.get(toKey(wanted));
    if (running) await keptAlive(job, () => running);
    const claimed = await this.claim(0);
    if (claimed) await this.runFrom(claimed, job);
    // This job is spent, but another worker may be idle.
    if (this.stopping.signal.aborted) await this.queue.enqueueChunks([{ ...wanted, dueAt: new Date() }]);
  }

  /** Starts chunks that have been due for so long without their jobs; resolves while they run. */
  async takeDue(overdueMs: number): Promise<void> {
    for (let claimed = await this.claim(overdueMs); claimed; claimed = await this.claim(overdueMs)) {
      const running = this.runFrom(claimed).catch((error: unknown) => {
        this.deps.logger.error({ err: error }, 'a chunk failed');
      });
      track(this.withoutJob, running);
    }
  }

  private async isDue(wanted: ChunkRef): Promise<boolean> {
    const dueInMs = await this.chunks.timeUntilDue(wanted);
    if (dueInMs === undefined) return true;
    const dueAt = await waitUntilDue(dueInMs, this.stopping.signal);
    if (!dueAt) return true;
    await this.queue.enqueueChunks([{ ...wanted, dueAt }]);
    return false;
  }

  /** @returns undefined if no chunk is due, or none may run here now */
  private async claim(overdueMs: number): Promise<ClaimedChunk | undefined> {
    const { leaseMs, capacity, slots } = this.options;
    const session = this.session.current;
    if (!session || this.stopping.signal.aborted || this.busySlots >= slots) return undefined;
    // Other workers may reach Telegram, and look for due chunks as well.
    if (this.deps.breaker.unreachable.aborted) return undefined;
    const claimedAt = performance.now();
    let chunk: LeasedChunk | undefined;
    this.busySlots += 1;
    try {
      const request = { leaseMs, capacity, holderKey: session.key, overdueMs };
      chunk = await this.chunks.claimDue(request);
    } finally {
      if (!chunk) this.busySlots -= 1;
    }
    return chunk && { chunk, claimedAt, session };
  }

  /** Runs a chunk, and then further due ones. */
  private async runFrom(first: ClaimedChunk, job?: JobHandle): Promise<void> {
    let claimed: ClaimedChunk | undefined = first;
    while (claimed) {
      const name = toKey(claimed.chunk);
      const run = this.run(claimed, job);
      this.running.set(
        name,
        run.catch(() => undefined),
      );
      try {
        await run;
      } finally {
        this.running.delete(name);
        this.busySlots -= 1;
      }
      claimed = await this.claim(0);
    }
  }

  private async run(claimed: ClaimedChunk, job: JobHandle | undefined): Promise<void> {
    const { chunk, session } = claimed;
    const logger = this.deps.logger.child({ campaignId: chunk.campaignId, chunk: chunk.number });
    const lease = this.leases.hold(claimed, job);
    const { timeLimitMs } = this.options;
    logger.debug({ recipients: chunk.remaining }, 'chunk started');
    try {
      const limits = {
        softMs: timeLimitMs,
        hardMs: timeLimitMs * CHUNK_HARD_FACTOR,
        signals: [this.stopping.signal, lease.signal, this.deps.breaker.unreachable],
      };
      const rest = await withTimeLimits(limits, (stop) =>
        new ChunkRun({ ...this.deps, logger }, lease, stop, this.abandoning.signal).run(),
      );
      // A later heartbeat would only find that the lease is gone.
      this.leases.drop(lease);
      const isOurs = await this.release(chunk, rest);
      if (!isOurs && session.lost.aborted) await this.chunks.refundAttempt(chunk);
      logger.debug('chunk ended');
    } finally {
      // After the hard limit the chunk is not released: the expiry of its lease fences off late effects.
      this.leases.drop(lease);
    }
  }

  /** @returns false if the lease was lost */
  private async release(chunk: LeasedChunk, rest: ChunkRest): Promise<boolean> {
    const released = await this.releaseInTime(chunk, rest);
    await this.deps.ending.complete(chunk.campaignId);
    if (released?.state === 'WAITING') {
      const due = { campaignId: chunk.campaignId, number: chunk.number, dueAt: released.dueAt };
      await this.queue.enqueueChunks([due]);
      await this.chunks.markEnqueued([due]);
    }
    return released !== undefined;
  }

  /** Retries while the database restarts; otherwise other workers would wait for the lease to expire. */
  private async releaseInTime(chunk: LeasedChunk, rest: ChunkRest): Promise<ReleasedChunk | undefined> {
    for (;;) {
      try {
        return await this.chunks.release(chunk, rest);
      } catch (error) {
        if (this.abandoning.signal.aborted) throw error;
        this.deps.logger.warn(
          { err: error, campaignId: chunk.campaignId },
          'a chunk could not be released yet',
        );
        await pause(RELEASE_RETRY_MS, this.abandoning.signal);
      }
    }
  }
}

function toKey({ campaignId, number }: ChunkRef): string {
  return `${campaignId}/${number}`;
}
