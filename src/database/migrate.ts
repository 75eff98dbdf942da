import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { createDataSource, type DataSourceOptions } from './data-source.js';
import { rows } from './rows.js';

/** Key of the advisory lock that admits one migrating process at a time; any constant would do. */
const MIGRATION_LOCK = 7_655_323;

/**
 * Brings the database schema up to date. Any number of processes may call this at the same instant: they take
 * turns on an advisory lock, and those behind the first find nothing left to do.
 * @returns the names of the migrations that this call ran
 */
export async function migrate(options: DataSourceOptions): Promise<string[]> {
  const lock = new Client({ connectionString: options.url, application_name: 'pollcast migrate' });
  await lock.connect();
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const dataSource = await createDataSource({ ...options, poolSize: 1 }).initialize();
    try {
      const ran = await dataSource.runMigrations();
      return ran.map((migration) => migration.name);
    } finally {
      await dataSource.destroy();
    }
  } finally {
    await lock.end();
  }
}

/** @returns the names of the migrations that this code has and the database lacks */
export async function pendingMigrations(dataSource: DataSource): Promise<string[]> {
  const ran = await rows<{ name: string }>(dataSource, 'SELECT name FROM migration');
  const names = new Set(ran.map(({ name }) => name));
  return dataSource.migrations.map(({ name }) => name ?? '').filter((name) => !names.has(name));
}
