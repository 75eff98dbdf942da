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

/** Jobs created at once, to save round trips to the database. */
const BATCH_SIZE = 50;

/** How long a job that fires too early waits for its work; clocks of machines differ. */
const MAX_EARLY_MS = 10_000;

/** How often a running job touches its lock. */
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
  /** Time after which a job that was not taken is presumed lost. */
  overdueMs: number;
  meter: Pick<EngineMeter, 'repaired'>;
  logger: Logger;
}

/**
 * Drives campaigns on: starts due ones, skips the recipients of cancelled ones, and for a running one fixes the audience,
 * completes it or reopens its chunks, and creates a job for each chunk without one.
 */
export class CampaignDriver {
  constructor(private readonly deps: CampaignDriverDeps) {}

  /**
   * Idempotent: may run twice, or again after an interruption.
   * @param job that triggered it, if there is one
   */
  async drive(campaignId: string, signal: AbortSignal, job?: JobHandle): Promise<void> {
    const { store, schedule, queue } = this.deps;
    const fireAt = await waitUntilDue(await schedule.timeUntilDue(campaignId), signal);
    if (fireAt) return queue.enqueueDrive(campaignId, fireAt);
    await this.startDue(campaignId);
    const campaign = await store.find(campaignId);
    if (campaign?.status === CampaignStatus.CANCELLED) await this.driveCancelled(campaignId, signal);
    if (campaign?.status === CampaignStatus.PROCESSING)
      await keptAlive(job, () => this.driveRunning(campaign, signal));
  }

  /** Starts due campaigns; others than this one get their own jobs. */
  private async startDue(campaignId: string): Promise<void> {
    const started = await this.deps.schedule.startDue();
    for (const id of started) if (id !== campaignId) await this.deps.queue.enqueueDrive(id);
  }

  private async driveCancelled(campaignId: string, signal: AbortSignal): Promise<void> {
    const { cancelled, ending } = this.deps;
    const skippedUsers = await cancelled.skipAll(signal);
    if (skippedUsers > 0 && !signal.aborted) await ending.logCancelled(campaignId);
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

  /** @returns the number of recipients planned */
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
   * Creates jobs for chunks without one, of one campaign or of all.
   * @returns their number
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
 * Waits until work is due whose job has fired early by a fast clock.
 * @param dueInMs by the clock of the database
 * @returns when the job must fire again, by the clock of this machine, if the wait would be too long or was aborted
 */
export async function waitUntilDue(dueInMs: number, signal: AbortSignal): Promise<Date | undefined> {
  const dueAt = new Date(Date.now() + dueInMs);
  if (dueInMs > MAX_EARLY_MS) return dueAt;
  if (dueInMs > 0) await pause(dueInMs, signal);
  return signal.aborted ? dueAt : undefined;
}

/** Keeps the job's lock while its handler does something long. */
export async function keptAlive<T>(job: JobHandle | undefined, work: () => Promise<T>): Promise<T> {
  // A job whose lock expires runs again, which is harmless.
  const timer = setInterval(() => void job?.touch().catch(() => undefined), TOUCH_INTERVAL_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
