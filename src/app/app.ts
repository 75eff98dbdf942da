import type { BotApiSandbox } from '@pollcast/bot-api-sandbox';
import type { Logger } from 'pino';
import { AudienceStore } from '../campaigns/audience.store.js';
import type { Settings } from '../config/settings.js';
import { SettingsError } from '../config/settings-error.js';
import { requireFreePort } from '../http/free-port.js';
import { JobScheduler } from '../jobs/job-scheduler.js';
import { Metrics } from '../metrics/metrics.js';
import { chunkSlots } from '../delivery/capacity.js';
import { CircuitBreaker } from '../engine/circuit-breaker.js';
import { PeopleStore } from '../people/people.store.js';
import { MeteredSender } from '../engine/metered-sender.js';
import { OUTAGE_CHANNEL, PostgresOutage } from '../engine/outage.store.js';
import { PostgresRateLimit } from '../engine/rate-limit.store.js';
import { RateLimiter } from '../engine/rate-limiter.js';
import type { Api } from './api.js';
import { createBotGuard } from './bot-guard.js';
import { connectDatabase, type ConnectedDatabase } from './database.js';
import type { Engine } from './engine.js';
import { connectJobs } from './jobs.js';
import type { JobProcessDeps, ProcessDeps } from './deps.js';
import { createOps } from './ops.js';
import { createReminders } from './reminders.js';
import { TelegramReminderEditor } from '../telegram/reminder-editor.js';
import { connectTelegram, createSender } from './telegram.js';
import { ShutdownStack } from './shutdown-stack.js';
import { createDoor } from './webhook.js';

/** A worker also talks to people while no process with the role `bot` does (docs/adr/0023). */
export type AppRole = 'api' | 'worker' | 'bot';

/** A running process. */
export interface App {
  /** URL of the API, in a process that serves it. */
  url: string | undefined;
  /** The admin token, if it was generated rather than configured. */
  generatedAdminToken: string | undefined;
  /** Issues a one-time code for a sign-in link, in a process that serves the API. */
  issueSignInCode: (() => string) | undefined;
  /** The built-in sandbox, if it stands in for Telegram. */
  sandbox: BotApiSandbox | undefined;
  /**
   * Shuts down gracefully: the process is no longer ready, starts no sends and accepts no requests; what is in flight is
   * answered and settled, leases are released, connections closed.
   */
  stop(): Promise<void>;
}

async function connectScheduler(
  settings: Settings,
  database: ConnectedDatabase,
  logger: Logger,
  shutdown: ShutdownStack,
): Promise<JobScheduler> {
  const { leaseMs: lockMs, jobTickMs: tickMs, reconcileIntervalMs } = settings;
  const storage = await connectJobs(settings, database, logger);
  shutdown.add(() => storage.close());
  const chunkConcurrency = chunkSlots(settings);
  return new JobScheduler({ storage, lockMs, chunkConcurrency, reconcileIntervalMs, tickMs, logger });
}

interface Connected {
  deps: ProcessDeps;
  /** None where neither the API nor a worker runs: people are answered whether or not the job storage is there. */
  scheduler: JobScheduler | undefined;
}

/** Connects to the database, the job storage and Telegram, without starting any work. */
async function connect(
  settings: Settings,
  roles: readonly AppRole[],
  logger: Logger,
  shutdown: ShutdownStack,
): Promise<Connected> {
  const { messagesPerSecond, webhookUrl } = settings;
  const database = await connectDatabase(settings, logger);
  shutdown.add(() => database.close());
  const people = new PeopleStore(database.dataSource);
  const telegram = await connectTelegram(settings, logger, (id) => people.find(id));
  shutdown.add(() => telegram.close());
  const { dataSource, engineSql, keyedSql, planningSql } = database;
  const usesJobs = roles.some((role) => role !== 'bot');
  const scheduler = usesJobs ? await connectScheduler(settings, database, logger, shutdown) : undefined;
  const metrics = new Metrics(messagesPerSecond);
  const reminders = await createReminders(engineSql, settings);
  const sender = new MeteredSender(createSender(telegram, reminders.view, settings), metrics.engine);
  const breaker = new CircuitBreaker({
    store: new PostgresOutage(engineSql, telegram.botId),
    sender,
    logger,
  });
  shutdown.add(() => {
    breaker.stop();
  });
  const limiter = new RateLimiter(
    new PostgresRateLimit(engineSql, telegram.botId, messagesPerSecond),
    messagesPerSecond,
    (error) => {
      logger.warn({ err: error }, 'the rate limit could not be read');
    },
    metrics.engine,
    breaker,
  );
  const guard = createBotGuard(telegram, engineSql, logger);
  shutdown.add(() => guard.stop());
  await guard.start();
  const ops = createOps({ database, telegram, scheduler, metrics, guard, logger });
  const sql = { dataSource, engineSql, keyedSql, planningSql };
  const databaseUrl = database.directUrl;
  const editor = new TelegramReminderEditor(telegram.botApi, reminders.view);
  const shared = { sender, editor, limiter, breaker, meter: metrics.engine };
  const mayWork = () => guard.problem === null;
  const talks = roles.some((role) => role !== 'api');
  const webhook = talks && webhookUrl !== undefined ? await createDoor(engineSql, telegram) : undefined;
  const parts = { settings, databaseUrl, ...sql, ...shared, ownBot: telegram.ownBot, mayWork };
  const deps = { ...parts, logger, database, telegram, reminders, metrics, ops, guard, webhook };
  return { deps, scheduler };
}

