import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { ApiClient } from '../../src/cli/api-client.js';
import { graphql } from '../../src/cli/graphql.js';
import { FAULT_ANSWERS } from '@pollcast/bot-api-sandbox';
import { useApp } from '../support/use-app.js';
import { runningChunks } from '../support/work-under-way.js';
import {
  createCampaign,
  createOpenPoll,
  createUsers,
  followCampaign,
  startCampaign,
} from '../support/factories.js';
import { waitForOutput, type PollcastProcess } from '../support/process.js';
import { waitFor } from '../support/wait.js';
import { change } from '../campaigns/operations.js';

const RATE = 28;
/** Long enough for more slots than Telegram takes messages in a second. */
const SLOW_MS = 1500;
const AUDIENCE = 50;

const app = useApp({
  run: ['api'],
  environment: { MESSAGES_PER_SECOND: String(RATE) },
  // Of what is due at once nearly all would be too much; a slow machine brings a few messages closer together.
  sandbox: { messagesPerSecond: RATE + 8, chatBurst: 1 },
});
let api: ApiClient;
beforeAll(async () => {
  api = app.client();
  await createUsers(app.database, AUDIENCE);
});

let worker: PollcastProcess | undefined;
beforeEach(() => {
  app.sandbox.clear();
});
afterEach(async () => {
  app.sandbox.faults.clear();
  worker?.kill();
  await worker?.exited;
  worker = undefined;
});

/** A campaign whose worker starts now, and waits to hear the name of the bot. */
async function campaignThatWaits(): Promise<{ id: string; worker: PollcastProcess }> {
  app.sandbox.faults.add({ method: 'getMe', answer: FAULT_ANSWERS.slow(SLOW_MS) });
  // Many chunks, each of which has a message due at once.
  const pacing = { chunkSize: 1, sendIntervalMs: 1000 };
  const id = await createCampaign(api, await createOpenPoll(api), { pacing });
  await startCampaign(api, id);
  worker = await app.startWorker();
  await app.sandbox.waitUntil(() => app.sandbox.calls.some(({ method }) => method === 'getMe'));
  return { id, worker };
}

function whoIsNotPending(id: string): Promise<unknown[]> {
  return app.database.query(
    "SELECT user_id FROM delivery WHERE campaign_id = $1 AND (status <> 'PENDING' OR attempts > 0)",
    [id],
  );
}

describe('a process that hears the name of its bot late', () => {
  test('keeps the rate all the same', async () => {
    const { id } = await campaignThatWaits();
    expect((await followCampaign(api, id)).at(-1)).toMatchObject({
      status: 'COMPLETED',
      sentUsers: AUDIENCE,
    });
    expect(app.sandbox.throttled).toBe(0);
  });

  test('sends nothing for a campaign that was cancelled meanwhile', async () => {
    const { id } = await campaignThatWaits();
    expect((await change(api, 'cancelCampaign', id)).campaign?.status).toBe('CANCELLED');
    await waitFor('every chunk to be released', async () => (await runningChunks(app.database)) === 0);
    expect(app.sandbox.calls.map(({ method }) => method)).toContain('getMe');
    expect(app.sandbox.messages).toEqual([]);
  });

  test('sends nothing once it was told to end, and leaves everybody pending', async () => {
    const { id, worker: waiting } = await campaignThatWaits();
    waiting.kill();
    await waitForOutput(waiting, /received SIGTERM/);
    expect(await waiting.exited).toBe(0);
    expect(app.sandbox.calls.filter(({ method }) => method === 'sendMessage')).toEqual([]);
    expect(await whoIsNotPending(id)).toEqual([]);
    await change(api, 'cancelCampaign', id);
  });

  test('claims nobody and spends no attempt until it has heard it', async () => {
    const answers = [FAULT_ANSWERS.badGateway, FAULT_ANSWERS.resetBefore, FAULT_ANSWERS.throttled(1)];
    for (const answer of answers) app.sandbox.faults.add({ method: 'getMe', times: 1, answer });
    const { id } = await campaignThatWaits();
    expect((await followCampaign(api, id)).at(-1)).toMatchObject({ status: 'COMPLETED' });
    const spent = app.database.query('SELECT DISTINCT attempts FROM delivery WHERE campaign_id = $1', [id]);
    expect(await spent).toEqual([{ attempts: 1 }]);
  });

  test('stops the campaign if Telegram does not accept the token, with everybody pending', async () => {
    app.sandbox.faults.add({ method: 'getMe', answer: FAULT_ANSWERS.unauthorized });
    const { id } = await campaignThatWaits();
    await waitFor('the campaign to fail', async () => {
      const query = graphql('query ($id: ID!) { campaign(id: $id) { status failure { code } } }');
      const { campaign } = await api.run(query, { id });
      return campaign?.failure?.code === 'BOT_TOKEN_REJECTED';
    });
    expect(await whoIsNotPending(id)).toEqual([]);
  });
});

test('a test message does not take its turn before the name of the bot is known', async () => {
  const id = await createCampaign(api, await createOpenPoll(api));
  app.sandbox.faults.add({ method: 'getMe', times: 1, answer: FAULT_ANSWERS.badGateway });
  await app.database.query('DELETE FROM chat_pacing');
  const query = graphql(`mutation ($id: ID!, $user: ID!) {
    sendTestNotification(campaignId: $id, telegramUserId: $user) { delivered userErrors { message } } }`);
  const { sendTestNotification } = await api.run(query, { id, user: '1000001' });
  expect(sendTestNotification.userErrors).toMatchObject([
    { message: expect.stringContaining('Telegram cannot be reached') as unknown },
  ]);
  expect(await app.database.query('SELECT FROM chat_pacing')).toEqual([]);
});
