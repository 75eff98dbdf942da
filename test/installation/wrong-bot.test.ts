/** @long */
import { describe, expect } from '@jest/globals';
import type { ApiClient } from '../../src/cli/api-client.js';
import { graphql, type ResultOf } from '../../src/cli/graphql.js';
import { startBotApiSandbox, type BotApiSandbox } from '@pollcast/bot-api-sandbox';
import { scenario, type Scene } from '../support/scene.js';
import type { TestApp } from '../support/app.js';
import {
  campaign,
  createCampaign,
  createOpenPoll,
  createUsers,
  followCampaign,
  startCampaign,
  type CampaignInput,
} from '../support/factories.js';
import { freePort } from '../support/port.js';
import { runHosted } from '../support/hosted-program.js';
import { waitForOutput, type PollcastProcess } from '../support/process.js';
import { waitFor } from '../support/wait.js';

const SECRET = 'B'.repeat(35);
const OTHER_TOKEN = `7700000001:${SECRET}`;
const NO_BOT = { BOT_TOKEN: '' };

interface Bot {
  server: BotApiSandbox;
  environment: Record<string, string>;
}

/** Another Bot API server, with one bot. */
async function botOf(scene: Scene, token: string): Promise<Bot> {
  const server = await startBotApiSandbox({ token, messagesPerSecond: 2000, chatBurst: 20 });
  scene.afterwards(() => server.close());
  return { server, environment: { BOT_TOKEN: token, TELEGRAM_API_ROOT: server.url } };
}

const INSTALLATION = graphql(`{ installation { bot { username telegramId } sandbox standstill { code message }
    workers { name seenAt runningChunks problem } } }`);

async function installation(api: ApiClient): Promise<ResultOf<typeof INSTALLATION>['installation']> {
  return (await api.run(INSTALLATION)).installation;
}

async function standstill(api: ApiClient, id: string): Promise<string | undefined> {
  const query = graphql('query ($id: ID!) { campaign(id: $id) { standstill { code } } }');
  const { campaign } = await api.run(query, { id });
  return campaign?.standstill?.code;
}

async function isSandboxed(api: ApiClient, id: string): Promise<boolean | undefined> {
  const query = graphql('query ($id: ID!) { campaign(id: $id) { sandbox } }');
  return (await api.run(query, { id })).campaign?.sandbox;
}

async function started(api: ApiClient, input: Partial<CampaignInput> = {}): Promise<string> {
  const id = await createCampaign(api, await createOpenPoll(api), { ...input });
  expect((await startCampaign(api, id)).userErrors).toEqual([]);
  return id;
}

/** A worker that works no jobs. */
async function idleWorker(app: TestApp, environment: Record<string, string>): Promise<PollcastProcess> {
  const worker = app.launch('worker', environment);
  await waitForOutput(worker, /this process does no work/);
  return worker;
}

function count(text: string, part: string): number {
  return text.split(part).length - 1;
}

describe('beside an api with a bot', () => {
  const others: [which: string, prepare: (scene: Scene) => Promise<Partial<Bot>>][] = [
    ['the sandbox', () => Promise.resolve({ environment: NO_BOT })],
    ['another bot', (scene) => botOf(scene, OTHER_TOKEN)],
  ];
  for (const [which, prepare] of others) {
    scenario(`a worker with ${which} works no jobs, and says so`, async (scene) => {
      const app = await scene.prepare();
      await app.startApi();
      const api = app.client();
      await createUsers(app.database, 5);
      const workerPort = String(await freePort());
      const { server, environment } = await prepare(scene);
      const worker = await idleWorker(app, { ...environment, WORKER_PORT: workerPort });
      const id = await started(api);
      await waitFor('the standstill', async () => (await standstill(api, id)) === 'WRONG_BOT');
      const { workers, standstill: common } = await installation(api);
      expect(workers).toMatchObject([
        { runningChunks: 0, problem: expect.stringContaining('BOT_TOKEN') as unknown },
      ]);
      expect(common).toMatchObject({ code: 'WRONG_BOT' });
      const ready = await fetch(`http://127.0.0.1:${workerPort}/readyz`);
      expect([ready.status, await ready.json()]).toMatchObject([503, { checks: { bot: 'failed' } }]);
      expect(await campaign(api, id)).toMatchObject({ status: 'PROCESSING', sentUsers: 0, totalUsers: 0 });
      expect(server?.messages ?? []).toEqual([]);

      await app.startWorker();
      expect((await followCampaign(api, id)).at(-1)).toMatchObject({ status: 'COMPLETED', sentUsers: 5 });
      expect(app.sandbox.messages).toHaveLength(5);
      expect(await isSandboxed(api, id)).toBe(false);
      expect(count(worker.output(), 'this process does no work')).toBe(1);
      expect(worker.output()).not.toContain('working jobs');
    });
  }

  scenario('a worker with a new token of the same bot works', async (scene) => {
    const app = await scene.prepare();
    await app.startApi();
    const api = app.client();
    await createUsers(app.database, 3);
    const [botId = ''] = app.sandbox.token.split(':');
    const { server, environment } = await botOf(scene, `${botId}:${SECRET}`);
    await app.startWorker(environment);
    expect((await followCampaign(api, await started(api))).at(-1)).toMatchObject({ sentUsers: 3 });
    expect(server.messages).toHaveLength(3);
    expect(await installation(api)).toMatchObject({
      bot: { telegramId: botId },
      sandbox: false,
      workers: [{ problem: null }],
    });
  });
});

