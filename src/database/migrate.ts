import type { DataSource } from 'typeorm';
import type { Logger } from 'pino';
import { pause } from '../kernel/pause.js';
import { createDataSource, type DataSourceOptions, type Tables } from './data-source.js';
import { checkRights } from './preflight.js';
import { oneRow, rows } from './rows.js';
import { whileScarce } from './scarce.js';
import { WatchedConnection } from './watched-connection.js';

/** Key of the advisory lock that admits one migrating process at a time; any constant would do. */
const MIGRATION_LOCK = 7_655_323;

/** How often to check whether the process that migrates is done. */
const TURN_RETRY_MS = 100;

/** Everything that comes after a statement that waits for a table waits as well: claims, leases, settlements. */
const LOCK_TIMEOUT_MS = 2000;
/** Until then, what had to wait gets on. */
const LOCK_RETRY_MS = 1000;
/** SQLSTATE lock_not_available. */
const NO_LOCK = '55P03';

const TAKE_LOCK = 'SELECT pg_try_advisory_lock($1) AS locked';

const TABLE_EXISTS = "SELECT to_regclass('migration') IS NOT NULL AS exists";

const NAMES_OF_RAN = 'SELECT name FROM migration';

/**
 * Brings the database schema up to date. Any number of processes may call this at once: they take turns by an advisory
 * lock, and all but the first find nothing to do.
 * @returns the names of the migrations that this call ran
 * @throws UnfitDatabase if a right is missing; an Error if the connection that holds the lock is lost
 */
export async function migrateTables(options: DataSourceOptions, tables: Tables): Promise<string[]> {
  const { url, logger } = options;
  const applicationName = 'pollcast migrate';
  const lock = await whileScarce(() => WatchedConnection.open({ url, applicationName }), logger);
  try {
    await takeTurn(lock);
    const lost = lock.lost.catch((cause: unknown) => {
      throw new Error('The migration lost its lock, and with it the database: run it again.', { cause });
    });
    return await Promise.race([runMigrations(options, tables, lock), lost]);
  } finally {
    await lock.close();
  }
}

/** Polls for the lock, because a statement that waits for it would prevent the checks of the connection. */
async function takeTurn(lock: WatchedConnection): Promise<void> {
  const isOurs = async () => {
    const [row] = await lock.query<{ locked: boolean }>(TAKE_LOCK, [MIGRATION_LOCK]);
    return row?.locked === true;
  };
  while (!(await isOurs())) await pause(TURN_RETRY_MS);
}

async function runMigrations(
  options: DataSourceOptions,
  tables: Tables,
  lock: WatchedConnection,
): Promise<string[]> {
  const unconnected = () =>
    createDataSource({ ...options, poolSize: 1, lockTimeoutMs: LOCK_TIMEOUT_MS }, tables);
  const dataSource = await whileScarce(() => unconnected().initialize(), options.logger);
  try {
    const behind = await migrationsToRun(dataSource);
    if (behind.length > 0) await checkRights(lock);
    await whileLocked(() => dataSource.runMigrations(), options.logger);
    return behind;
  } finally {
    await dataSource.destroy();
  }
}

/** Tries again for as long as somebody else holds a table that is to change. What was done stays done. */
async function whileLocked(work: () => Promise<unknown>, logger?: Logger): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await work();
      return;
    } catch (error) {
      if ((error as { code?: unknown }).code !== NO_LOCK) throw error;
      if (attempt === 1) logger?.warn({ err: error }, 'a table that is to change is in use: trying again');
    }
    await pause(LOCK_RETRY_MS);
  }
}

/** As pendingMigrations; on an empty database, all. */
async function migrationsToRun(dataSource: DataSource): Promise<string[]> {
  const { exists } = await oneRow<{ exists: boolean }>(dataSource, TABLE_EXISTS);
  return exists ? pendingMigrations(dataSource) : dataSource.migrations.map(({ name }) => name ?? '');
}

/** @returns the names of the migrations that this code has and the database lacks */
export async function pendingMigrations(dataSource: DataSource): Promise<string[]> {
  const ran = await rows<{ name: string }>(dataSource, NAMES_OF_RAN);
  const names = new Set(ran.map(({ name }) => name));
  return dataSource.migrations.map(({ name }) => name ?? '').filter((name) => !names.has(name));
}
