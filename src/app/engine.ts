import type { DataSource } from 'typeorm';
import type { Logger } from 'pino';
import { allowManyListeners } from '../kernel/linked-signal.js';
import { AuditStore } from '../access/audit.store.js';
import { AudienceStore } from '../campaigns/audience.store.js';
import { CancelledStore } from '../campaigns/cancelled.store.js';
import { CampaignEnding } from '../campaigns/ending.js';
import { CampaignSchedule } from '../campaigns/schedule.store.js';
import { CampaignStore } from '../campaigns/campaign.store.js';
import type { Settings } from '../config/settings.js';
import type { SqlExecutor, TransactionalSql } from '../database/rows.js';
import { SHUTDOWN } from '../kernel/shutdown.js';
import { withTimeout } from '../kernel/timeout.js';
import { chunkSlots, chunkCapacity } from '../delivery/capacity.js';
import { ChatPacing } from '../engine/chat-pacing.js';
import type { CircuitBreaker } from '../engine/circuit-breaker.js';
import { ChunkStore } from '../delivery/chunk.store.js';
import { ChunkWorker } from '../engine/chunk-worker.js';
import { ClaimStore } from '../delivery/claim.store.js';
import { SettlementStore } from '../delivery/settlement.store.js';
import { LeaseKeeper } from '../engine/lease-keeper.js';
import type { OwnBot } from '../delivery/own-bot.js';
import type { EngineMeter, JobHandle, JobHandlers, JobQueue, MessageSender } from '../engine/ports.js';
import { CampaignDriver } from '../engine/campaign-driver.js';
import { LeadTime } from '../engine/lead-time.js';
import { ProgressLog } from '../engine/progress-log.js';
import type { RateLimiter } from '../engine/rate-limiter.js';
import { Reconciler } from '../engine/reconciler.js';
import { SettlementWriter } from '../engine/settlements.js';
import { Takeover } from '../engine/takeover.js';
import { TakeoverStore } from '../engine/takeover.store.js';
import { PLAN_HARD_FACTOR, withTimeLimits } from '../engine/time-limit.js';
import { WorkerSession } from '../engine/worker-session.js';

export interface EngineParts {
  settings: Settings;
  /** For the session of the worker. */
  databaseUrl: string;
  dataSource: DataSource;
  engineSql: SqlExecutor;
  planningSql: TransactionalSql;
  queue: JobQueue;
  sender: MessageSender;
  limiter: RateLimiter;
  breaker: CircuitBreaker;
  meter: EngineMeter;
  ownBot: OwnBot;
  /** Whether the bot is that of the installation. */
  mayWork: () => boolean;
  logger: Logger;
}

export interface Engine {
  handlers: JobHandlers;
  /** Key of the session under which chunks are claimed. */
  holderKey(): string | null;
  /** To be called before a job is worked: from then on others see that this worker lives. */
  open(): Promise<void>;
  /** Begins to look for what dead workers have left. */
  start(): void;
  /** No new send from now on, and neither planning nor a repair goes on. */
  stop(): void;
  /** To be called when no job is worked any more: ends what was taken over, or gives up waiting for it. */
  close(): Promise<void>;
}

/** What a worker process runs. */
export function createEngine(parts: EngineParts): Engine {
  const {
    settings,
    databaseUrl,
    dataSource,
    engineSql,
    planningSql,
    queue,
    sender,
    limiter,
    breaker,
    meter,
    logger,
  } = parts;
  const { leaseMs, planTimeLimitMs, chunkTimeLimitMs, reconcileIntervalMs, auditRetentionDays } = settings;
  const capacity = chunkCapacity(settings);
  const campaigns = new CampaignStore(dataSource);
  const cancelled = new CancelledStore(dataSource);
  const ending = new CampaignEnding(campaigns, logger);
  const schedule = new CampaignSchedule(dataSource, campaigns, logger);
  const chunks = new ChunkStore(engineSql, parts.ownBot);
  const deliveries = new SettlementStore(engineSql, parts.ownBot);

  const driver = new CampaignDriver({
    store: campaigns,
    cancelled,
    schedule,
    audience: new AudienceStore(planningSql),
    chunks,
    queue,
    ending,
    capacity,
    overdueMs: reconcileIntervalMs,
    meter,
    logger,
  });
  const audit = new AuditStore(dataSource);
  const reconciler = new Reconciler({
    sql: dataSource,
    chunks,
    deliveries,
    cancelled,
    schedule,
    ending,
    driver,
    queue,
    leaseMs,
    overdueMs: reconcileIntervalMs,
    forgetOld: async (signal) => {
      if (auditRetentionDays > 0) await audit.forgetOlderThan(auditRetentionDays, signal);
    },
    meter,
    logger,
  });
  const settlements = new SettlementWriter(
    deliveries,
    (campaignId, state) => ending.endIfDue(campaignId, state),
    logger,
  );
  const session = new WorkerSession(databaseUrl, logger);
  const worker = new ChunkWorker(
    chunks,
    new LeaseKeeper(chunks, leaseMs, meter, logger),
    session,
    queue,
    {
      claims: new ClaimStore(engineSql, parts.ownBot),
      settlements,
      limiter,
      leadTime: new LeadTime(),
      pacing: new ChatPacing(engineSql),
      breaker,
      sender,
      ending,
      logger,
    },
    { leaseMs, timeLimitMs: chunkTimeLimitMs, capacity, slots: chunkSlots(settings) },
  );
  const stopping = new AbortController();
  const planLimits = {
    softMs: planTimeLimitMs,
    hardMs: planTimeLimitMs * PLAN_HARD_FACTOR,
    signals: [allowManyListeners(stopping.signal)],
  };
  const drive = (campaignId: string, job?: JobHandle) =>
    withTimeLimits(planLimits, (signal) => driver.drive(campaignId, signal, job));
  const store = new TakeoverStore(engineSql);
  const takeover = new Takeover({
    store,
    chunks,
    session,
    worker,
    drive,
    mayWork: parts.mayWork,
    leaseMs,
    meter,
    logger,
  });
  const progressLog = new ProgressLog(dataSource, settings.messagesPerSecond, logger);
  let stoppedAt = 0;
  return {
    handlers: {
      drive,
      sendChunk: (chunk, job) => worker.work(chunk, job),
      reconcile: async () => {
        await reconciler.run(stopping.signal);
      },
    },
    holderKey: () => session.current?.key ?? null,
    open: () => session.open(),
    start: () => {
      takeover.start();
      progressLog.start();
    },
    stop: () => {
      if (stopping.signal.aborted) return;
      stoppedAt = performance.now();
      stopping.abort();
      takeover.stop();
      progressLog.stop();
      worker.stop();
    },
    close: async () => {
      const ended = takeover.ended().then(() => worker.ended());
      await withTimeout(ended, stoppedAt + SHUTDOWN.workMs - performance.now());
      await session.close();
    },
  };
}
