import type { DataSource } from 'typeorm';
import type { Logger } from 'pino';
import { pause } from '../kernel/pause.js';
import { createDataSource, type DataSourceOptions, type Tables } from './data-source.js';
import { checkRights } from './preflight.js';
import { oneRow, rows, type SqlExecutor } from './rows.js';
import { whileScarce } from './scarce.js';
import type { WatchedConnection } from './watched-connection.js';

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

const FREE_LOCK = 'SELECT pg_advisory_unlock($1)';

const TABLE_EXISTS = "SELECT to_regclass('migration') IS NOT NULL AS exists";

const NAMES_OF_RAN = 'SELECT name FROM migration';

/**
 * Brings the database schema up to date. Any number of processes may call this at once: those that find something to do take
 * turns by an advisory lock, and all but the first of them find nothing any more.
 * @param session a connection of its own to the same database
 * @returns the names of the migrations that this call ran
 * @throws UnfitDatabase if a right is missing; an Error if the session is lost, which holds the lock
 */
export async function migrateTables(
  session: WatchedConnection,
  options: DataSourceOptions,
  tables: Tables,
): Promise<string[]> {
  if ((await migrationsToRun(session, tables)).length === 0) return [];
  await session.query("SET application_name = 'pollcast migrate'");
  await takeTurn(session);
  const lost = session.lost.catch((cause: unknown) => {
    throw new Error('The migration lost its lock, and with it the database: run it again.', { cause });
  });
  try {
    return await Promise.race([runMigrations(options, tables, session), lost]);
  } finally {
    // A session that is lost has freed it.
    await session.query(FREE_LOCK, [MIGRATION_LOCK]).catch(() => undefined);
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
  session: WatchedConnection,
): Promise<string[]> {
  const behind = await migrationsToRun(session, tables);
  if (behind.length === 0) return [];
  await checkRights(session);
  const unconnected = () =>
    createDataSource({ ...options, poolSize: 1, lockTimeoutMs: LOCK_TIMEOUT_MS }, tables);
  await whileLocked(async () => {
    // Another one for each attempt: TypeORM keeps the connection on which it could not create its own table.
    const dataSource = await whileScarce(() => unconnected().initialize(), options.logger);
    try {
      await dataSource.runMigrations();
    } finally {
      await dataSource.destroy();
    }
  }, options.logger);
  return behind;
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
async function migrationsToRun(sql: SqlExecutor, { migrations }: Tables): Promise<string[]> {
  const names = migrations.map((Migration) => new Migration().name ?? Migration.name);
  const { exists } = await oneRow<{ exists: boolean }>(sql, TABLE_EXISTS);
  return exists ? withoutRan(sql, names) : names;
}

async function withoutRan(sql: SqlExecutor, names: readonly string[]): Promise<string[]> {
  const ran = new Set((await rows<{ name: string }>(sql, NAMES_OF_RAN)).map(({ name }) => name));
  return names.filter((name) => !ran.has(name));
}

/** @returns the names of the migrations that this code has and the database lacks */
export function pendingMigrations(dataSource: DataSource): Promise<string[]> {
  return withoutRan(
    dataSource,
    dataSource.migrations.map(({ name }) => name ?? ''),
  );
}
