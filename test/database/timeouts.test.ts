import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/database/data-source.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { waitFor } from '../support/wait.js';

const NAME = 'pollcast timeouts';

let database: TestDatabase;
let dataSource: DataSource;
beforeAll(async () => {
  database = await createTestDatabase({ empty: true });
  // One connection: whatever comes after a statement that hangs would wait for it.
  const options = { poolSize: 1, applicationName: NAME, statementTimeoutMs: 500 };
  dataSource = await createDataSource({ url: database.url, ...options }).initialize();
});
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

test.each<[string, () => Promise<unknown>]>([
  ['a statement', () => dataSource.query('SELECT pg_sleep(3600)')],
  ['a transaction', () => dataSource.transaction((manager) => manager.query('SELECT pg_sleep(3600)'))],
])('%s that hangs fails in time, and its connection is not given out again', async (_what, hang) => {
  const ids = () =>
    database.query<{ pid: number }>('SELECT pid FROM pg_stat_activity WHERE application_name = $1', [NAME]);
  const before = await waitFor('the connection', async () => (await ids())[0]);
  await expect(hang()).rejects.toThrow('Query read timeout');
  const [after] = await dataSource.query<{ pid: number }[]>('SELECT pg_backend_pid() AS pid');
  expect(after?.pid).not.toBe(before.pid);
  await database.query('SELECT pg_terminate_backend($1)', [before.pid]);
});
