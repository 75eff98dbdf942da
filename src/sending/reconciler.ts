import type { Logger } from 'pino';
import { rows, type SqlExecutor } from '../database/rows.js';
import type { CampaignStore } from '../campaigns/campaign.store.js';
import type { CampaignSchedule } from '../campaigns/schedule.js';
import type { ChunkStore } from './chunk.store.js';
import type { DeliveryStore } from './delivery.store.js';
import type { CampaignPlanner } from './planner.js';
import type { CampaignControl, EngineMeter, JobQueue } from './ports.js';
import { findStuck } from './workload.js';

const DRAINED = `
  SELECT id FROM notification_campaign WHERE status = 'PROCESSING' AND pending_users = 0 AND planned_at IS NOT NULL
`;

const UNPLANNED = `
  SELECT id FROM notification_campaign
  WHERE status = 'PROCESSING' AND planned_at IS NULL
    AND progressed_at < clock_timestamp() - $1 * interval '1 millisecond'
`;

export interface ReconcilerOptions {
  leaseMs: number;
  /** After this long a step that nobody has taken is presumed lost. */
  overdueMs: number;
}

/** What can have been left undone. */
export const REPAIR_KINDS = [
  'releasedChunks',
  'setAsideChunks',
  'unconfirmedDeliveries',
  'orphanedDeliveries',
  'reopenedChunks',
  'skippedDeliveries',
  'completedCampaigns',
  'startedCampaigns',
  'plannedCampaigns',
  'recreatedJobs',
] as const;
export type RepairKind = (typeof REPAIR_KINDS)[number];

/** How often each kind of repair was needed; every one is logged, too. */
export type RepairCounts = Record<RepairKind, number>;

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
    private readonly meter: Pick<EngineMeter, 'repaired'>,
    private readonly logger: Logger,
  ) {}

  async run(): Promise<RepairCounts> {
    const repairs = Object.fromEntries(REPAIR_KINDS.map((kind) => [kind, 0])) as RepairCounts;
    for (const step of this.steps()) {
      try {
        Object.assign(repairs, await step());
      } catch (error) {
        // The others do not depend on it, and its turn comes again.
        this.logger.warn({ err: error }, 'a step of the reconciliation failed');
      }
    }
    this.meter.repaired(repairs);
    const needed = Object.fromEntries(Object.entries(repairs).filter(([, count]) => count > 0));
    if (Object.keys(needed).length > 0)
      this.logger.warn({ repairs: needed }, 'repaired what was left undone');
    this.logger.debug('reconciled');
    return repairs;
  }

  private steps(): (() => Promise<Partial<RepairCounts>>)[] {
    return [
      () => this.chunks.reapDeadLeases(),
      async () => ({ orphanedDeliveries: await this.deliveries.settleOrphans(this.options.leaseMs) }),
      async () => ({ reopenedChunks: await this.chunks.reopenStranded() }),
      async () => ({ skippedDeliveries: await this.campaigns.skipAllCancelled() }),
      async () => ({ completedCampaigns: await this.completeDrained() }),
      async () => ({ startedCampaigns: await this.startDue() }),
      async () => ({ plannedCampaigns: await this.planUnplanned() }),
      async () => ({ recreatedJobs: await this.recreateJobs() }),
      () => this.reportStuck(),
    ];
  }

  private async reportStuck(): Promise<Partial<RepairCounts>> {
    const stuck = await findStuck(this.sql);
    for (const { id, pendingUsers, progressedAt } of stuck) {
      this.logger.error({ campaignId: id, pendingUsers, progressedAt }, 'campaign is stuck');
    }
    return {};
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
