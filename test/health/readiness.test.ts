/** @jobs @long */
import { expect, test } from '@jest/globals';
import { Client } from 'pg';
import { FAULT_ANSWERS } from '@pollcast/bot-api-sandbox';
import { useApp } from '../support/use-app.js';
import { testEnvironment } from '../support/environment.js';
import {
  campaign,
  createCampaign,
  createOpenPoll,
  createUsers,
  startCampaign,
} from '../support/factories.js';
import { waitForOutput, type PollcastProcess } from '../support/process.js';
import { waitFor } from '../support/wait.js';
import { scrape, valueOf } from '../metrics/support/samples.js';

interface Report {
  status: string;
  checks: Record<string, string>;
}

const app = useApp({
  run: ['api'],
  environment: { RECONCILE_INTERVAL_MS: '1000', REQUEST_TIMEOUT_MS: '1000' },
});

async function probe(url = app.url): Promise<Report & { code: number }> {
  const response = await fetch(`${url}/readyz`);
  return { code: response.status, ...((await response.json()) as Report) };
}

function waitForReport(wanted: { code: number } & Partial<Report>, url = app.url): Promise<true> {
  return waitFor(`the report ${JSON.stringify(wanted)}`, async () => {
    try {
      expect(await probe(url)).toMatchObject(wanted);
      return true;
    } catch {
      return undefined;
    }
  });
}

function waitForValue(name: string, labels: Record<string, string>, wanted: number): Promise<true> {
  return waitFor(`${name} to be ${wanted}`, async () => {
    return valueOf(await scrape(app.url), name, labels) === wanted || undefined;
  });
}

