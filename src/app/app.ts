import type { Logger } from 'pino';
import { AudienceStore } from '../campaigns/audience.store.js';
import type { Settings } from '../config/settings.js';
import { requireFreePort } from '../http/free-port.js';
import { PostgresListener } from '../database/listener.js';
import { JobScheduler } from '../jobs/job-scheduler.js';
import { Metrics } from '../metrics/metrics.js';
import { chunkSlots } from '../delivery/capacity.js';
import { CircuitBreaker } from '../engine/circuit-breaker.js';
import { MeteredSender } from '../engine/metered-sender.js';
import { OUTAGE_CHANNEL, PostgresOutage } from '../engine/outage.store.js';
import { PostgresRateLimit } from '../engine/rate-limit.store.js';
import { RateLimiter } from '../engine/rate-limiter.js';
import type { Api } from './api.js';
import { createBotGuard } from './bot-guard.js';
import { connectDatabase } from './database.js';
import type { Engine } from './engine.js';
import { connectJobs } from './jobs.js';
import type { ProcessDeps } from './deps.js';
import { createOperations } from './operations.js';
import { connectTelegram } from './telegram.js';
import { Undo } from './undo.js';

export type AppRole = 'api' | 'worker';

/** A running process. */
export interface App {
  /** Where the API listens, in a process that serves it. */
  url: string | undefined;
  /** The token to use the API with, when it was made on the first start rather than configured. */
  keptAdminToken: string | undefined;
  /** In a process that serves the API: a code for the fragment of a link that signs a browser in, once. */
  issueSignInCode: (() => string) | undefined;
  /** Where the built-in sandbox shows what it took, when it stands in for Telegram. */
  sandboxUrl: string | undefined;
  /**
   * Ends everything in order: not ready any more, no new send, no new request; what is in flight is answered and
   * settled, leases are released, connections closed.
   */
  stop(): Promise<void>;
}

/** Connects the process to all that is outside of it. Nothing of it does anything by itself yet. */
async function connect(settings: Settings, logger: Logger, undo: Undo): Promise<ProcessDeps> {
  const { leaseMs: lockMs, jobTickMs: tickMs, reconcileIntervalMs, messagesPerSecond } = settings;
  const database = await connectDatabase(settings, logger);
  undo.add(() => database.close());
  const telegram = await connectTelegram(settings, logger);
  undo.add(() => telegram.close());
  const { dataSource, engineSql, planningSql, jobPool } = database;
  const storage = await connectJobs(settings, jobPool);
  undo.add(() => storage.close());
  const chunkConcurrency = chunkSlots(settings);
  const scheduler = new JobScheduler({
    storage,
    lockMs,
    chunkConcurrency,
    reconcileIntervalMs,
    tickMs,
    logger,
  });
  const metrics = new Metrics(messagesPerSecond);
  const sender = new MeteredSender(telegram.sender, metrics.engine);
  const breaker = new CircuitBreaker({
    store: new PostgresOutage(engineSql, telegram.botId),
    sender,
    logger,
  });
  undo.add(() => {
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
  undo.add(() => guard.stop());
  await guard.start();
  const operations = createOperations({ database, telegram, scheduler, metrics, guard, logger });
  const sql = { dataSource, engineSql, planningSql };
  const databaseUrl = database.directUrl;
  const shared = { queue: scheduler, sender, limiter, breaker, meter: metrics.engine };
  const mayWork = () => guard.problem === null;
  const parts = { settings, databaseUrl, ...sql, ...shared, ownBot: telegram.ownBot, mayWork };
  return { ...parts, logger, database, telegram, scheduler, metrics, operations, guard };
}

async function serveOperations({ settings, operations, logger }: ProcessDeps, undo: Undo): Promise<void> {
  const { host, workerPort } = settings;
  if (workerPort === undefined) return;
  const { startOperationsServer } = await import('../http/operations-server.js');
  const server = await startOperationsServer({ host, port: workerPort }, operations);
  undo.add(() => server.close());
  logger.info(`health and metrics at ${server.url}`);
}

/** Begins to work jobs, where there is an engine for them, or else only to hand them in. */
async function startJobs(deps: ProcessDeps, engine: Engine | undefined, undo: Undo): Promise<void> {
  const { scheduler } = deps;
  undo.add(async () => {
    engine?.stop();
    await scheduler.stop();
    await engine?.close();
  });
  await engine?.open();
  if (!engine) await scheduler.start();
  else {
    const { startWork } = await import('./work.js');
    await startWork(deps, engine, undo);
  }
}

/** What other processes find out about Telegram stops or starts this one, too. */
async function followOutages(
  { databaseUrl, breaker, telegram, logger }: ProcessDeps,
  undo: Undo,
): Promise<void> {
  const refresh = () => void breaker.refresh();
  const listener = new PostgresListener({
    url: databaseUrl,
    channel: OUTAGE_CHANNEL,
    onNotification: (botId) => {
      if (botId === telegram.botId) refresh();
    },
    onConnected: refresh,
    logger,
  });
  await listener.start();
  undo.add(() => listener.close());
}

async function loadEngine(deps: ProcessDeps): Promise<Engine> {
  const { createEngine } = await import('./engine.js');
  return createEngine(deps);
}

async function serveApi(deps: ProcessDeps, undo: Undo): Promise<Api> {
  const { startApi } = await import('./api.js');
  const { dataSource, scheduler } = deps;
  const audience = new AudienceStore(dataSource);
  return startApi({ ...deps, audience, agenda: () => scheduler.current }, undo);
}

/** A role is loaded by the processes that have it. */
async function startRoles(
  deps: ProcessDeps,
  roles: readonly AppRole[],
  undo: Undo,
): Promise<Api | undefined> {
  const { scheduler, operations } = deps;
  const isApi = roles.includes('api');
  await followOutages(deps, undo);
  if (!isApi) await serveOperations(deps, undo);
  const engine = roles.includes('worker') ? await loadEngine(deps) : undefined;
  await startJobs(deps, engine, undo);
  const api = isApi ? await serveApi(deps, undo) : undefined;
  // Before anything that takes its time to end, during which messages would still go out.
  undo.add(() => {
    engine?.stop();
    deps.breaker.stop();
    void scheduler.stopTaking();
  });
  undo.add(() => {
    operations.readiness.stop();
  });
  return api;
}

/** The composition root: builds the parts that the roles need from the settings, and starts them. */
export async function startApp(settings: Settings, roles: readonly AppRole[], logger: Logger): Promise<App> {
  const undo = new Undo(logger);
  try {
    const { host, port, workerPort } = settings;
    const wanted = roles.includes('api') ? port : workerPort;
    if (wanted !== undefined) await requireFreePort(host, wanted);
    const deps = await connect(settings, logger, undo);
    const api = await startRoles(deps, roles, undo);
    const { sandboxUrl } = deps.telegram;
    return {
      url: api?.url,
      keptAdminToken: api?.keptAdminToken,
      issueSignInCode: api?.issueSignInCode,
      sandboxUrl,
      stop: () => undo.run(),
    };
  } catch (error) {
    await undo.run();
    throw error;
  }
}