describe('the sandbox', () => {
  scenario('works where there is no bot, and a campaign says that it took its messages', async (scene) => {
    const app = await scene.prepare();
    await app.startApi('start', NO_BOT);
    const api = app.client();
    await createUsers(app.database, 3);
    const id = await started(api);
    expect((await followCampaign(api, id)).at(-1)).toMatchObject({ status: 'COMPLETED', sentUsers: 3 });
    expect(await isSandboxed(api, id)).toBe(true);
    expect(await installation(api)).toMatchObject({ bot: null, sandbox: true, standstill: null });
    const { campaignPreview } = await api.run(
      graphql(
        'query ($input: CreateCampaignInput!) { campaignPreview(input: $input) { warnings { code } } }',
      ),
      { input: { topicId: await createOpenPoll(api) } },
    );
    expect(campaignPreview.warnings).toContainEqual({ code: 'SANDBOX' });
    expect(await app.database.query('SELECT FROM installation')).toEqual([]);
  });

  scenario('ends its work as soon as there is a bot, which goes on with it', async (scene) => {
    const app = await scene.prepare();
    const worker = await app.startWorker(NO_BOT);
    await app.startApi('api', NO_BOT);
    const api = app.client();
    await createUsers(app.database, 6);
    const pacing = { chunkSize: 1, chunkIntervalMs: 3_600_000 };
    const id = await started(api, { pacing });
    await waitFor('the sandbox to take one', async () => (await campaign(api, id)).sentUsers > 0);

    await app.startWorker();
    await waitForOutput(worker, /this process does no work/);
    expect(app.sandbox.messages).toEqual([]);
    await app.database.query('UPDATE campaign_chunk SET due_at = now(), enqueued_at = NULL WHERE number > 0');
    expect((await followCampaign(api, id)).at(-1)).toMatchObject({ status: 'COMPLETED', sentUsers: 6 });
    expect(app.sandbox.messages).toHaveLength(5);
    expect(await isSandboxed(api, id)).toBe(true);
    const { sendTestNotification } = await api.run(
      graphql(`mutation ($id: ID!) { sendTestNotification(campaignId: $id, telegramUserId: "1000001") {
         delivered userErrors { code message } } }`),
      { id },
    );
    expect(sendTestNotification).toEqual({
      delivered: false,
      userErrors: [{ code: 'INVALID_STATE', message: expect.stringContaining('BOT_TOKEN') as unknown }],
    });
  });
});

describe('bot adopt', () => {
  scenario('changes the bot, and forgets who had blocked the old one', async (scene) => {
    const app = await scene.prepare();
    await app.startApi();
    const api = app.client();
    await createUsers(app.database, 6);
    await app.database.query(
      `UPDATE telegram_user SET status = (ARRAY['ACTIVE', 'BLOCKED', 'UNREACHABLE', 'DEACTIVATED', 'ACTIVE', 'BLOCKED'])[id - 1000000],
         opted_out_at = CASE WHEN id > 1000004 THEN now() END`,
    );
    const worker = await app.startWorker();
    const { server, environment } = await botOf(scene, OTHER_TOKEN);
    const settings = { DATABASE_URL: app.database.url, ...environment };
    const adopted = await runHosted(['bot', 'adopt'], settings);
    expect(adopted.output).toMatch(/is the bot of this installation from now on\.\n3 users/);
    expect(adopted.code).toBe(0);
    const again = await runHosted(['bot', 'adopt'], settings);
    expect([again.code, again.output]).toEqual([0, expect.stringContaining('already')]);
    await waitForOutput(worker, /this process does no work/);

    const id = await started(api);
    await app.startWorker(environment);
    expect((await followCampaign(api, id)).at(-1)).toMatchObject({ status: 'COMPLETED', sentUsers: 3 });
    expect(server.messages.map(({ chatId }) => chatId).sort()).toEqual([1000001, 1000002, 1000003]);
    expect(app.sandbox.messages).toEqual([]);
    expect((await installation(api)).bot?.telegramId).toBe('7700000001');
    const optedOut = await app.database.query(
      'SELECT id FROM telegram_user WHERE opted_out_at IS NOT NULL ORDER BY id',
    );
    expect(optedOut).toEqual([{ id: '1000005' }, { id: '1000006' }]);
  });

  const useless: [which: string, environment: Record<string, string>, code: number, sentence: RegExp][] = [
    ['a token that Telegram does not accept', { BOT_TOKEN: OTHER_TOKEN }, 2, /not accepted/],
    ['no token', NO_BOT, 2, /^BOT_TOKEN must be set/],
    [
      'no way to Telegram',
      { BOT_TOKEN: OTHER_TOKEN, TELEGRAM_API_ROOT: 'http://127.0.0.1:1' },
      1,
      /cannot be reached/,
    ],
  ];
  for (const [which, environment, code, sentence] of useless) {
    scenario(`with ${which} changes nothing`, async (scene) => {
      const app = await scene.prepare();
      const settings = { DATABASE_URL: app.database.url, TELEGRAM_API_ROOT: app.sandbox.url, ...environment };
      const run = await runHosted(['bot', 'adopt'], settings);
      expect(run.output).toMatch(sentence);
      expect(run.code).toBe(code);
      expect(await app.database.query('SELECT FROM installation')).toEqual([]);
    });
  }
});
