/** @long */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { useApp } from '../support/use-app.js';
import { testEnvironment } from '../support/environment.js';
import { scrape, valueOf } from '../metrics/support/samples.js';
import { waitForOutput, type PollcastProcess } from '../support/process.js';
import { startDatabaseProxy, type TcpProxy } from '../support/tcp-proxy.js';
import { waitFor } from '../support/wait.js';

const app = useApp({ run: [] });
let proxy: TcpProxy;
/** Two, of which one reads the updates at a time; the first was the first to. */
const workers: { running: PollcastProcess; url: string }[] = [];
beforeAll(async () => {
  const through = await startDatabaseProxy(app.database.url);
  ({ proxy } = through);
  for (const kind of ['own', 'shared'] as const) {
    const running = await app.startWorker({ DATABASE_URL: through.url, WORKER_PORT: '0' }, kind);
    const [, url = ''] = await waitForOutput(running, /health and metrics at (http:[^\s"]+)/);
    workers.push({ running, url });
    await pollerOtherThan(undefined);
  }
});
afterAll(() => proxy.close());

/** The connection that holds the lock of the bot's poller. */
async function poller(): Promise<number | undefined> {
  const [holder] = await app.database.query<{ pid: number }>(
    `SELECT pid FROM pg_locks JOIN pg_stat_activity USING (pid)
     WHERE locktype = 'advisory' AND granted AND datname = current_database()
       AND application_name = 'pollcast poller'`,
  );
  return holder?.pid;
}

function pollerOtherThan(pid: number | undefined): Promise<number> {
  return waitFor('another poller', async () => {
    const found = await poller();
    return found !== pid && found;
  });
}

function timesAsked(): number {
  return app.sandbox.calls.filter(({ method }) => method === 'getUpdates').length;
}

async function isReplied(writer: number): Promise<void> {
  app.sandbox.userSays(writer, '/start');
  await app.sandbox.waitUntil(() => app.sandbox.messagesTo(writer).length > 0);
}

test('when the lock of the poller breaks another process reads the updates, and the one that had it lives', async () => {
  await isReplied(7_000_001);
  const before = await poller();
  const first = workers[0]?.running;
  if (!first) throw new Error('No worker has been started.');
  // While it stands still it cannot have the lock back, so that it is certainly the other that takes over.
  first.kill('SIGSTOP');
  const asked = timesAsked();
  await app.database.query('SELECT pg_terminate_backend($1)', [before]);
  const after = await pollerOtherThan(before);
  await app.sandbox.waitUntil(() => timesAsked() > asked);
  await isReplied(7_000_002);
  first.kill('SIGCONT');

  const waiting = () =>
    app.database.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'pollcast poller'`,
    );
  await waitFor('the first to wait for its turn again', async () => (await waiting()).length > 1);
  await isReplied(7_000_003);
  expect(await poller()).toBe(after);
  expect(first.exitCode()).toBeNull();
  for (const writer of [7_000_001, 7_000_002, 7_000_003])
    expect(app.sandbox.messagesTo(writer)).toHaveLength(1);
});

test('a lock that breaks without a word is noticed, and the updates are read on', async () => {
  const before = await poller();
  const [holder] = await app.database.query<{ port: number }>(
    'SELECT client_port AS port FROM pg_stat_activity WHERE pid = $1',
    [before],
  );
  proxy.silence(holder?.port ?? 0);
  await waitFor('the loss to be noticed', () =>
    /The connection does not answer.*updates of the bot cannot be read/.test(app.output()),
  );
  expect(await poller()).toBe(before);
  proxy.drop(holder?.port ?? 0);
  await pollerOtherThan(before);
  await isReplied(7_000_004);
});

describe('a webhook that somebody has set', () => {
  const WARNING = /a webhook is set/g;

  async function callBotApi(method: string, payload: object): Promise<void> {
    const response = await fetch(`${app.sandbox.url}/bot${app.sandbox.token}/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(payload),
    });
    expect(response.status).toBe(200);
  }

  /** How many workers say that they cannot read the updates. */
  async function failingWorkers(): Promise<number> {
    const samples = await Promise.all(workers.map(({ url }) => scrape(url)));
    const values = samples.map((found) => valueOf(found, 'pollcast_bot_updates_failing'));
    return values.reduce<number>((sum, value) => sum + (value ?? NaN), 0);
  }

  test('is warned of once, shown by the gauge, and got over', async () => {
    await waitFor('both to read updates', async () => (await failingWorkers()) === 0);
    // Nobody takes what it delivers: it stays with Telegram.
    await callBotApi('setWebhook', { url: 'http://127.0.0.1:9/' });
    await waitFor('the gauge', async () => (await failingWorkers()) === 1);
    const asked = timesAsked();
    await app.sandbox.waitUntil(() => timesAsked() > asked + 2);
    expect(app.output().match(WARNING)).toHaveLength(1);

    await callBotApi('deleteWebhook', {});
    await waitFor('the gauge', async () => (await failingWorkers()) === 0);
    await isReplied(7_000_005);
  });
});

test('a /stop that was read while the database went away is not lost', async () => {
  const name = new URL(app.database.url).pathname.slice(1);
  const [admin, rival] = [testEnvironment().adminUrl, app.database.url].map(
    (connectionString) => new Client({ connectionString }),
  ) as [Client, Client];
  await Promise.all([admin.connect(), rival.connect()]);
  await rival.query('BEGIN; LOCK TABLE telegram_user');
  app.sandbox.userSays(7_000_001, '/stop');
  app.sandbox.userSays(7_000_006, '/start');
  // One is being handled, and the other still with Telegram, when the database goes away.
  await waitFor('the first to be written', async () => {
    const waiting = await app.database.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return waiting.length > 0;
  });
  await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
  await app.database.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND application_name LIKE 'pollcast%'`,
  );
  await rival.end();
  await waitFor('the outage to be noticed', () =>
    app.output().includes('not currently accepting connections'),
  );
  await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
  await admin.end();

  await waitFor('what they wrote', async () => {
    const people = await app.database.query<{ optedOut: boolean }>(
      `SELECT opted_out_at IS NOT NULL AS "optedOut" FROM telegram_user
       WHERE id IN (7000001, 7000006) ORDER BY id`,
    );
    return people.map(({ optedOut }) => optedOut).join() === 'true,false';
  });
  expect(workers.map(({ running }) => running.exitCode())).toEqual([null, null]);
});