async function serveOps(
  { settings, ops, webhook, logger }: ProcessDeps,
  shutdown: ShutdownStack,
): Promise<void> {
  const { host, workerPort } = settings;
  if (workerPort === undefined) return;
  const { startOpsServer } = await import('../http/ops-server.js');
  const server = await startOpsServer({ host, port: workerPort }, ops, webhook);
  shutdown.add(() => server.close());
  logger.info(`health and metrics at ${server.url}`);
}

/** Starts the job queue: with an engine it works jobs, otherwise it only creates them. */
async function startJobs(
  deps: JobProcessDeps,
  engine: Engine | undefined,
  shutdown: ShutdownStack,
): Promise<void> {
  const { scheduler } = deps;
  shutdown.add(async () => {
    engine?.stop();
    await scheduler.stop();
    await engine?.close();
  });
  await engine?.open();
  if (!engine) await scheduler.start();
  else {
    const { startWork } = await import('./work.js');
    await startWork(deps, engine, shutdown);
  }
}

/** Follows the outages of Telegram that other processes notice. */
async function followOutages(
  { database, breaker, telegram }: ProcessDeps,
  shutdown: ShutdownStack,
): Promise<void> {
  const refresh = () => void breaker.refresh();
  const end = await database.listener.listen({
    name: OUTAGE_CHANNEL,
    onNotification: (botId) => {
      if (botId === telegram.botId) refresh();
    },
    onConnected: refresh,
  });
  shutdown.add(end);
}

async function loadEngine(deps: JobProcessDeps): Promise<Engine> {
  const { createEngine } = await import('./engine.js');
  return createEngine(deps);
}

async function serveApi(deps: JobProcessDeps, shutdown: ShutdownStack): Promise<Api> {
  const { startApi } = await import('./api.js');
  const { dataSource, scheduler } = deps;
  const audience = new AudienceStore(dataSource);
  return startApi({ ...deps, audience, agenda: () => scheduler.current }, shutdown);
}

/** Starts the API, the work on jobs, or both. */
async function startJobRoles(
  deps: JobProcessDeps,
  roles: readonly AppRole[],
  shutdown: ShutdownStack,
): Promise<Api | undefined> {
  const engine = roles.includes('worker') ? await loadEngine(deps) : undefined;
  await startJobs(deps, engine, shutdown);
  const api = roles.includes('api') ? await serveApi(deps, shutdown) : undefined;
  // Before steps that take time, during which messages would still go out.
  shutdown.add(() => {
    engine?.stop();
    deps.breaker.stop();
    void deps.scheduler.stopTaking();
  });
  return api;
}

/** Loads and starts the roles of this process. */
async function startRoles(
  { deps, scheduler }: Connected,
  roles: readonly AppRole[],
  shutdown: ShutdownStack,
): Promise<Api | undefined> {
  await followOutages(deps, shutdown);
  if (!roles.includes('api')) await serveOps(deps, shutdown);
  if (roles.includes('bot')) {
    const { startConversation } = await import('./conversation.js');
    await startConversation(deps, shutdown);
  }
  const api = scheduler && (await startJobRoles({ ...deps, scheduler, queue: scheduler }, roles, shutdown));
  shutdown.add(() => {
    deps.ops.readiness.stop();
  });
  return api;
}

/** The composition root: creates and starts what the roles need. */
export async function startApp(settings: Settings, roles: readonly AppRole[], logger: Logger): Promise<App> {
  const shutdown = new ShutdownStack(logger);
  try {
    const { host, port, workerPort } = settings;
    const wanted = roles.includes('api') ? port : workerPort;
    if (wanted !== undefined) await requireFreePort(host, wanted);
    else if (settings.webhookUrl !== undefined)
      throw new SettingsError('WORKER_PORT must go with WEBHOOK_URL: on it Telegram is listened to.');
    const connected = await connect(settings, roles, logger, shutdown);
    const api = await startRoles(connected, roles, shutdown);
    const { sandbox } = connected.deps.telegram;
    return {
      url: api?.url,
      generatedAdminToken: api?.generatedAdminToken,
      issueSignInCode: api?.issueSignInCode,
      sandbox,
      stop: () => shutdown.run(),
    };
  } catch (error) {
    await shutdown.run();
    throw error;
  }
}
