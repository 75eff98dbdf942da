import type { Logger } from 'pino';
import type { AudienceStore } from '../campaigns/audience.store.js';
import type { CampaignStore } from '../campaigns/campaign.store.js';
import type { CampaignSchedule } from '../campaigns/schedule.js';
import type { NotificationCampaign } from '../campaigns/campaign.entity.js';
import { CampaignStatus } from '../campaigns/lifecycle.js';
import type { ChunkCapacity } from '../delivery/capacity.js';
import type { ChunkStore } from '../delivery/chunk.store.js';
import { waitUntilDue } from './early-alarm.js';
import { keptAlive } from './keep-alive.js';
import type { CampaignControl, EngineMeter, JobHandle, JobQueue } from './ports.js';

/** Jobs made at once: one after the other would wait for the database each time. */
const BATCH_SIZE = 50;

export interface PlannerParts {
  store: CampaignStore;
  schedule: CampaignSchedule;
  audience: AudienceStore;
  chunks: ChunkStore;
  queue: JobQueue;
  campaigns: CampaignControl;
  capacity: ChunkCapacity;
  /** After this long a job that nobody has taken is presumed lost. */
  overdueMs: number;
  meter: Pick<EngineMeter, 'repaired'>;
  logger: Logger;
}

/** Fixes the audience of a campaign that was started, and makes a job for each chunk that has none. */
export class CampaignPlanner {
  constructor(private readonly parts: PlannerParts) {}

  /**
   * May run twice, or again after it was interrupted: what is done stays done, and the rest is made up for.
   * @param job that has asked for it, if there is one
   */
  async plan(campaignId: string, signal: AbortSignal, job?: JobHandle): Promise<void> {
    const { store, schedule, queue } = this.parts;
    const fireAt = await waitUntilDue(await schedule.timeUntilDue(campaignId), signal);
    if (fireAt) return queue.enqueuePlan(campaignId, fireAt);
    const started = await schedule.startDue();
    for (const id of started) if (id !== campaignId) await queue.enqueuePlan(id);
    const campaign = await store.find(campaignId);
    if (campaign?.status === CampaignStatus.CANCELLED) await store.skipAllCancelled(signal);
    if (campaign?.status !== CampaignStatus.PROCESSING) return;
    await keptAlive(job, () => this.planRunning(campaign, signal));
  }

  private async planRunning({ id, topicId }: NotificationCampaign, signal: AbortSignal): Promise<void> {
    const { audience, queue, campaigns, logger } = this.parts;
    const result = await audience.plan(topicId, id, signal);
    if (result) logger.info({ campaignId: id, ...result }, 'campaign planned');
    await campaigns.complete(id);
    await this.reopenStranded(id);
    while (!signal.aborted && (await this.enqueueBatch(id)) === BATCH_SIZE);
    if (!signal.aborted) {
      if (result !== undefined && result.totalUsers > 0) await audience.refreshStatistics();
      return;
    }
    logger.info({ campaignId: id }, 'planning interrupted; rescheduled');
    await queue.enqueuePlan(id);
  }

  private async reopenStranded(campaignId: string): Promise<void> {
    const { chunks, meter, logger } = this.parts;
    const repairs = { reopenedChunks: await chunks.reopenStranded(campaignId) };
    if (repairs.reopenedChunks === 0) return;
    meter.repaired(repairs);
    logger.warn({ campaignId, repairs }, 'repaired what was left undone');
  }

  /**
   * Makes jobs for chunks that have none, of one campaign or of all.
   * @returns how many were made
   */
  async enqueueBatch(campaignId?: string): Promise<number> {
    const { chunks, queue, capacity, overdueMs } = this.parts;
    const batch = await chunks.withoutJob({ campaignId, limit: BATCH_SIZE, capacity, overdueMs });
    if (batch.length === 0) return 0;
    await queue.enqueueChunks(batch);
    await chunks.markEnqueued(batch);
    return batch.length;
  }
}
