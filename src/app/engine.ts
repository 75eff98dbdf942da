import type { DataSource } from 'typeorm';
import type { Logger } from 'pino';
import { manyMayFollow } from '../async/linked-signal.js';
import { AudienceStore } from '../campaigns/audience.store.js';
import { SystemCampaignControl } from '../campaigns/campaign-control.js';
import { CampaignSchedule } from '../campaigns/schedule.js';
import { CampaignStore } from '../campaigns/campaign.store.js';
import type { Settings } from '../config/settings.js';
import type { SqlExecutor } from '../database/rows.js';
import type { JobHandlers } from '../jobs/job-scheduler.js';
import { ChunkStore } from '../sending/chunk.store.js';
import { ChunkWorker } from '../sending/chunk-worker.js';
import { DeliveryStore, type LedgerState } from '../sending/delivery.store.js';
import { LeaseKeeper } from '../sending/lease-keeper.js';
import type { MessageSender } from '../sending/outcome.js';
import { CampaignPlanner } from '../sending/planner.js';
import type { EngineMeter, JobQueue } from '../sending/ports.js';
import type { RateLimiter } from '../sending/rate-limiter.js';
import { Reconciler } from '../sending/reconciler.js';
import { SendWindow } from '../sending/send-window.js';
import { SettlementWriter } from '../sending/settlements.js';
import { withTimeLimits } from '../sending/time-limit.js';

/** Like failures in a row that pause a campaign: by then it is not the recipients' fault. */
const MAX_FAILURE_STREAK = 20;
/** Celery's hard limit of the start task was a sixth above its soft one: 35 and 30 minutes. */
const PLAN_HARD_LIMIT_FACTOR = 7 / 6;
/** Of the messages that the rate allows within a chunk's time limit, running chunks may hold this share. */
const RUNNING_SHARE = 0.8;
/** Job slots beyond the chunks that may run, so that a chunk of another campaign finds one. */
const SPARE_SLOTS = 8;
const MAX_SLOTS = 256;

/** How many messages the chunks that run at once may hold so that each ends within its time limit. */
export function runningMessagesOf(
  settings: Pick<Settings, 'messagesPerSecond' | 'chunkTimeLimitMs'>,
): number {
  return (settings.messagesPerSecond * settings.chunkTimeLimitMs * RUNNING_SHARE) / 1000;
}

/** Chunk jobs that one process runs at once. */
export function chunkSlotsOf(settings: Settings): number {
  return Math.min(MAX_SLOTS, Math.ceil(runningMessagesOf(settings) / settings.chunkSize) + SPARE_SLOTS);
}

export interface EngineParts {
  settings: Settings;
  dataSource: DataSource;
  engineSql: SqlExecutor;
  queue: JobQueue;
  sender: MessageSender;
  limiter: RateLimiter;
  meter: EngineMeter;
  logger: Logger;
}

export interface Engine {
  handlers: JobHandlers;
  /** No new send from now on, and no planning goes on. */
  stop(): void;
}

/** What a worker process runs. */
export function createEngine(parts: EngineParts): Engine {
  const { settings, dataSource, engineSql, queue, sender, limiter, meter, logger } = parts;
  const { leaseMs, planTimeLimitMs, chunkTimeLimitMs, reconcileIntervalMs } = settings;
  const runningMessages = runningMessagesOf(settings);
  const campaigns = new CampaignStore(dataSource);
  const control = new SystemCampaignControl(campaigns, logger);
  const schedule = new CampaignSchedule(dataSource, campaigns, logger);
  const chunks = new ChunkStore(engineSql);
  const deliveries = new DeliveryStore(engineSql);

  async function afterSettling(campaignId: string, state: LedgerState): Promise<void> {
    if (state.pendingUsers === 0) await control.complete(campaignId);
    else if (state.failureStreak >= MAX_FAILURE_STREAK) {
      const reason = state.failureStreakReason ?? 'UNKNOWN';
      const message = `${state.failureStreak} reminders in a row ended with ${reason}. Look into it, then resume.`;
      await control.pauseBySystem(campaignId, 'REPEATED_FAILURES', message);
    }
  }

  const planner = new CampaignPlanner(
    campaigns,
    schedule,
    new AudienceStore(dataSource),
    chunks,
    queue,
    control,
    { runningMessages, overdueMs: reconcileIntervalMs },
    logger,
  );
  const reconciler = new Reconciler(
    dataSource,
    chunks,
    deliveries,
    campaigns,
    schedule,
    control,
    planner,
    queue,
    { leaseMs, overdueMs: reconcileIntervalMs },
    meter,
    logger,
  );
  const worker = new ChunkWorker(
    chunks,
    new LeaseKeeper(chunks, leaseMs, meter, logger),
    queue,
    {
      deliveries,
      settlements: new SettlementWriter(deliveries, afterSettling, logger),
      limiter,
      sender,
      campaigns: control,
      window: new SendWindow(settings.messagesPerSecond),
      logger,
    },
    { leaseMs, timeLimitMs: chunkTimeLimitMs, runningMessages },
  );
  const stopping = new AbortController();
  const planLimits = {
    softMs: planTimeLimitMs,
    hardMs: planTimeLimitMs * PLAN_HARD_LIMIT_FACTOR,
    signals: [manyMayFollow(stopping.signal)],
  };
  return {
    handlers: {
      plan: (campaignId, job) =>
        withTimeLimits(planLimits, (signal) => planner.plan(campaignId, signal, job)),
      sendChunk: (chunk, job) => worker.work(chunk, job),
      reconcile: async () => {
        await reconciler.run();
      },
    },
    stop: () => {
      stopping.abort();
      worker.stop();
    },
  };
}
