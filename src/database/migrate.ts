import type { DataSource } from 'typeorm';
import { pause } from '../kernel/pause.js';
import { createDataSource, type DataSourceOptions, type Tables } from './data-source.js';
import { checkRights } from './preflight.js';
import { oneRow, rows } from './rows.js';
import { whileScarce } from './scarce.js';
import { WatchedConnection } from './watched-connection.js';

/** Key of the advisory lock that admits one migrating process at a time; any constant would do. */
const MIGRATION_LOCK = 7_655_323;

/** How soon it is looked again whether the process before us is done. */
const TURN_RETRY_MS = 100;

/**
 * Brings the database schema up to date. Any number of processes may call this at the same instant: they take
 * turns on an advisory lock, and those behind the first find nothing left to do.
 * @returns the names of the migrations that this call ran
 * @throws UnfitDatabase when a right is missing, and when the connection that holds the lock is lost meanwhile
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

/** Asks again and again: a statement that waits for the lock would keep the connection from being watched. */
async function takeTurn(lock: WatchedConnection): Promise<void> {
  const isOurs = async () => {
    const [row] = await lock.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1) AS locked', [
      MIGRATION_LOCK,
    ]);
    return row?.locked === true;
  };
  while (!(await isOurs())) await pause(TURN_RETRY_MS);
}

async function runMigrations(
  options: DataSourceOptions,
  tables: Tables,
  lock: WatchedConnection,
): Promise<string[]> {
  const unconnected = () => createDataSource({ ...options, poolSize: 1 }, tables);
  const dataSource = await whileScarce(() => unconnected().initialize(), options.logger);
  try {
    if (await isBehind(dataSource)) await checkRights(lock);
    const ran = await dataSource.runMigrations();
    return ran.map((migration) => migration.name);
  } finally {
    await dataSource.destroy();
  }
}

async function isBehind(dataSource: DataSource): Promise<boolean> {
  const { exists } = await oneRow<{ exists: boolean }>(
    dataSource,
    "SELECT to_regclass('migration') IS NOT NULL AS exists",
  );
  return !exists || (await pendingMigrations(dataSource)).length > 0;
}

/** @returns the names of the migrations that this code has and the database lacks */
export async function pendingMigrations(dataSource: DataSource): Promise<string[]> {
  const ran = await rows<{ name: string }>(dataSource, 'SELECT name FROM migration');
  const names = new Set(ran.map(({ name }) => name));
  return dataSource.migrations.map(({ name }) => name ?? '').filter((name) => !names.has(name));
}
