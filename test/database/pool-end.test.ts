import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { Pool } from 'pg';
import { poolEnd } from '../../src/database/pool-end.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
let pool: Pool;
let end: () => Promise<void>;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(() => {
  pool = new Pool({ connectionString: database.url });
  end = poolEnd(pool);
});

test('a pool ends although a connection that is gone was never given back', async () => {
  const lost = await pool.connect();
  lost.on('error', () => undefined);
  const { rows } = await lost.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  await database.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]);
  await end();
});

test('a pool that was never used ends', async () => {
  await end();
});

test('a pool waits for a connection that is in use', async () => {
  const used = await pool.connect();
  let hasEnded = false;
  const ending = end().then(() => (hasEnded = true));
  await used.query('SELECT 1');
  expect(hasEnded).toBe(false);
  used.release();
  await ending;
});
