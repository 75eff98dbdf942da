import { Pool, type PoolConfig } from 'pg';
import type { DataSource } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import type { Logger } from 'pino';
import type { Settings } from '../config/settings.js';
import { createDataSource } from '../database/data-source.js';
import { joinEmbeddedPostgres } from '../database/embedded/index.js';
import { migrate } from '../database/migrate.js';
import { PreparedSql } from '../database/prepared.js';
import { PoolSql } from '../database/pool-sql.js';
import type { SqlExecutor, TransactionalSql } from '../database/rows.js';
import { engineSession, sessionSettings } from '../database/session.js';

export interface DatabaseLocation {
  url: string;
  embedded: boolean;
  leave(): Promise<void>;
}

/** The configured database, or else the embedded one, which is started if it does not run yet. */
export async function locateDatabase(
  { databaseUrl, dataDir }: Pick<Settings, 'databaseUrl' | 'dataDir'>,
  logger: Logger,
): Promise<DatabaseLocation> {
  if (databaseUrl !== undefined) return { url: databaseUrl, embedded: false, leave: () => Promise.resolve() };
  const embedded = await joinEmbeddedPostgres({
    dataDir,
    onProgress: (message) => {
      logger.info(message);
    },
  });
  return { url: embedded.url, embedded: true, leave: () => embedded.leave() };
}

export interface ConnectedDatabase {
  url: string;
  dataSource: DataSource;
  /** For the job queue, whose statements must not wait behind those of the application. */
  jobPool: Pool;
  /** For the statements of the engine that run for every message. */
  engineSql: SqlExecutor;
  /** For the planning of audiences, whose statements take as long as they take. */
  planningSql: TransactionalSql;
  /** Every pool of the process, by what it is for. */
  pools: Record<'application' | 'jobs' | 'engine' | 'planning', Pool>;
  close(): Promise<void>;
}

const JOB_POOL_SIZE = 6;
const ENGINE_POOL_SIZE = 8;
/** As many as may be planned at once in one process, and one to break a planning off. */
const PLANNING_POOL_SIZE = 5;

const CONNECT_TIMEOUT_MS = 10_000;
/** No statement of the jobs and the engine takes as long: the connection is silent, and given up for another. */
const STATEMENT_TIMEOUT_MS = 15_000;
/** The server ends it before that: what nobody waits for must neither hold locks nor take effect later. */
const SERVER_TIMEOUT_MS = 14_000;
/** The longest of the application's gives a whole campaign another try, or counts a filtered list. */
const APPLICATION_TIMEOUT_MS = 60_000;

function createPool(url: string, applicationName: string, options: PoolConfig, logger: Logger): Pool {
  const pool = new Pool({
    connectionString: url,
    application_name: applicationName,
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    ...options,
  });
  pool.on('error', (error) => {
    logger.warn({ err: error }, 'an idle database connection was lost');
  });
  return pool;
}

/** Locates the database, brings its schema up to date and connects. */
export async function connectDatabase(
  settings: Pick<Settings, 'databaseUrl' | 'dataDir'>,
  logger: Logger,
): Promise<ConnectedDatabase> {
  const location = await locateDatabase(settings, logger);
  const { url } = location;
  try {
    const ran = await migrate({ url, logger });
    if (ran.length > 0) logger.info({ migrations: ran }, 'database schema brought up to date');
    const statementTimeoutMs = APPLICATION_TIMEOUT_MS;
    const dataSource = await createDataSource({ url, logger, statementTimeoutMs }).initialize();
    const limit = { query_timeout: STATEMENT_TIMEOUT_MS };
    const jobs = { max: JOB_POOL_SIZE, ...limit, ...sessionSettings(SERVER_TIMEOUT_MS) };
    const jobPool = createPool(url, 'pollcast jobs', jobs, logger);
    const engine = { max: ENGINE_POOL_SIZE, ...limit, ...engineSession(SERVER_TIMEOUT_MS) };
    const enginePool = createPool(url, 'pollcast engine', engine, logger);
    const patient = { max: PLANNING_POOL_SIZE, ...sessionSettings() };
    const planningPool = createPool(url, 'pollcast planning', patient, logger);
    return {
      url,
      dataSource,
      jobPool,
      engineSql: new PreparedSql(enginePool, logger),
      planningSql: new PoolSql(planningPool),
      pools: {
        application: (dataSource.driver as PostgresDriver).master as Pool,
        jobs: jobPool,
        engine: enginePool,
        planning: planningPool,
      },
      close: async () => {
        await Promise.all([dataSource.destroy(), jobPool.end(), enginePool.end(), planningPool.end()]);
        await location.leave();
      },
    };
  } catch (error) {
    await location.leave();
    throw error;
  }
}
