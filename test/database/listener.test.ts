import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { PostgresListener } from '../../src/database/listener.js';
import { openSession } from '../../src/database/preflight.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { startDatabaseProxy, type TcpProxy } from '../support/tcp-proxy.js';
import { waitFor } from '../support/wait.js';

let database: TestDatabase;
let proxy: TcpProxy;
let listener: PostgresListener;
let heard: string[];
beforeEach(async () => {
  heard = [];
  database = await createTestDatabase();
  const through = await startDatabaseProxy(database.url);
  ({ proxy } = through);
  const { url } = through;
  listener = new PostgresListener(await openSession(url), { url, logger: pino({ level: 'silent' }) });
});
afterEach(async () => {
  await listener.close();
  await proxy.close();
  await database.drop();
});

/** Notes what comes on a channel, and each time that it is connected. */
function listen(name: string): Promise<() => void> {
  return listener.listen({
    name,
    onNotification: (payload) => heard.push(`${name}: ${payload}`),
    onConnected: () => heard.push(`${name} connected`),
  });
}

async function connections(): Promise<{ port: number; name: string }[]> {
  return database.query(
    `SELECT client_port AS port, application_name AS name FROM pg_stat_activity
     WHERE datname = current_database() AND application_name LIKE 'pollcast%'`,
  );
}

async function say(...messages: [string, string][]): Promise<void> {
  for (const [channel, payload] of messages)
    await database.query('SELECT pg_notify($1, $2)', [channel, payload]);
}

test('one connection, which says so in its name, listens on all channels, and to none that has ended', async () => {
  await listen('weather');
  const end = await listen("the neighbour's news");
  expect((await connections()).map(({ name }) => name)).toEqual([
    "pollcast listen the neighbour's news weather",
  ]);
  await say(["the neighbour's news", 'one']);
  await waitFor('the news', () => heard.includes("the neighbour's news: one"));
  end();
  await say(["the neighbour's news", 'two'], ['weather', 'rain']);
  await waitFor('the weather', () => heard.includes('weather: rain'));
  expect(heard).toEqual([
    'weather connected',
    "the neighbour's news connected",
    "the neighbour's news: one",
    'weather: rain',
  ]);
});

test('after a loss all channels are heard again, that too whose beginning it has cut off', async () => {
  await listen('weather');
  await listen('news');
  const [{ port } = { port: 0 }] = await connections();
  proxy.silence(port);
  const unanswered = listen('sports');
  proxy.drop(port);
  await unanswered;
  await waitFor('all to be connected again', () => heard.length === 5);
  heard = [];
  await say(['weather', 'sun'], ['news', 'none'], ['sports', 'won']);
  await waitFor('all of them', () => heard.length === 3);
  expect(heard).toEqual(['weather: sun', 'news: none', 'sports: won']);
});
