import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { PoolClient } from 'pg';
import { PatientPool } from '../../src/database/patient-pool.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
let pool: PatientPool;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(() => {
  pool = new PatientPool({ connectionString: database.url, max: 10 });
  // A connection that is ended may still be there when the database is dropped.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
});
afterEach(() => pool.end());

function hold(count: number): Promise<PoolClient[]> {
  return Promise.all(Array.from({ length: count }, () => pool.connect()));
}

test('short statements that come at once share connections', async () => {
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      pool.query<{ index: number }>('SELECT $1::int AS index', [index]),
    ),
  );
  expect(answers.map(({ rows }) => rows[0]?.index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(pool.totalCount).toBeLessThan(10);
});

test('connections that stay busy are joined by others, up to the maximum', async () => {
  const held = await hold(10);
  expect(pool.totalCount).toBe(10);
  const waiting = pool.query('SELECT 1');
  held[3]?.release();
  await waiting;
  expect(pool.totalCount).toBe(10);
  for (const client of held.filter((_, index) => index !== 3)) client.release();
});

test('a connection that is given back broken is replaced for the statement that waits', async () => {
  const [held] = await hold(1);
  const waiting = pool.query<{ answer: number }>('SELECT 1 AS answer');
  held?.release(true);
  expect((await waiting).rows).toEqual([{ answer: 1 }]);
});

test('a connection that cannot be opened fails all who wait for it, by promise and by callback', async () => {
  const nowhere = new PatientPool({ host: '/nowhere', max: 10 });
  const asked = [nowhere.query('SELECT 1'), nowhere.query('SELECT 1'), nowhere.connect()];
  const called = new Promise((resolve) => {
    nowhere.connect((error) => {
      resolve(error);
    });
  });
  for (const { status } of await Promise.allSettled(asked)) expect(status).toBe('rejected');
  expect(await called).toMatchObject({ code: 'ENOENT' });
  await nowhere.end();
});
