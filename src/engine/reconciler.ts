import type { Logger } from 'pino';
import { rows, type SqlExecutor } from '../database/rows.js';
import type { CancelledStore } from '../campaigns/cancelled.store.js';
import type { CampaignSchedule } from '../campaigns/schedule.store.js';
import type { ChunkStore } from '../delivery/chunk.store.js';
import type { SettlementStore } from '../delivery/settlement.store.js';
import type { PollCountStore } from '../people/poll-counts.store.js';
import type { CampaignDriver } from './campaign-driver.js';
import type { CampaignEnding } from '../campaigns/ending.js';
import { REPAIR_KINDS, type EngineMeter, type JobQueue, type RepairCounts } from './ports.js';
import { findStuck } from './workload.js';

const DRAINED = `
  SELECT id, failure_streak_reason AS reason FROM notification_campaign
  WHERE status IN ('PROCESSING', 'PAUSED') AND pending_users = 0 AND planned_at IS NOT NULL
`;

const UNPLANNED = `
  SELECT id FROM notification_campaign
  WHERE status = 'PROCESSING' AND planned_at IS NULL
    AND progressed_at < clock_timestamp() - $1 * interval '1 millisecond'
`;

export interface ReconcilerDeps {
  sql: SqlExecutor;
  chunks: ChunkStore;
  deliveries: SettlementStore;
  cancelled: CancelledStore;
  pollCounts: PollCountStore;
  schedule: CampaignSchedule;
  ending: CampaignEnding;
  driver: CampaignDriver;
  queue: JobQueue;
  leaseMs: number;
  /** Time after which a step that was not taken is presumed lost. */
  overdueMs: number;
  /** Deletes expired records. */
  forgetOld: (signal: AbortSignal) => Promise<void>;
  meter: Pick<EngineMeter, 'repaired'>;
  logger: Logger;
}

/**
 * Repairs what dead processes left undone. It may run in any process, at any time and several times at once: each repair is one
 * statement that finds nothing to do if another was faster.
 */
export class Reconciler {
  constructor(private readonly deps: ReconcilerDeps) {}

  /** @param signal stops it after the current step or batch */
  async run(signal: AbortSignal): Promise<RepairCounts> {
    const { meter, logger } = this.deps;
    const repairs = Object.fromEntries(REPAIR_KINDS.map((kind) => [kind, 0])) as RepairCounts;
    for (const step of this.steps(signal)) {
      if (signal.aborted) break;
      try {
        Object.assign(repairs, await step());
      } catch (error) {
        // Other steps do not depend on it, and it runs again.
        logger.warn({ err: error }, 'a step of the reconciliation failed');
      }
    }
    meter.repaired(repairs);
    const needed = Object.fromEntries(Object.entries(repairs).filter(([, count]) => count > 0));
    if (Object.keys(needed).length > 0) logger.warn({ repairs: needed }, 'repaired what was left undone');
    logger.debug('reconciled');
    return repairs;
  }

  private steps(signal: AbortSignal): (() => Promise<Partial<RepairCounts>>)[] {
    const { chunks, deliveries, cancelled, pollCounts, leaseMs } = this.deps;
    return [
      () => chunks.reapDeadLeases(),
      async () => ({ orphanedDeliveries: await deliveries.settleOrphans(leaseMs) }),
      async () => ({ reopenedChunks: await chunks.reopenStranded() }),
      async () => ({ skippedDeliveries: await cancelled.skipAll(signal) }),
      async () => ({ completedCampaigns: await this.completeDrained() }),
      async () => ({ startedCampaigns: await this.startDue() }),
      async () => ({ plannedCampaigns: await this.planUnplanned() }),
      async () => ({ recreatedJobs: await this.recreateJobs(signal) }),
      async () => ({ recountedPolls: await pollCounts.reconcile(signal) }),
      () => this.reportStuck(),
      async () => {
        await this.deps.forgetOld(signal);
        return {};
      },
    ];
  }

  private async reportStuck(): Promise<Partial<RepairCounts>> {
    const stuck = await findStuck(this.deps.sql);
    for (const { id, pendingUsers, progressedAt } of stuck) {
      this.deps.logger.error({ campaignId: id, pendingUsers, progressedAt }, 'campaign is stuck');
    }
    return {};
  }

  private async completeDrained(): Promise<number> {
    const { sql, ending } = this.deps;
    const drained = await rows<{ id: string; reason: string | null }>(sql, DRAINED);
    for (const { id, reason } of drained) {
      if (!(await ending.stopIfRefused(id, reason))) await ending.complete(id);
    }
    return drained.length;
  }

  private async startDue(): Promise<number> {
    const started = await this.deps.schedule.startDue();
    for (const id of started) await this.deps.queue.enqueueDrive(id);
    return started.length;
  }

  private async planUnplanned(): Promise<number> {
    const unplanned = await rows<{ id: string }>(this.deps.sql, UNPLANNED, [this.deps.overdueMs]);
    for (const { id } of unplanned) await this.deps.queue.enqueueDrive(id);
    return unplanned.length;
  }

  private async recreateJobs(signal: AbortSignal): Promise<number> {
    let total = 0;
    let made = Infinity;
    while (made > 0 && !signal.aborted) {
      made = await this.deps.driver.enqueueChunks();
      total += made;
    }
    return total;
  }
}
