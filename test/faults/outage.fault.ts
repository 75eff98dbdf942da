/** @long */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from '@jest/globals';
import { FAULT_ANSWERS, startBotApiSandbox, type FaultAnswer } from '@pollcast/bot-api-sandbox';
import { graphql, type ResultOf } from '../../src/cli/graphql.js';
import type { TestApp } from '../support/app.js';
import { scrape, valueOf } from '../metrics/support/samples.js';
import { waitForOutput } from '../support/process.js';
import { startTcpProxy } from '../support/tcp-proxy.js';
import { waitFor } from '../support/wait.js';
import type { CampaignRun } from '../support/campaign-run.js';
import { deliveriesOf, tally } from '../support/record.js';
import { scenario } from '../support/scene.js';

const DEFAULT_PACE = { MESSAGES_PER_SECOND: '28', CHUNK_INTERVAL_MS: '2000', SEND_INTERVAL_MS: '1000' };
const OUTAGE_MS = 40_000;
const FIRST = 1_000_001;

function json(status: number): FaultAnswer {
  const body = JSON.stringify({ message: 'from a proxy' });
  return { kind: 'body', phase: 'before', status, contentType: 'application/json', body };
}

const STANDSTILL = graphql('query ($id: ID!) { campaign(id: $id) { standstill { code message until } } }');
type Standstill = NonNullable<NonNullable<ResultOf<typeof STANDSTILL>['campaign']>['standstill']>;

async function standstillOf(app: TestApp, id: string): Promise<Standstill | null> {
  const { campaign } = await app.client().run(STANDSTILL, { id });
  return campaign?.standstill ?? null;
}

function unreachable(app: TestApp, run: CampaignRun): Promise<Standstill> {
  return waitFor('the standstill to be told', async () => {
    const standstill = await standstillOf(app, run.id);
    return standstill?.code === 'TELEGRAM_UNREACHABLE' && standstill;
  });
}

/** A campaign that has begun with the outage; all recipients were reached, except for lost answers. */
async function expectNobodyLost(app: TestApp, run: CampaignRun, mostUnconfirmed: number): Promise<void> {
  const end = await run.end();
  expect(end.failedUsers).toBe(0);
  expect(end.unconfirmedUsers).toBeLessThanOrEqual(mostUnconfirmed);
  expect(end.sentUsers + end.unconfirmedUsers).toBe(end.totalUsers);
  await run.verify();
  for (const { attempts } of await deliveriesOf(app, run.id)) expect(attempts).toBe(1);
}

describe('an outage of 40 s, at the default pace', () => {
  const outages: [name: string, outage: { method: string; answer: FaultAnswer; mostUnconfirmed: number }][] =
    [
      // In flight when it begins: one a chunk.
      ['502 to everything', { method: '*', answer: FAULT_ANSWERS.badGatewayHtml, mostUnconfirmed: 6 }],
      // And one a probe: at once, and after 1 s, 2 s, 4 s, 8 s and 16 s at the soonest.
      [
        '504 to sendMessage',
        { method: 'sendMessage', answer: FAULT_ANSWERS.nonJson(504), mostUnconfirmed: 6 },
      ],
      [
        '500 of Telegram to sendMessage',
        { method: 'sendMessage', answer: FAULT_ANSWERS.serverError, mostUnconfirmed: 0 },
      ],
      ['a page with 403', { method: '*', answer: FAULT_ANSWERS.nonJson(403), mostUnconfirmed: 0 }],
      ['a JSON of a proxy with 413', { method: 'sendMessage', answer: json(413), mostUnconfirmed: 0 }],
      ['answers that are none', { method: '*', answer: FAULT_ANSWERS.nonJson(200), mostUnconfirmed: 6 }],
    ];
  for (const [name, { method, answer, mostUnconfirmed }] of outages) {
    scenario(`of ${name} costs nobody the reminder`, async (scene) => {
      const app = await scene.prepare({ environment: DEFAULT_PACE });
      await app.startApi();
      await app.startWorker();
      await app.startWorker();
      const run = await scene.start(app, { audience: 60, input: { pacing: { chunkSize: 10 } } });
      await run.settled(15);
      const before = app.sandbox.messages.length;
      const outage = app.sandbox.faults.add({ method, answer });
      await sleep(OUTAGE_MS);
      // Those in flight when it began may have been accepted.
      expect(app.sandbox.messages.length).toBeLessThanOrEqual(before + 6);
      const { message, until } = await unreachable(app, run);
      expect(message).toMatch(/ since 20\d\d-[^ ]+Z\. /);
      expect(until).toBeNull();
      outage.remove();
      await expectNobodyLost(app, run, mostUnconfirmed);
    });
  }

  scenario('of refused connections costs nobody the reminder', async (scene) => {
    const sandbox = await startBotApiSandbox();
    const target = { host: '127.0.0.1', port: Number(new URL(sandbox.url).port) };
    let proxy = await startTcpProxy(target);
    const { port } = proxy;
    const app = await scene.prepare({
      environment: {
        ...DEFAULT_PACE,
        BOT_TOKEN: sandbox.token,
        TELEGRAM_API_ROOT: `http://127.0.0.1:${port}`,
      },
    });
    try {
      await app.startApi('start');
      const run = await scene.start(app, { audience: 40, input: { pacing: { chunkSize: 10 } } });
      await run.settled(10);
      await proxy.close();
      await sleep(OUTAGE_MS);
      await unreachable(app, run);
      proxy = await startTcpProxy(target, port);
      const end = await run.end();
      expect(end).toMatchObject({ failedUsers: 0 });
      expect(end.unconfirmedUsers).toBeLessThanOrEqual(4);
      const chats = sandbox.messages.map(({ chatId }) => chatId);
      expect(new Set(chats).size).toBe(chats.length);
    } finally {
      await proxy.close();
      await sandbox.close();
    }
  });
});

