import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/app/data-source.js';
import { EMPTY_DATABASE, createTestDatabase, type TestDatabase } from '../support/database.js';
import { startDatabaseProxy, type TcpProxy } from '../support/tcp-proxy.js';
import { waitFor } from '../support/wait.js';

let database: TestDatabase;
let proxy: TcpProxy;
let dataSource: DataSource;
beforeAll(async () => {
  database = await createTestDatabase(EMPTY_DATABASE);
  const through = await startDatabaseProxy(database.url);
  ({ proxy } = through);
  // One connection: whatever comes after a statement that hangs would wait for it.
  dataSource = await createDataSource({
    url: through.url,
    poolSize: 1,
    statementTimeoutMs: 500,
  }).initialize();
});
afterAll(async () => {
  await dataSource.destroy();
  await proxy.close();
  await database.drop();
});

const CONNECTION = 'SELECT pg_backend_pid() AS pid, inet_client_port() AS port';

async function connection(): Promise<{ pid: number; port: number }> {
  const [found] = await dataSource.query<{ pid: number; port: number }[]>(CONNECTION);
  if (!found) throw new Error('A statement that returns one row returned none.');
  return found;
}

test.each<[string, () => Promise<unknown>]>([
  ['a statement', () => dataSource.query('SELECT 1')],
  ['a transaction', () => dataSource.transaction((manager) => manager.query('SELECT 1'))],
])('%s on a silent connection fails in time, and that one is not given out again', async (_what, ask) => {
  const before = await connection();
  proxy.silence(before.port);
  await expect(ask()).rejects.toThrow('Query read timeout');
  expect((await connection()).pid).not.toBe(before.pid);
});

const RUNNING = "SELECT FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(3600)' AND state = 'active'";

test('a statement that takes too long is ended by the server itself', async () => {
  await expect(dataSource.query('SELECT pg_sleep(3600)')).rejects.toThrow('due to statement timeout');
  // The server answers with the error a moment before it shows the session as idle.
  await waitFor('the end of the statement', async () => (await database.query(RUNNING)).length === 0);
});
