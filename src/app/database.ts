import type { Pool, PoolConfig } from 'pg';
import type { DataSource } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import type { Logger } from 'pino';
import { prepareDataDir } from '../config/data-dir.js';
import type { Settings } from '../config/settings.js';
import { createDataSource, migrate } from './data-source.js';
import { PostgresListener } from '../database/listener.js';
import { openSession, preflight } from '../database/preflight.js';
import { PatientPool } from '../database/patient-pool.js';
import { PreparedSql } from '../database/prepared.js';
import { PoolSql } from '../database/pool-sql.js';
import type { SqlExecutor, TransactionalSql } from '../database/rows.js';
import { whileScarce } from '../database/scarce.js';
import type { WatchedConnection } from '../database/watched-connection.js';
import {
  keyedSession,
  ENDS_WITH_CLIENT,
  engineSession,
  pooledSession,
  sessionSettings,
} from '../database/session.js';
import { joinEmbeddedDatabase } from './embedded-database.js';

export type DatabaseSettings = Pick<
  Settings,
  'databaseUrl' | 'databaseDirectUrl' | 'databaseConnections' | 'dataDir'
>;

export interface DatabaseLocation {
  url: string;
  /** URL past a pooler, for everything that needs a session: LISTEN, advisory locks, migrations, the job queue. */
  directUrl: string;
  embedded: boolean;
  /** A connection to directUrl. */
  session: WatchedConnection;
  /** Closes the session as well. */
  leave: () => Promise<void>;
}

/**
 * Locates the configured database, or else the embedded one, and starts that if necessary.
 * @throws UnfitDatabase if the configured one cannot be used as it is
 */
export async function locateDatabase(settings: DatabaseSettings, logger: Logger): Promise<DatabaseLocation> {
  const { databaseUrl: url, databaseDirectUrl, databaseConnections: connections, dataDir } = settings;
  if (url !== undefined) {
    const directUrl = databaseDirectUrl ?? url;
    const session = await preflight({ url, directUrl, connections, logger });
    return { url, directUrl, embedded: false, session, leave: () => session.close() };
  }
  prepareDataDir(dataDir);
  const embedded = await joinEmbeddedDatabase({
    dataDir,
    onProgress: (message) => {
      logger.info(message);
    },
  });
  const { url: embeddedUrl } = embedded;
  try {
    const session = await openSession(embeddedUrl, logger);
    const leave = async () => {
      await session.close();
      await embedded.leave();
    };
    return { url: embeddedUrl, directUrl: embeddedUrl, embedded: true, session, leave };
  } catch (error) {
    await embedded.leave();
    throw error;
  }
}

type PoolName = 'application' | 'jobs' | 'engine' | 'keyed' | 'planning';

export interface ConnectedDatabase {
  /** As in DatabaseLocation. */
  directUrl: string;
  dataSource: DataSource;
  /** Listens on the connection over which the process has started. */
  listener: PostgresListener;
  /** For the job queue, whose statements must not wait behind those of the application. */
  jobPool: Pool;
  /** For the statements of the engine that run for every message. */
  engineSql: SqlExecutor;
  /** For claims, and for what people say and press: statements that find their rows by keys. */
  keyedSql: SqlExecutor;
  /** For planning, whose statements have no time limit. */
  planningSql: TransactionalSql;
  /** All pools of the process by purpose. */
  pools: Record<PoolName, Pool>;
  close(): Promise<void>;
}

/** Connections besides the pools: LISTEN, the poller of updates, and the worker's session. */
const SINGLE_CONNECTIONS = 3;

/** Divides the connections of a process by purpose: 15, 6, 6, 5 and 5 of the default of 40. */
function poolSizes(connections: number): Record<PoolName, number> {
  const pooled = connections - SINGLE_CONNECTIONS;
  const share = (of35: number, least: number) => Math.max(least, Math.floor((pooled * of35) / 35));
  // Planning needs a second one to cancel a statement.
  const [jobs, engine, keyed, planning] = [share(6, 2), share(6, 2), share(5, 1), share(5, 2)];
  const application = pooled - jobs - engine - keyed - planning;
  return { application, jobs, engine, keyed, planning };
}

const CONNECT_TIMEOUT_MS = 10_000;
/** No statement of jobs or engine takes this long. The connection is dead, and replaced by another. */
const STATEMENT_TIMEOUT_MS = 15_000;
/** The server's time limit is shorter, so that a statement the client gave up neither holds locks nor takes effect later. */
const SERVER_TIMEOUT_MS = 14_000;
/** The longest statements of the application retry a whole campaign, or count a filtered list. */
const APPLICATION_TIMEOUT_MS = 60_000;

function createPool(url: string, applicationName: string, options: PoolConfig, logger: Logger): Pool {
  const pool = new PatientPool({
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

/** Locates the database, migrates it and connects. */
export async function connectDatabase(
  settings: DatabaseSettings,
  logger: Logger,
): Promise<ConnectedDatabase> {
  const location = await locateDatabase(settings, logger);
  try {
    const ran = await migrate(location.session, { url: location.directUrl, logger });
    if (ran.length > 0) {
      logger.debug({ migrations: ran }, 'migrations that were run');
      logger.info('database schema brought up to date');
    }
    return await openPools(location, settings.databaseConnections, logger);
  } catch (error) {
    await location.leave();
    throw error;
  }
}

async function openPools(
  { url, directUrl, session, leave }: DatabaseLocation,
  connections: number,
  logger: Logger,
): Promise<ConnectedDatabase> {
  const sizes = poolSizes(connections);
  const pooled = directUrl !== url;
  const limit = { query_timeout: STATEMENT_TIMEOUT_MS };
  const sessions = {
    jobs: { ...limit, ...sessionSettings(SERVER_TIMEOUT_MS) },
    engine: { ...limit, ...(pooled ? pooledSession() : engineSession(SERVER_TIMEOUT_MS)) },
    keyed: { ...limit, ...(pooled ? pooledSession() : keyedSession(SERVER_TIMEOUT_MS)) },
    planning: pooled ? pooledSession() : sessionSettings(undefined, ENDS_WITH_CLIENT),
  };
  const open = (address: string, name: keyof typeof sessions) =>
    createPool(address, `pollcast ${name}`, { max: sizes[name], ...sessions[name] }, logger);
  const statementTimeoutMs = APPLICATION_TIMEOUT_MS;
  const dataSource = await whileScarce(
    () =>
      createDataSource({ url, logger, statementTimeoutMs, pooled, poolSize: sizes.application }).initialize(),
    logger,
  );
  const own = {
    jobs: open(directUrl, 'jobs'),
    engine: open(url, 'engine'),
    keyed: open(url, 'keyed'),
    planning: open(url, 'planning'),
  };
  const prepared = (pool: Pool) => new PreparedSql(pool, logger, { named: !pooled });
  const listener = new PostgresListener(session, { url: directUrl, logger });
  return {
    directUrl,
    dataSource,
    listener,
    jobPool: own.jobs,
    engineSql: prepared(own.engine),
    keyedSql: prepared(own.keyed),
    planningSql: new PoolSql(own.planning),
    pools: { application: (dataSource.driver as PostgresDriver).master as Pool, ...own },
    close: async () => {
      await Promise.all([dataSource.destroy(), ...Object.values(own).map((pool) => pool.end())]);
      await listener.close();
      await leave();
    },
  };
}
