import type { Logger } from 'pino';
import { rows, type SqlExecutor } from '../database/rows.js';
import type { CampaignStore } from '../campaigns/campaign.store.js';
import type { CampaignSchedule } from '../campaigns/schedule.js';
import type { ChunkStore } from './chunk.store.js';
import type { DeliveryStore } from './delivery.store.js';
import type { CampaignPlanner } from './planner.js';
import type { CampaignControl, JobQueue } from './ports.js';

const DRAINED = `
  SELECT id FROM notification_campaign WHERE status = 'PROCESSING' AND pending_users = 0 AND planned_at IS NOT NULL
`;

const UNPLANNED = `
  SELECT id FROM notification_campaign
  WHERE status = 'PROCESSING' AND planned_at IS NULL
    AND progressed_at < clock_timestamp() - $1 * interval '1 millisecond'
`;

/** No progress for two minutes although work is due, the bot is not told to wait and no send is paced so slowly. */
const STUCK = `
  SELECT campaign.id, campaign.pending_users AS "pendingUsers", campaign.progressed_at AS "progressedAt"
  FROM notification_campaign campaign
  WHERE campaign.status = 'PROCESSING'
    AND campaign.progressed_at < clock_timestamp()
      - greatest($1, 2 * campaign.send_interval_ms) * interval '1 millisecond'
    AND NOT EXISTS (SELECT FROM rate_limit WHERE blocked_until > clock_timestamp() - interval '1 minute')
    AND (campaign.planned_at IS NULL OR EXISTS (
      SELECT FROM campaign_chunk chunk
      JOIN delivery ON delivery.campaign_id = chunk.campaign_id AND delivery.chunk_number = chunk.number
      WHERE chunk.campaign_id = campaign.id AND chunk.state IN ('WAITING', 'RUNNING')
        AND chunk.due_at < clock_timestamp() - $1 * interval '1 millisecond'
        AND delivery.status = 'PENDING' AND (delivery.not_before IS NULL OR delivery.not_before < clock_timestamp())))
`;

const STUCK_AFTER_MS = 120_000;

export interface ReconcilerOptions {
  leaseMs: number;
  /** After this long a step that nobody has taken is presumed lost. */
  overdueMs: number;
}

/** How often each kind of repair was needed; every one is logged, too. */
export type RepairCounts = Record<string, number>;

/**
 * Puts right what processes that died have left undone. It may run anywhere, at any time and several times at once:
 * each repair is one statement that finds nothing left where another was faster.
 */
export class Reconciler {
  constructor(
    private readonly sql: SqlExecutor,
    private readonly chunks: ChunkStore,
    private readonly deliveries: DeliveryStore,
    private readonly campaigns: CampaignStore,
    private readonly schedule: CampaignSchedule,
    private readonly control: CampaignControl,
    private readonly planner: CampaignPlanner,
    private readonly queue: JobQueue,
    private readonly options: ReconcilerOptions,
    private readonly logger: Logger,
  ) {}

  async run(): Promise<RepairCounts> {
    const { releasedChunks, setAsideChunks, unconfirmedDeliveries } = await this.chunks.reapDeadLeases();
    const repairs: RepairCounts = {
      releasedChunks,
      setAsideChunks,
      unconfirmedDeliveries,
      orphanedDeliveries: await this.deliveries.settleOrphans(this.options.leaseMs),
      skippedDeliveries: await this.campaigns.skipAllCancelled(),
      completedCampaigns: await this.completeDrained(),
      startedCampaigns: await this.startDue(),
      plannedCampaigns: await this.planUnplanned(),
      recreatedJobs: await this.recreateJobs(),
    };
    const needed = Object.fromEntries(Object.entries(repairs).filter(([, count]) => count > 0));
    await this.reportStuck();
    if (Object.keys(needed).length > 0)
      this.logger.warn({ repairs: needed }, 'repaired what was left undone');
    this.logger.debug('reconciled');
    return repairs;
  }

  private async reportStuck(): Promise<void> {
    const stuck = await rows<{ id: string; pendingUsers: number; progressedAt: Date }>(this.sql, STUCK, [
      STUCK_AFTER_MS,
    ]);
    for (const { id, pendingUsers, progressedAt } of stuck) {
      this.logger.error({ campaignId: id, pendingUsers, progressedAt }, 'campaign is stuck');
    }
  }

  private async completeDrained(): Promise<number> {
    const drained = await rows<{ id: string }>(this.sql, DRAINED);
    for (const { id } of drained) await this.control.complete(id);
    return drained.length;
  }

  private async startDue(): Promise<number> {
    const started = await this.schedule.startDue();
    for (const id of started) await this.queue.enqueuePlan(id);
    return started.length;
  }

  private async planUnplanned(): Promise<number> {
    const unplanned = await rows<{ id: string }>(this.sql, UNPLANNED, [this.options.overdueMs]);
    for (const { id } of unplanned) await this.queue.enqueuePlan(id);
    return unplanned.length;
  }

  private async recreateJobs(): Promise<number> {
    let total = 0;
    for (;;) {
      const made = await this.planner.enqueueBatch();
      total += made;
      if (made === 0) return total;
    }
  }
}
