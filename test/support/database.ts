import { randomBytes } from 'node:crypto';
import { Client, type QueryResultRow } from 'pg';
import { testEnvironment } from './environment.js';

/** A database of its own. */
export interface TestDatabase {
  url: string;
  query<T extends QueryResultRow>(sql: string, parameters?: unknown[]): Promise<T[]>;
  drop(): Promise<void>;
}

/** One on the server of the test run. */
export interface ClonedDatabase extends TestDatabase {
  /** Leaves it as it is, for others to be cloned from it. @returns its name */
  becomeTemplate(): Promise<string>;
}

/** The template of a database without any table. */
export const EMPTY_DATABASE = 'template1';

/** @param template what it is cloned from: by default the migrated one */
export async function createTestDatabase(template?: string): Promise<ClonedDatabase> {
  const { adminUrl, templateName, isDisposable } = testEnvironment();
  // A copy of files is half the work of a copy of pages where neither waits for a disk.
  const strategy = isDisposable ? 'file_copy' : 'wal_log';
  const name = `pollcast_test_${randomBytes(6).toString('hex')}`;
  const admin = new Client({ connectionString: adminUrl });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template ?? templateName} STRATEGY ${strategy}`);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  const client = new Client({ connectionString: url.href });
  await client.connect();
  return {
    url: url.href,
    query: async <T extends QueryResultRow>(sql: string, parameters: unknown[] = []) =>
      (await client.query<T>(sql, parameters)).rows,
    becomeTemplate: async () => {
      await client.end();
      return name;
    },
    drop: async () => {
      await client.end();
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await admin.end();
    },
  };
}

/** Vacuums and analyzes all tables but those of the system, which take longer and have not changed. */
export async function analyzeTables(database: TestDatabase): Promise<void> {
  const tables = await database.query<{ name: string }>(
    `SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public'`,
  );
  await database.query(`VACUUM ANALYZE ${tables.map(({ name }) => name).join(', ')}`);
}