describe('while Telegram cannot be reached', () => {
  scenario('a metric says for how long, and a worker ends as soon as otherwise', async (scene) => {
    const app = await scene.prepare();
    await app.startApi();
    const worker = await app.startWorker({ WORKER_PORT: '0' });
    const [, operations = ''] = await waitForOutput(worker, /health and metrics at (http:[^\s"]+)/);
    app.sandbox.faults.add({ method: '*', answer: FAULT_ANSWERS.nonJson(503), after: 20 });
    const run = await scene.start(app, { audience: 300 });
    await unreachable(app, run);
    await waitFor('the metric', async () => {
      const seconds = valueOf(await scrape(operations), 'pollcast_telegram_outage_seconds');
      return (seconds ?? 0) > 0;
    });
    worker.kill('SIGTERM');
    expect(await worker.exited).toBe(0);
    const counts = tally(await deliveriesOf(app, run.id));
    expect(counts.SENDING).toBeUndefined();
    expect(counts.FAILED).toBeUndefined();

    // Another takes the outage up where the dead one left it.
    await app.startWorker();
    app.sandbox.faults.clear();
    expect(await run.end()).toMatchObject({ failedUsers: 0 });
    await run.verify();
    expect(await app.database.query('SELECT FROM telegram_outage')).toEqual([]);
  });

  scenario(
    'a worker that dies with the probe in hand keeps the others from it for a moment only',
    async (scene) => {
      const app = await scene.prepare();
      await app.startApi();
      const victim = await app.startWorker({}, 'own');
      app.sandbox.faults.add({ times: 5, answer: FAULT_ANSWERS.nonJson(403), after: 20 });
      const hang = app.sandbox.faults.add({ after: 20, answer: FAULT_ANSWERS.hangBefore, times: 1 });
      const run = await scene.start(app, { audience: 300 });
      await app.sandbox.waitUntil(() => hang.hits === 1);
      victim.kill('SIGKILL');
      await victim.exited;
      await app.startWorker({ LEASE_MS: '3000', RECONCILE_INTERVAL_MS: '500' });
      expect(await run.end()).toMatchObject({ failedUsers: 0 });
      await run.verify();
    },
  );
});

describe('a failure that is not everybody’s', () => {
  const answers: [name: string, answer: FaultAnswer][] = [
    ['a 500 of Telegram', FAULT_ANSWERS.serverError],
    ['a page with 403', FAULT_ANSWERS.nonJson(403)],
  ];
  for (const [name, answer] of answers) {
    scenario(`${name} to one person alone ends with that person, after five requests`, async (scene) => {
      const app = await scene.prepare();
      await app.startApi('start');
      const poison = app.sandbox.faults.add({ chatId: FIRST + 3, answer });
      const run = await scene.start(app, { audience: 20 });
      expect(await run.end()).toMatchObject({ sentUsers: 19, failedUsers: 1, unconfirmedUsers: 0 });
      await run.verify();
      const [delivery] = (await deliveriesOf(app, run.id)).filter(({ status }) => status === 'FAILED');
      expect(delivery).toMatchObject({ user_id: String(FIRST + 3), reason: 'TELEGRAM_UNAVAILABLE' });
      expect(poison.hits).toBe(5);
      expect(await app.database.query('SELECT FROM telegram_outage')).toEqual([]);
    });
  }

  scenario('500 to the last one, and to several, ends with them', async (scene) => {
    const app = await scene.prepare();
    await app.startApi('start');
    const chats = [FIRST + 2, FIRST + 5, FIRST + 19];
    for (const chatId of chats) app.sandbox.faults.add({ chatId, answer: FAULT_ANSWERS.serverError });
    const run = await scene.start(app, { audience: 20, input: { pacing: { sendIntervalMs: 1 } } });
    expect(await run.end()).toMatchObject({ sentUsers: 17, failedUsers: 3 });
    await run.verify();
  });

  scenario('of one worker alone leaves its share to the other', async (scene) => {
    const app = await scene.prepare();
    await app.startApi();
    const lost = await app.startWorker({ TELEGRAM_API_ROOT: 'http://127.0.0.1:9' });
    const run = await scene.start(app, { audience: 200, input: { pacing: { chunkSize: 20 } } });
    await waitForOutput(lost, /nothing is sent until it answers again/);
    await app.startWorker();
    expect(await run.end()).toMatchObject({ sentUsers: 200, failedUsers: 0, unconfirmedUsers: 0 });
    await waitForOutput(lost, /this one does not/);
    await run.verify();
  });
});
