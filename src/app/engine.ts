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
import { StaleKeyboardStore } from '../delivery/stale-keyboard.store.js';
import { BackgroundRounds } from '../engine/background-rounds.js';
import { LaterStore } from '../delivery/later.store.js';
import { LaterReminders } from '../engine/later-reminders.js';
import { KeyboardTidy } from '../engine/keyboard-tidy.js';
import { ChatPacing } from '../engine/chat-pacing.js';
import type { CircuitBreaker } from '../engine/circuit-breaker.js';
import { WishStore } from '../questionnaire/wish.store.js';
import { PollStore } from '../polls/poll.store.js';
import { ChunkStore } from '../delivery/chunk.store.js';
import { ChunkWorker } from '../engine/chunk-worker.js';
import { ClaimStore } from '../delivery/claim.store.js';
import { SettlementStore } from '../delivery/settlement.store.js';
import { LeaseKeeper } from '../engine/lease-keeper.js';
import type { OwnBot } from '../delivery/own-bot.js';
import type {
  EngineMeter,
  JobHandle,
  JobHandlers,
  JobQueue,
  MessageSender,
  ReminderEditor,
} from '../engine/ports.js';
import { PollCountStore } from '../people/poll-counts.store.js';
import { CampaignDriver } from '../engine/campaign-driver.js';
import { LeadTime } from '../engine/lead-time.js';
import { ProgressLog } from '../engine/progress-log.js';
import type { RateLimiter } from '../engine/rate-limiter.js';
import { Reconciler } from '../engine/reconciler.js';
import { SettlementWriter } from '../engine/settlements.js';
import { Takeover } from '../engine/takeover.js';
import type { ReminderDeps } from './reminders.js';
import { TakeoverStore } from '../engine/takeover.store.js';
import { PLAN_HARD_FACTOR, withTimeLimits } from '../engine/time-limit.js';
import { WorkerSession } from '../engine/worker-session.js';

export interface EngineDeps {
  settings: Settings;
  /** For the session of the worker. */
  databaseUrl: string;
  dataSource: DataSource;
  engineSql: SqlExecutor;
  /** For claims. */
  keyedSql: SqlExecutor;
  planningSql: TransactionalSql;
  queue: JobQueue;
  sender: MessageSender;
  editor: ReminderEditor;
  reminders: ReminderDeps;
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

/** What several deps of an engine read and write. */
function createStores({ dataSource, engineSql, ownBot, logger }: EngineDeps) {
  const campaigns = new CampaignStore(dataSource);
  return {
    campaigns,
    cancelled: new CancelledStore(dataSource),
    ending: new CampaignEnding(campaigns, logger),
    schedule: new CampaignSchedule(dataSource, campaigns, logger),
    chunks: new ChunkStore(engineSql, ownBot),
    deliveries: new SettlementStore(engineSql, ownBot),
  };
}

type Stores = ReturnType<typeof createStores>;

function createDriver(deps: EngineDeps, { campaigns, ...stores }: Stores): CampaignDriver {
  const { settings, planningSql, queue, meter, logger } = deps;
  return new CampaignDriver({
    ...stores,
    store: campaigns,
    audience: new AudienceStore(planningSql),
    queue,
    capacity: chunkCapacity(settings),
    overdueMs: settings.reconcileIntervalMs,
    meter,
    logger,
  });
}

function createReconciler(deps: EngineDeps, stores: Stores, driver: CampaignDriver): Reconciler {
  const { settings, dataSource, queue, meter, logger } = deps;
  const { leaseMs, reconcileIntervalMs, auditRetentionDays } = settings;
  const audit = new AuditStore(dataSource);
  const polls = new PollStore(dataSource);
  const wishes = new WishStore(dataSource);
  return new Reconciler({
    ...stores,
    sql: dataSource,
    pollCounts: new PollCountStore(dataSource),
    driver,
    queue,
    leaseMs,
    overdueMs: reconcileIntervalMs,
    forgetOld: async (signal) => {
      await polls.eraseAnonymous();
      await wishes.forgetOld();
      if (auditRetentionDays > 0) await audit.forgetOlderThan(auditRetentionDays, signal);
    },
    meter,
    logger,
  });
}

function createWorker(
  deps: EngineDeps,
  { chunks, deliveries, ending }: Stores,
  session: WorkerSession,
): ChunkWorker {
  const { settings, engineSql, keyedSql, ownBot, queue, sender, reminders, limiter, breaker, meter, logger } =
    deps;
  const { leaseMs, chunkTimeLimitMs: timeLimitMs } = settings;
  const settlements = new SettlementWriter(
    deliveries,
    (campaignId, state) => ending.endIfDue(campaignId, state),
    logger,
  );
  const claims = new ClaimStore(keyedSql, ownBot);
  const pacing = new ChatPacing(engineSql, logger);
  const leadTime = new LeadTime();
  return new ChunkWorker(
    chunks,
    new LeaseKeeper(chunks, leaseMs, meter, logger),
    session,
    queue,
    {
      claims,
      settlements,
      limiter,
      leadTime,
      pacing,
      breaker,
      sender,
      writer: reminders.writer,
      ending,
      logger,
    },
    { leaseMs, timeLimitMs, capacity: chunkCapacity(settings), slots: chunkSlots(settings) },
  );
}

/** What a worker does beside the chunks. */
function createBackground(deps: EngineDeps): BackgroundRounds {
  const { engineSql, ownBot, limiter, editor, sender, reminders, mayWork, logger } = deps;
  const { writer } = reminders;
  const later = new LaterReminders({
    store: new LaterStore(engineSql, writer.defaultTemplate(), ownBot),
    limiter,
    pacing: new ChatPacing(engineSql, logger),
    sender,
    writer,
    logger,
  });
  const tidy = new KeyboardTidy(new StaleKeyboardStore(engineSql, ownBot), limiter, editor);
  const works = [
    { name: 'sending reminders that people asked for', round: (stop: AbortSignal) => later.round(stop) },
    { name: 'taking buttons from old reminders', round: (stop: AbortSignal) => tidy.round(stop) },
  ];
  return new BackgroundRounds(works, mayWork, logger);
}

/** What a worker process runs. */
class WorkerEngine implements Engine {
  readonly handlers: JobHandlers;
  private readonly session: WorkerSession;
  private readonly worker: ChunkWorker;
  private readonly takeover: Takeover;
  private readonly progressLog: ProgressLog;
  private readonly background: BackgroundRounds;
  private readonly stopping = new AbortController();
  private stoppedAt = 0;

