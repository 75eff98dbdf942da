import type { Logger } from 'pino';
import { pendingMigrations } from '../database/migrate.js';
import { Cached } from '../health/cached.js';
import { Readiness, type Check } from '../health/readiness.js';
import type { BotGuard } from '../installation/bot-guard.js';
import type { JobScheduler } from '../jobs/job-scheduler.js';
import type { Metrics } from '../metrics/metrics.js';
import { readWorkload } from '../engine/workload.js';
import { askTelegram } from '../telegram/reachability.js';
import type { ConnectedDatabase } from './database.js';
import type { ConnectedTelegram } from './telegram.js';

export interface OpsDeps {
  database: ConnectedDatabase;
  telegram: ConnectedTelegram;
  /** None in a process that has nothing to do with jobs. */
  scheduler: JobScheduler | undefined;
  metrics: Metrics;
  guard: BotGuard;
  logger: Logger;
}

/** Health and metrics of a process, for its routes. */
export interface Ops {
  readiness: Readiness;
  metrics: Metrics;
}

/** Several scrapes within this time share one read of the database. */
const WORKLOAD = { keepMs: 2000, timeoutMs: 3000 };
/** Probes and scrapes within this time share one request to Telegram. */
const TELEGRAM = { keepMs: 5000, timeoutMs: 2000 };

/** Creates the readiness checks, and the gauges that are read for each scrape. */
export function createOps(deps: OpsDeps): Ops {
  const { database, telegram, scheduler, metrics, guard, logger } = deps;
  const { dataSource, pools } = database;
  const workload = new Cached(() => readWorkload(dataSource), WORKLOAD);
  const telegramState = new Cached(() => askTelegram(telegram.botApi), TELEGRAM);
  metrics.watchWorkload(() => workload.get());
  metrics.watchPools(pools);
  metrics.watchTelegram(() => telegramState.get().catch(() => ({ reachable: false, tokenRejected: false })));
  const checks: Check[] = [
    {
      name: 'database',
      run: async () => {
        await dataSource.query('SELECT 1');
      },
    },
    ...(scheduler ? [{ name: 'jobs', run: () => scheduler.check() }] : []),
    {
      name: 'migrations',
      run: async () => {
        const pending = await pendingMigrations(dataSource);
        if (pending.length > 0) throw new Error(`The database lacks ${pending.join(', ')}.`);
      },
    },
  ];
  checks.push({
    name: 'bot',
    run: () => (guard.problem === null ? Promise.resolve() : Promise.reject(new Error(guard.problem))),
  });
  if (telegram.sandbox === undefined) {
    checks.push({
      name: 'telegram',
      // A refused token is an answer: the process must stay reachable to report it.
      run: async () => {
        if (!(await telegramState.get()).reachable) throw new Error('Telegram does not answer.');
      },
    });
  }
  return { readiness: new Readiness(checks, logger), metrics };
}
