import type { Logger } from 'pino';
import { AudienceStore } from '../campaigns/audience.store.js';
import type { Settings } from '../config/settings.js';
import { JobScheduler } from '../jobs/job-scheduler.js';
import { PostgresRateLimit, RateLimiter } from '../sending/rate-limiter.js';
import { startApi, type Api } from './api.js';
import { connectDatabase } from './database.js';
import { chunkSlotsOf, createEngine, type Engine } from './engine.js';
import { connectJobs } from './jobs.js';
import { connectTelegram, startBot } from './telegram.js';

export type AppRole = 'api' | 'worker';

/** A running process. */
export interface App {
  /** Where the API listens, in a process that serves it. */
  url: string | undefined;
  /** The token to use the API with, when it was made on the first start rather than configured. */
  keptAdminToken: string | undefined;
  /** Ends everything in order: no new request, no new send, what is in flight is settled, leases are released. */
  stop(): Promise<void>;
}

/** The composition root: builds the parts that the roles need from the settings, and starts them. */
export async function startApp(settings: Settings, roles: readonly AppRole[], logger: Logger): Promise<App> {
  // Each step is undone in reverse order, also when a later one fails.
  const cleanup: (() => Promise<void> | void)[] = [];
  async function stop(): Promise<void> {
    for (let undo = cleanup.pop(); undo; undo = cleanup.pop()) await undo();
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
    const limiter = new RateLimiter(rateLimit, settings.messagesPerSecond, (error) => {
      logger.warn({ err: error }, 'the rate limit could not be read');
    });
    const parts = {
      settings,
      dataSource,
      engineSql,
      queue: scheduler,
      sender: telegram.sender,
      limiter,
      logger,
    };
    const engine: Engine | undefined = roles.includes('worker') ? createEngine(parts) : undefined;
    cleanup.push(() => scheduler.stop());
    await scheduler.start(engine?.handlers);
    if (engine) {
      const poller = startBot({ ...parts, telegram, databaseUrl: database.url });
      cleanup.push(() => poller.stop());
      logger.info('working jobs');
    }
    let api: Api | undefined;
    if (roles.includes('api')) {
      api = await startApi({ ...parts, databaseUrl: database.url, audience: new AudienceStore(dataSource) });
      cleanup.push(api.close);
    }
    if (engine) {
      // Before anything that takes its time to end, during which messages would still go out.
      cleanup.push(() => {
        engine.stop();
      });
    }
    return { url: api?.url, keptAdminToken: api?.keptAdminToken, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
