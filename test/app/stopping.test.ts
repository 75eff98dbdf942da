/** @jobs */
import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { expect, test } from '@jest/globals';
import { createClient } from 'graphql-ws/client';
import { Client } from 'pg';
import WebSocket from 'ws';
import { FAULT_ANSWERS } from '@pollcast/bot-api-sandbox';
import { ADMIN_TOKEN } from '../support/app.js';
import { useApp } from '../support/use-app.js';
import { runningChunks } from '../support/work-under-way.js';
import { createCampaign, createOpenPoll, createUsers, startCampaign } from '../support/factories.js';
import { waitForOutput, type PollcastProcess } from '../support/process.js';
import { PROGRESS } from '../support/progress.js';
import { sendHalf, socketUrl } from '../support/requests.js';
import { waitFor } from '../support/wait.js';

const app = useApp({ run: [] });

/** Keeps every statement on the table waiting until it is ended. */
async function lockTable(table: string): Promise<Client> {
  const client = new Client({ connectionString: app.database.url });
  await client.connect();
  await client.query('BEGIN');
  await client.query(`LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
  return client;
}

async function waitForWaiting(count: number): Promise<void> {
  await waitFor(`${count} statements to wait for the lock`, async () => {
    const waiting = await app.database.query(
      "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    );
    return waiting.length >= count;
  });
}

/** How long it may take is measured in the benchmarks. */
function end(running: PollcastProcess): Promise<number | null> {
  running.kill('SIGTERM');
  return running.exited;
}

/** A subscription over a connection of its own. */
function subscribe(url: string, campaignId: string) {
  const codes: number[] = [];
  const client = createClient({
    url: socketUrl(url),
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${ADMIN_TOKEN}` },
    retryAttempts: 0,
    on: { closed: (event) => codes.push((event as { code: number }).code) },
  });
  return { codes, events: client.iterate({ query: PROGRESS, variables: { campaignId } }) };
}

/** A client that is let in and then takes nothing any more, not even the request to go away. */
async function freezeClient(url: string): Promise<WebSocket> {
  const socket = new WebSocket(socketUrl(url), 'graphql-transport-ws');
  await once(socket, 'open');
  socket.send(
    JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${ADMIN_TOKEN}` } }),
  );
  await once(socket, 'message');
  socket.pause();
  return socket;
}

async function jobsMade(): Promise<number> {
  const [row] = await app.database.query<{ count: number }>(
    "SELECT n_tup_ins::integer AS count FROM pg_stat_user_tables WHERE relname = 'agenda_jobs'",
  );
  return row?.count ?? 0;
}

test('an API process that stops answers what was asked, sends its subscribers elsewhere and lets nobody in', async () => {
  const url = await app.startApi('api', {}, 'own');
  const [api] = app.processes.slice(-1) as [PollcastProcess];
  const client = app.client();
  const campaignId = await createCampaign(client, await createOpenPoll(client));
  const { codes, events } = subscribe(url, campaignId);
  await events.next();

  const lock = await lockTable('poll');
  const asked = fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${ADMIN_TOKEN}` },
    body: JSON.stringify({ query: '{ polls { totalCount } }' }),
  });
  await waitForWaiting(1);
  const ended = end(api);
  await expect(events.next()).rejects.toMatchObject({ code: 1001 });
  // It waits for the answer, but a client that comes back at once is not let in here.
  await expect(fetch(`${url}/readyz`)).rejects.toThrow();
  await expect(once(new WebSocket(socketUrl(url), 'graphql-transport-ws'), 'open')).rejects.toThrow();
  expect(api.exitCode()).toBeNull();

  await lock.end();
  const answer = await asked;
  expect(await answer.json()).toEqual({ data: { polls: { totalCount: 1 } } });
  // Kept alive, the connection would hold up the end until it is cut off.
  expect(answer.headers.get('connection')).toBe('close');
  expect(await ended).toBe(0);
  expect(codes).toEqual([1001]);
});

