import type { DataSource } from 'typeorm';
import type { Logger } from 'pino';
import { manyMayFollow } from '../async/linked-signal.js';
import { AudienceStore } from '../campaigns/audience.store.js';
import { SystemCampaignControl } from '../campaigns/campaign-control.js';
import { CampaignSchedule } from '../campaigns/schedule.js';
import { CampaignStore } from '../campaigns/campaign.store.js';
import type { Settings } from '../config/settings.js';
import type { SqlExecutor, TransactionalSql } from '../database/rows.js';
import type { JobHandlers } from '../jobs/job-scheduler.js';
import { endIfDue } from '../sending/campaign-ending.js';
import { runningMessagesOf } from '../sending/capacity.js';
import { ChatPacing } from '../sending/chat-pacing.js';
import { ChunkStore } from '../sending/chunk.store.js';
import { ChunkWorker } from '../sending/chunk-worker.js';
import { DeliveryStore } from '../sending/delivery.store.js';
import { LeaseKeeper } from '../sending/lease-keeper.js';
import type { MessageSender } from '../sending/outcome.js';
import { CampaignPlanner } from '../sending/planner.js';
import type { EngineMeter, JobQueue } from '../sending/ports.js';
import type { RateLimiter } from '../sending/rate-limiter.js';
import { Reconciler } from '../sending/reconciler.js';
import { SendWindow } from '../sending/send-window.js';
import { SettlementWriter } from '../sending/settlements.js';
import { PLAN_HARD_FACTOR, withTimeLimits } from '../sending/time-limit.js';

export interface EngineParts {
  settings: Settings;
  dataSource: DataSource;
  engineSql: SqlExecutor;
  planningSql: TransactionalSql;
  queue: JobQueue;
  sender: MessageSender;
  limiter: RateLimiter;
  meter: EngineMeter;
  logger: Logger;
}

export interface Engine {
  handlers: JobHandlers;
  /** No new send from now on, and neither planning nor a repair goes on. */
  stop(): void;
}

/** What a worker process runs. */
export function createEngine(parts: EngineParts): Engine {
  const { settings, dataSource, engineSql, planningSql, queue, sender, limiter, meter, logger } = parts;
  const { leaseMs, planTimeLimitMs, chunkTimeLimitMs, reconcileIntervalMs } = settings;
  const runningMessages = runningMessagesOf(settings);
  const campaigns = new CampaignStore(dataSource);
  const control = new SystemCampaignControl(campaigns, logger);
  const schedule = new CampaignSchedule(dataSource, campaigns, logger);
  const chunks = new ChunkStore(engineSql);
  const deliveries = new DeliveryStore(engineSql);

  const planner = new CampaignPlanner({
    store: campaigns,
    schedule,
    audience: new AudienceStore(planningSql),
    chunks,
    queue,
    campaigns: control,
    runningMessages,
    overdueMs: reconcileIntervalMs,
    meter,
    logger,
  });
  const reconciler = new Reconciler({
    sql: dataSource,
    chunks,
    deliveries,
    campaigns,
    schedule,
    control,
    planner,
    queue,
    leaseMs,
    overdueMs: reconcileIntervalMs,
    meter,
    logger,
  });
  const settlements = new SettlementWriter(
    deliveries,
    (campaignId, state) => endIfDue(control, campaignId, state),
    logger,
  );
  const worker = new ChunkWorker(
    chunks,
    new LeaseKeeper(chunks, leaseMs, meter, logger),
    queue,
    {
      deliveries,
      settlements,
      limiter,
      pacing: new ChatPacing(engineSql),
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
    hardMs: planTimeLimitMs * PLAN_HARD_FACTOR,
    signals: [manyMayFollow(stopping.signal)],
  };
  return {
    handlers: {
      plan: (campaignId, job) =>
        withTimeLimits(planLimits, (signal) => planner.plan(campaignId, signal, job)),
      sendChunk: (chunk, job) => worker.work(chunk, job),
      reconcile: async () => {
        await reconciler.run(stopping.signal);
      },
    },
    stop: () => {
      stopping.abort();
      worker.stop();
    },
  };
}
