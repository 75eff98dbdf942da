import type { Logger } from 'pino';
import type { AudienceStore } from '../campaigns/audience.store.js';
import type { NotificationCampaign } from '../campaigns/campaign.entity.js';
import type { CampaignStore } from '../campaigns/campaign.store.js';
import type { CancelledStore } from '../campaigns/cancelled.store.js';
import type { CampaignEnding } from '../campaigns/ending.js';
import { CampaignStatus } from '../campaigns/lifecycle.js';
import type { CampaignSchedule } from '../campaigns/schedule.store.js';
import type { ChunkCapacity } from '../delivery/capacity.js';
import type { ChunkStore } from '../delivery/chunk.store.js';
import { pause } from '../kernel/pause.js';
import type { EngineMeter, JobHandle, JobQueue } from './ports.js';

/** Jobs made at once: one after the other would wait for the database each time. */
const BATCH_SIZE = 50;

/** A job that fires earlier than its work is due waits for it up to this long; the clocks of machines differ. */
const MAX_EARLY_MS = 10_000;

/** How often the queue is told that a job is alive. */
const TOUCH_INTERVAL_MS = 5000;

export interface CampaignDriverDeps {
  store: CampaignStore;
  cancelled: CancelledStore;
  schedule: CampaignSchedule;
  audience: AudienceStore;
  chunks: ChunkStore;
  queue: JobQueue;
  ending: CampaignEnding;
  capacity: ChunkCapacity;
  /** After this long a job that nobody has taken is presumed lost. */
  overdueMs: number;
  meter: Pick<EngineMeter, 'repaired'>;
  logger: Logger;
}

/**
 * Drives campaigns on: starts those that are due, skips whom cancelled ones have left, and of one that runs fixes the
 * audience, ends it or reopens its chunks, and makes a job for each chunk that has none.
 */
export class CampaignDriver {
  constructor(private readonly deps: CampaignDriverDeps) {}

  /**
   * May run twice, or again after it was interrupted: what is done stays done, and the rest is made up for.
   * @param job that has asked for it, if there is one
   */
  async drive(campaignId: string, signal: AbortSignal, job?: JobHandle): Promise<void> {
    const { store, cancelled, schedule, queue } = this.deps;
    const fireAt = await waitUntilDue(await schedule.timeUntilDue(campaignId), signal);
    if (fireAt) return queue.enqueueDrive(campaignId, fireAt);
    await this.startDue(campaignId);
    const campaign = await store.find(campaignId);
    if (campaign?.status === CampaignStatus.CANCELLED) await cancelled.skipAll(signal);
    if (campaign?.status === CampaignStatus.PROCESSING)
      await keptAlive(job, () => this.driveRunning(campaign, signal));
  }

  /** Others that are due as well are driven on by jobs of their own. */
  private async startDue(campaignId: string): Promise<void> {
    const started = await this.deps.schedule.startDue();
    for (const id of started) if (id !== campaignId) await this.deps.queue.enqueueDrive(id);
  }

  private async driveRunning(campaign: NotificationCampaign, signal: AbortSignal): Promise<void> {
    const { id } = campaign;
    const { audience, queue, ending, logger } = this.deps;
    const plannedUsers = await this.plan(campaign, signal);
    await ending.complete(id);
    await this.reopenStranded(id);
    while (!signal.aborted && (await this.enqueueChunks(id)) === BATCH_SIZE);
    if (!signal.aborted) {
      if (plannedUsers > 0) await audience.refreshStatistics();
      return;
    }
    logger.info({ campaignId: id }, 'planning interrupted; rescheduled');
    await queue.enqueueDrive(id);
  }

  /** @returns how many recipients the campaign has got by it */
  private async plan({ id, topicId }: NotificationCampaign, signal: AbortSignal): Promise<number> {
    const result = await this.deps.audience.plan(topicId, id, signal);
    if (result) this.deps.logger.info({ campaignId: id, ...result }, 'campaign planned');
    return result?.totalUsers ?? 0;
  }

  private async reopenStranded(campaignId: string): Promise<void> {
    const { chunks, meter, logger } = this.deps;
    const repairs = { reopenedChunks: await chunks.reopenStranded(campaignId) };
    if (repairs.reopenedChunks === 0) return;
    meter.repaired(repairs);
    logger.warn({ campaignId, repairs }, 'repaired what was left undone');
  }

  /**
   * Makes jobs for chunks that have none, of one campaign or of all.
   * @returns how many were made
   */
  async enqueueChunks(campaignId?: string): Promise<number> {
    const { chunks, queue, capacity, overdueMs } = this.deps;
    const batch = await chunks.withoutJob({ campaignId, limit: BATCH_SIZE, capacity, overdueMs });
    if (batch.length === 0) return 0;
    await queue.enqueueChunks(batch);
    await chunks.markEnqueued(batch);
    return batch.length;
  }
}

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
