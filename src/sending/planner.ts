import type { Logger } from 'pino';
import type { AudienceStore } from '../campaigns/audience.store.js';
import type { CampaignStore } from '../campaigns/campaign.store.js';
import type { CampaignSchedule } from '../campaigns/schedule.js';
import { CampaignStatus } from '../campaigns/lifecycle.js';
import type { ChunkStore } from './chunk.store.js';
import type { CampaignControl, JobHandle, JobQueue } from './ports.js';

/** Jobs made at once: one after the other would wait for the database each time. */
const BATCH_SIZE = 50;
const HAND_OVER_MS = 1000;

/** Fixes the audience of a campaign that was started, and makes a job for each chunk that has none. */
export class CampaignPlanner {
  constructor(
    private readonly store: CampaignStore,
    private readonly schedule: CampaignSchedule,
    private readonly audience: AudienceStore,
    private readonly chunks: ChunkStore,
    private readonly queue: JobQueue,
    private readonly campaigns: CampaignControl,
    private readonly options: { runningMessages: number; overdueMs: number },
    private readonly logger: Logger,
  ) {}

  /** May run twice, or again after it was interrupted: what is done stays done, and the rest is made up for. */
  async plan(campaignId: string, signal: AbortSignal, job: JobHandle): Promise<void> {
    await this.schedule.startDue();
    const campaign = await this.store.find(campaignId);
    if (campaign?.status === CampaignStatus.CANCELLED) await this.store.skipAllCancelled();
    if (campaign?.status !== CampaignStatus.PROCESSING) return;
    const keepAlive = setInterval(() => void job.touch().catch(() => undefined), 10_000);
    try {
      const result = await this.audience.plan(campaign.topicId, campaignId, signal);
      if (result) this.logger.info({ campaignId, ...result }, 'campaign planned');
      await this.campaigns.complete(campaignId);
      await this.chunks.reopenStranded(campaignId);
      while (!signal.aborted && (await this.enqueueBatch(campaignId)) === BATCH_SIZE);
      if (signal.aborted) await this.handOver(campaignId);
    } finally {
      clearInterval(keepAlive);
    }
  }

  /** Later, because a process that stops still takes jobs for a moment. */
  private async handOver(campaignId: string): Promise<void> {
    this.logger.info({ campaignId }, 'planning broken off, to be gone on with');
    await this.queue.enqueuePlan(campaignId, new Date(Date.now() + HAND_OVER_MS));
  }

  /**
   * Makes jobs for chunks that have none, of one campaign or of all.
   * @returns how many were made
   */
  async enqueueBatch(campaignId?: string): Promise<number> {
    const batch = await this.chunks.withoutJob({ campaignId, limit: BATCH_SIZE, ...this.options });
    if (batch.length === 0) return 0;
    await this.queue.enqueueChunks(batch);
    await this.chunks.markEnqueued(batch);
    return batch.length;
  }
}
