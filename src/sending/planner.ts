import type { Logger } from 'pino';
import type { AudienceStore } from '../campaigns/audience.store.js';
import type { CampaignStore } from '../campaigns/campaign.store.js';
import type { CampaignSchedule } from '../campaigns/schedule.js';
import { CampaignStatus } from '../campaigns/lifecycle.js';
import type { ChunkStore } from './chunk.store.js';
import { waitUntilDue } from './early-alarm.js';
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
  /** Messages that running chunks may hold together so that each ends within its time limit. */
  runningMessages: number;
  /** After this long a job that nobody has taken is presumed lost. */
  overdueMs: number;
  meter: Pick<EngineMeter, 'repaired'>;
  logger: Logger;
}

/** Fixes the audience of a campaign that was started, and makes a job for each chunk that has none. */
export class CampaignPlanner {
  constructor(private readonly parts: PlannerParts) {}

  /** May run twice, or again after it was interrupted: what is done stays done, and the rest is made up for. */
  async plan(campaignId: string, signal: AbortSignal, job: JobHandle): Promise<void> {
    const { store, schedule, audience, queue, campaigns, logger } = this.parts;
    const fireAt = await waitUntilDue(await schedule.timeUntilDue(campaignId), signal);
    if (fireAt) return queue.enqueuePlan(campaignId, fireAt);
    const started = await schedule.startDue();
    for (const id of started) if (id !== campaignId) await queue.enqueuePlan(id);
    const campaign = await store.find(campaignId);
    if (campaign?.status === CampaignStatus.CANCELLED) await store.skipAllCancelled(signal);
    if (campaign?.status !== CampaignStatus.PROCESSING) return;
    const keepAlive = setInterval(() => void job.touch().catch(() => undefined), 10_000);
    try {
      const result = await audience.plan(campaign.topicId, campaignId, signal);
      if (result) logger.info({ campaignId, ...result }, 'campaign planned');
      await campaigns.complete(campaignId);
      await this.reopenStranded(campaignId);
      while (!signal.aborted && (await this.enqueueBatch(campaignId)) === BATCH_SIZE);
      if (!signal.aborted) {
        if (result !== undefined && result.totalUsers > 0) await audience.refreshStatistics();
        return;
      }
      logger.info({ campaignId }, 'planning broken off, to be gone on with');
      await queue.enqueuePlan(campaignId);
    } finally {
      clearInterval(keepAlive);
    }
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
    const { chunks, queue, runningMessages, overdueMs } = this.parts;
    const batch = await chunks.withoutJob({ campaignId, limit: BATCH_SIZE, runningMessages, overdueMs });
    if (batch.length === 0) return 0;
    await queue.enqueueChunks(batch);
    await chunks.markEnqueued(batch);
    return batch.length;
  }
}