test('a worker that stops is not ready from then on, while it waits for the last answer', async () => {
  await app.startApi('api');
  const worker = app.launch('worker', { WORKER_PORT: '0' });
  const [, url = ''] = await waitForOutput(worker, /health and metrics at (http:[^\s"]+)/);
  await createUsers(app.database, 1);
  const last = app.sandbox.faults.add({ answer: FAULT_ANSWERS.held });
  const client = app.client();
  const campaignId = await createCampaign(client, await createOpenPoll(client));
  await startCampaign(client, campaignId);
  await app.sandbox.waitUntil(() => last.hits === 1);
  expect((await fetch(`${url}/readyz`)).status).toBe(200);

  const ended = end(worker);
  await waitForOutput(worker, /received SIGTERM/);
  const response = await fetch(`${url}/readyz`);
  expect([response.status, await response.json()]).toMatchObject([503, { status: 'stopping' }]);
  last.remove();
  expect(await ended).toBe(0);
  expect(
    await app.database.query('SELECT status FROM delivery WHERE campaign_id = $1', [campaignId]),
  ).toEqual([{ status: 'SENT' }]);
  await expect(fetch(`${url}/healthz`)).rejects.toThrow();
});

test('a worker breaks off the planning of an audience when it is told to end, and the next one plans it', async () => {
  await app.startApi('api');
  const worker = await app.startWorker();
  await createUsers(app.database, 3, 1_500_001);
  const client = app.client();
  const campaignId = await createCampaign(client, await createOpenPoll(client));
  // Nobody can insert the first chunk before it is known whether this one stays.
  const blocker = new Client({ connectionString: app.database.url });
  await blocker.connect();
  await blocker.query('BEGIN');
  await blocker.query('INSERT INTO campaign_chunk (campaign_id, number, due_at) VALUES ($1, 0, now())', [
    campaignId,
  ]);
  await startCampaign(client, campaignId);
  await waitForWaiting(1);

  const code = await end(worker);
  await blocker.end();

  expect(code).toBe(0);
  const deliveries = 'SELECT FROM delivery WHERE campaign_id = $1';
  expect(await app.database.query(deliveries, [campaignId])).toEqual([]);
  const next = await app.startWorker();
  await waitFor('the audience', async () => {
    const planned = await app.database.query(deliveries, [campaignId]);
    return planned.length >= 3;
  });
  expect(await end(next)).toBe(0);
});

test('clients that never let go hold up neither the end nor the release of leases', async () => {
  const url = await app.startApi('start', { LEASE_MS: '60000' }, 'own');
  const [both] = app.processes.slice(-1) as [PollcastProcess];
  const client = app.client();
  await createUsers(app.database, 200, 2_000_001);
  const campaignId = await createCampaign(client, await createOpenPoll(client), {
    pacing: { chunkSize: 20, sendIntervalMs: 500 },
  });
  await startCampaign(client, campaignId);
  await waitFor('the chunks', async () => (await runningChunks(app.database)) > 2);

  const frozen = await freezeClient(url);
  const agent = new Agent({ keepAlive: true });
  const [idle] = (await once(get(`${url}/healthz`, { agent }), 'response')) as [IncomingMessage];
  idle.resume();
  const halfSent = await sendHalf(url);
  const jobsBefore = await jobsMade();
  const code = await end(both);
  expect(code).toBe(0);
  // Each of its ten chunks is handed on once, and not taken back while the clients are waited for.
  expect((await jobsMade()) - jobsBefore).toBeLessThan(40);
  expect(await runningChunks(app.database)).toBe(0);
  expect(await app.database.query("SELECT FROM delivery WHERE status = 'SENDING'")).toEqual([]);
  frozen.terminate();
  halfSent.destroy();
  agent.destroy();
});

test.each([
  ['own', 3_000_001],
  ['shared', 3_500_001],
] as const)(
  'a program that is told twice ends at once, and alone, in its %s process',
  async (kind, person) => {
    const url = await app.startApi('api');
    const worker = await app.startWorker({}, kind);
    const last = app.sandbox.faults.add({ answer: FAULT_ANSWERS.held });
    await createUsers(app.database, 1, person);
    const client = app.client();
    await startCampaign(client, await createCampaign(client, await createOpenPoll(client)));
    await app.sandbox.waitUntil(() => last.hits > 0);

    worker.kill('SIGINT');
    await waitForOutput(worker, /received SIGINT/);
    // Those of the first second count as one: npm passes on what the terminal has sent to the process already.
    await waitFor('the end', () => {
      worker.kill('SIGINT');
      return worker.exitCode() !== null;
    });
    expect([worker.exitCode(), worker.output()]).toEqual([
      1,
      expect.stringContaining('Ended without waiting'),
    ]);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    last.remove();
    app.processes.splice(app.processes.indexOf(worker), 1);
  },
);
