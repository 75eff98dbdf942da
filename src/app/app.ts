import type { Logger } from 'pino';
import { AudienceStore } from '../campaigns/audience.store.js';
import type { Settings } from '../config/settings.js';
import { startOperationsServer } from '../http/operations-server.js';
import { JobScheduler } from '../jobs/job-scheduler.js';
import { Metrics } from '../metrics/metrics.js';
import { chunkSlotsOf } from '../sending/capacity.js';
import { MeteredSender } from '../sending/metered-sender.js';
import { PostgresRateLimit } from '../sending/rate-limit.store.js';
import { RateLimiter } from '../sending/rate-limiter.js';
import { WorkerHeartbeat } from '../sending/worker-heartbeat.js';
import { startApi, type Api } from './api.js';
import { connectDatabase } from './database.js';
import { createEngine, type Engine } from './engine.js';
import { connectJobs } from './jobs.js';
import { createOperations } from './operations.js';
import { connectTelegram, startBot } from './telegram.js';

export type AppRole = 'api' | 'worker';

/** A running process. */
export interface App {
  /** Where the API listens, in a process that serves it. */
  url: string | undefined;
  /** The token to use the API with, when it was made on the first start rather than configured. */
  keptAdminToken: string | undefined;
  /**
   * Ends everything in order: not ready any more, no new send, no new request; what is in flight is answered and
   * settled, leases are released, connections closed.
   */
  stop(): Promise<void>;
}

/** The composition root: builds the parts that the roles need from the settings, and starts them. */
export async function startApp(settings: Settings, roles: readonly AppRole[], logger: Logger): Promise<App> {
  // Each step is undone in reverse order, also when a later one fails.
  const cleanup: (() => Promise<void> | void)[] = [];
  async function stop(): Promise<void> {
    for (let undo = cleanup.pop(); undo; undo = cleanup.pop()) {
      try {
        await undo();
      } catch (error) {
        logger.error({ err: error }, 'a part of the process did not end in order');
      }
    }
  }
  try {
    const database = await connectDatabase(settings, logger);
    cleanup.push(() => database.close());
    const telegram = await connectTelegram(settings, logger);
    cleanup.push(() => telegram.close());
    const { dataSource, jobPool, engineSql } = database;
    const storage = await connectJobs(settings, jobPool);
    cleanup.push(() => storage.close());
    const scheduler = new JobScheduler({
      storage,
      lockMs: settings.leaseMs,
      chunkConcurrency: chunkSlotsOf(settings),
      reconcileIntervalMs: settings.reconcileIntervalMs,
      logger,
    });
    const rateLimit = new PostgresRateLimit(engineSql, telegram.botId, settings.messagesPerSecond);
    const metrics = new Metrics(settings.messagesPerSecond);
    const limiter = new RateLimiter(
      rateLimit,
      settings.messagesPerSecond,
      (error) => {
        logger.warn({ err: error }, 'the rate limit could not be read');
      },
      metrics.engine,
    );
    const operations = createOperations({ database, telegram, scheduler, metrics, logger });
    if (!roles.includes('api') && settings.workerPort !== undefined) {
      const server = await startOperationsServer(
        { host: settings.host, port: settings.workerPort },
        operations,
      );
      cleanup.push(() => server.close());
      logger.info(`health and metrics at ${server.url}`);
    }
    const parts = {
      settings,
      dataSource,
      engineSql,
      queue: scheduler,
      sender: new MeteredSender(telegram.sender, metrics.engine),
      limiter,
      meter: metrics.engine,
      logger,
    };
    const engine: Engine | undefined = roles.includes('worker') ? createEngine(parts) : undefined;
    cleanup.push(() => scheduler.stop());
    await scheduler.start(engine?.handlers);
    if (engine) {
      const bot = startBot({ ...parts, telegram, databaseUrl: database.url });
      cleanup.push(() => bot.stop());
      metrics.watchBot(bot);
      const heartbeat = new WorkerHeartbeat(engineSql, logger);
      heartbeat.start();
      cleanup.push(() => heartbeat.stop());
      logger.info('working jobs');
    }
    let api: Api | undefined;
    if (roles.includes('api')) {
      api = await startApi({
        ...parts,
        databaseUrl: database.url,
        audience: new AudienceStore(dataSource),
        operations,
        agenda: () => scheduler.current,
      });
      cleanup.push(api.close);
    }
    if (engine) {
      // Before anything that takes its time to end, during which messages would still go out.
      cleanup.push(() => {
        engine.stop();
        void scheduler.stopTaking();
      });
    }
    cleanup.push(() => {
      operations.readiness.stop();
    });
    return { url: api?.url, keptAdminToken: api?.keptAdminToken, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
