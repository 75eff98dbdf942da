import { randomBytes } from 'node:crypto';
import { Client, type QueryResultRow } from 'pg';
import { testEnvironment } from './environment.js';

/** A database of its own. */
export interface TestDatabase {
  url: string;
  query<T extends QueryResultRow>(sql: string, parameters?: unknown[]): Promise<T[]>;
  drop(): Promise<void>;
}

/** @param options.empty without any table; otherwise it is cloned from the migrated template */
export async function createTestDatabase(options: { empty?: boolean } = {}): Promise<TestDatabase> {
  const { adminUrl, templateName } = testEnvironment();
  const name = `pollcast_test_${randomBytes(6).toString('hex')}`;
  const admin = new Client({ connectionString: adminUrl });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name} TEMPLATE ${options.empty ? 'template1' : templateName}`);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  const client = new Client({ connectionString: url.href });
  await client.connect();
  return {
    url: url.href,
    query: async <T extends QueryResultRow>(sql: string, parameters: unknown[] = []) =>
      (await client.query<T>(sql, parameters)).rows,
    drop: async () => {
      await client.end();
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await admin.end();
    },
  };
}