  constructor(deps: EngineDeps) {
    const { settings, databaseUrl, dataSource, engineSql, mayWork, meter, logger } = deps;
    const { leaseMs, messagesPerSecond } = settings;
    const stores = createStores(deps);
    const driver = createDriver(deps, stores);
    const reconciler = createReconciler(deps, stores, driver);
    const session = new WorkerSession(databaseUrl, logger);
    const worker = createWorker(deps, stores, session);
    const drive = this.limitDrives(driver, settings.planTimeLimitMs);
    const store = new TakeoverStore(engineSql);
    const { chunks } = stores;
    this.takeover = new Takeover({ store, chunks, session, worker, drive, mayWork, leaseMs, meter, logger });
    this.progressLog = new ProgressLog(dataSource, messagesPerSecond, logger);
    this.background = createBackground(deps);
    this.session = session;
    this.worker = worker;
    this.handlers = {
      drive,
      sendChunk: (chunk, job) => worker.work(chunk, job),
      reconcile: async () => {
        await reconciler.run(this.stopping.signal);
      },
    };
  }

  holderKey(): string | null {
    return this.session.current?.key ?? null;
  }

  open(): Promise<void> {
    return this.session.open();
  }

  start(): void {
    this.takeover.start();
    this.progressLog.start();
    this.background.start();
  }

  stop(): void {
    if (this.stopping.signal.aborted) return;
    this.stoppedAt = performance.now();
    this.stopping.abort();
    this.takeover.stop();
    this.progressLog.stop();
    this.background.stop();
    this.worker.stop();
  }

  async close(): Promise<void> {
    const ended = Promise.all([
      this.takeover.ended().then(() => this.worker.ended()),
      this.background.ended(),
    ]);
    await withTimeout(ended, this.stoppedAt + SHUTDOWN.workMs - performance.now());
    await this.session.close();
  }

  private limitDrives(driver: CampaignDriver, softMs: number) {
    const signals = [allowManyListeners(this.stopping.signal)];
    const limits = { softMs, hardMs: softMs * PLAN_HARD_FACTOR, signals };
    return (campaignId: string, job?: JobHandle): Promise<void> =>
      withTimeLimits(limits, (signal) => driver.drive(campaignId, signal, job));
  }
}

export function createEngine(deps: EngineDeps): Engine {
  return new WorkerEngine(deps);
}