async function startWorker(): Promise<{ worker: PollcastProcess; url: string }> {
  const worker = app.launch('worker', { WORKER_PORT: '0' });
  const [, url = ''] = await waitForOutput(worker, /health and metrics at (http:[^\s"]+)/);
  await waitForOutput(worker, /working jobs/);
  return { worker, url };
}

const READY = { database: 'ok', jobs: 'ok', migrations: 'ok', telegram: 'ok' };

test('a process that has all it needs is ready, and says so without a token', async () => {
  await waitForReport({ code: 200, status: 'ready', checks: READY });
  expect((await fetch(`${app.url}/healthz`)).status).toBe(200);
});

/** What Telegram says is good for this long. */
const ASKED_EVERY_MS = 5000;

test('probes and scrapes by the hundred ask Telegram hardly ever', async () => {
  const asked = () => app.sandbox.calls.filter(({ method }) => method === 'getMe').length;
  const before = asked();
  const startedAt = performance.now();
  for (let round = 0; round < 10; round += 1)
    await Promise.all(Array.from({ length: 20 }, () => Promise.all([probe(), scrape(app.url)])));
  const tookMs = performance.now() - startedAt;
  expect(asked() - before).toBeLessThanOrEqual(1 + Math.ceil(tookMs / ASKED_EVERY_MS));
});

test('without a worker the work waits and is seen to; a worker answers on its own port', async () => {
  await waitForValue('pollcast_workers', {}, 0);
  await createUsers(app.database, 5);
  const api = app.client();
  const id = await createCampaign(api, await createOpenPoll(api));
  await startCampaign(api, id);
  await waitForValue('pollcast_queue_depth', { kind: 'plan' }, 1);
  const age = valueOf(await scrape(app.url), 'pollcast_queue_oldest_due_age_seconds', { kind: 'plan' });
  expect(age).toBeGreaterThan(0);

  const { worker, url } = await startWorker();
  await waitForReport({ code: 200, status: 'ready', checks: READY }, url);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  expect((await fetch(`${url}/graphql`)).status).toBe(404);
  await waitForValue('pollcast_workers', {}, 1);
  await waitFor('the campaign', async () => (await campaign(api, id)).status === 'COMPLETED');
  expect(valueOf(await scrape(url), 'pollcast_messages_total', { outcome: 'sent' })).toBe(5);
  expect(valueOf(await scrape(app.url), 'pollcast_messages_total', { outcome: 'sent' })).toBe(0);
  await waitForValue('pollcast_queue_depth', { kind: 'plan' }, 0);
  // Each process reports the sends of the whole installation, even one that sends nothing itself.
  await waitForValue('pollcast_sent_messages', {}, 5);
  expect(valueOf(await scrape(url), 'pollcast_sent_messages')).toBe(5);

  worker.kill('SIGTERM');
  expect(await worker.exited).toBe(0);
  await waitForValue('pollcast_workers', {}, 0);
});

test('a worker without WORKER_PORT listens nowhere', async () => {
  const worker = await app.startWorker();
  expect(worker.output()).not.toContain('health and metrics');
  worker.kill('SIGTERM');
  expect(await worker.exited).toBe(0);
});

test('where Telegram does not answer the process is not ready; where it refuses the token it stays within reach', async () => {
  app.sandbox.faults.add({ method: 'getMe', answer: FAULT_ANSWERS.hangBefore });
  await waitForReport({ code: 503, status: 'not ready', checks: { ...READY, telegram: 'failed' } });
  expect(valueOf(await scrape(app.url), 'pollcast_telegram_up')).toBe(0);
  expect(valueOf(await scrape(app.url), 'pollcast_bot_token_rejected')).toBe(0);

  app.sandbox.faults.clear();
  app.sandbox.faults.add({ method: 'getMe', answer: FAULT_ANSWERS.unauthorized });
  await waitForReport({ code: 200, status: 'ready', checks: READY });
  expect(valueOf(await scrape(app.url), 'pollcast_telegram_up')).toBe(1);
  expect(valueOf(await scrape(app.url), 'pollcast_bot_token_rejected')).toBe(1);

  app.sandbox.faults.clear();
  app.sandbox.faults.add({ method: 'getMe', answer: FAULT_ANSWERS.badGateway });
  await waitForReport({ code: 503, checks: { ...READY, telegram: 'failed' } });
  app.sandbox.faults.clear();
});

test('where a migration is missing the process is not ready', async () => {
  const [gone] = await app.database.query<{ name: string; timestamp: string }>(
    'DELETE FROM migration WHERE id = (SELECT max(id) FROM migration) RETURNING name, timestamp',
  );
  await waitForReport({ code: 503, status: 'not ready', checks: { ...READY, migrations: 'failed' } });
  await waitFor('the log', () => app.output().includes(`The database lacks ${gone?.name}.`));
  await app.database.query('INSERT INTO migration (name, timestamp) VALUES ($1, $2)', [
    gone?.name,
    gone?.timestamp,
  ]);
  await waitForReport({ code: 200, status: 'ready', checks: READY });
});

/** They may be elsewhere. */
const jobsWithoutDatabase = process.env.MONGODB_URL ? 'ok' : 'failed';

test('without the database the process is alive and not ready, and its metrics claim nothing', async () => {
  const name = new URL(app.database.url).pathname.slice(1);
  const admin = new Client({ connectionString: testEnvironment().adminUrl });
  await admin.connect();
  await admin.query(`ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS false`);
  await admin.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND application_name LIKE 'pollcast%'",
    [name],
  );
  await waitForReport({
    code: 503,
    status: 'not ready',
    checks: { database: 'failed', jobs: jobsWithoutDatabase, migrations: 'failed', telegram: 'ok' },
  });
  expect((await fetch(`${app.url}/healthz`)).status).toBe(200);
  await waitForValue('pollcast_database_up', {}, 0);
  const blind = await scrape(app.url);
  for (const gauge of ['pollcast_workers', 'pollcast_campaigns', 'pollcast_queue_depth'])
    expect([gauge, valueOf(blind, gauge)]).toEqual([gauge, undefined]);

  await admin.query(`ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS true`);
  await admin.end();
  await waitForReport({ code: 200, status: 'ready', checks: READY });
  await waitForValue('pollcast_database_up', {}, 1);
});
