import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { connectDatabase, type ConnectedDatabase } from '../../src/app/database.js';
import { loadSettings } from '../../src/config/settings.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { overTcp } from '../support/tcp-proxy.js';

const SETTINGS = `
  SELECT name, setting FROM pg_settings
  WHERE name IN ('work_mem', 'statement_timeout', 'idle_in_transaction_session_timeout', 'tcp_keepalives_idle')
`;

let database: TestDatabase;
let connected: ConnectedDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  // A URL may have options of its own.
  const databaseUrl = `${overTcp(database.url).href}?options=-c%20work_mem%3D5MB`;
  connected = await connectDatabase(loadSettings({ DATABASE_URL: databaseUrl }), pino({ level: 'silent' }));
});
afterAll(async () => {
  await connected.close();
  await database.drop();
});

test.each([
  ['application', '54000'],
  ['planning', '0'],
  ['jobs', '14000'],
  ['engine', '14000'],
] as const)('the server gives up what the pool %s has forgotten', async (name, statementTimeout) => {
  const { rows } = await connected.pools[name].query<{ name: string; setting: string }>(SETTINGS);
  expect(Object.fromEntries(rows.map((row) => [row.name, row.setting]))).toEqual({
    work_mem: '5120',
    statement_timeout: statementTimeout,
    idle_in_transaction_session_timeout: '10000',
    tcp_keepalives_idle: '10',
  });
});
