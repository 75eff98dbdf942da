import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { FAULT_ANSWERS, type FaultHandle } from '@pollcast/bot-api-sandbox';
import { graphql, operation } from '../../src/cli/graphql.js';
import { emptyApp } from '../support/empty.js';
import {
  campaign,
  createCampaign,
  createOpenPoll,
  createUsers,
  followCampaign,
  keyOf,
  startCampaign,
} from '../support/factories.js';
import { waitFor } from '../support/wait.js';
import { app } from './app.js';

/** Sends leave on time, but a busy machine may take its time to receive the first of two. */
const PUNCTUAL_SHARE = 0.5;
const CLIENTS = 20;

/** Holds answers back: nobody else of a chunk with a pause between its sends is served meanwhile. */
function hold(times?: number): FaultHandle {
  return app.sandbox.faults.add({ times, answer: FAULT_ANSWERS.held });
}

async function deliveries(id: string): Promise<{ userId: string; status: string; reason: string | null }[]> {
  const query = graphql(
    'query ($id: ID!) { campaign(id: $id) { deliveries { nodes { user { id } status reason } } } }',
  );
  const { campaign: found } = await app.client().run(query, { id });
  return (found?.deliveries.nodes ?? []).map(({ user, status, reason }) => ({
    userId: keyOf(user.id),
    status,
    reason,
  }));
}

function reminded(): string[] {
  return app.sandbox.messages.map(({ chatId }) => String(chatId));
}

async function recordCompletion(pollId: string, userId = ''): Promise<void> {
  const { recordPollCompletions } = await app
    .client()
    .run(operation('recordPollCompletions'), { pollId, userIds: [userId] });
  expect(recordPollCompletions.recorded).toBe(1);
}

describe('starting a campaign', () => {
  beforeAll(() => emptyApp(app));
  beforeEach(async () => {
    await app.database.query('DELETE FROM delivery');
    await app.database.query('DELETE FROM notification_campaign');
    await app.database.query('DELETE FROM telegram_user');
    await app.database.query('DELETE FROM chat_pacing');
    app.sandbox.clear();
    app.sandbox.faults.clear();
  });

  describe('startCampaign', () => {
    test('starts once, however many clients ask for it at the same time', async () => {
      const api = app.client();
      const users = await createUsers(app.database, 30);
      const id = await createCampaign(api, await createOpenPoll(api));
      const held = hold();

      const payloads = await Promise.all(
        Array.from({ length: CLIENTS }, () => startCampaign(app.client(), id)),
      );
      held.remove();
      await followCampaign(api, id);

      const started = payloads.filter(({ userErrors }) => userErrors.length === 0);
      expect(started.map((payload) => payload.campaign?.status)).toEqual(['PROCESSING']);
      const refused = payloads.flatMap(({ userErrors }) => userErrors);
      expect(refused).toHaveLength(CLIENTS - 1);
      for (const error of refused) expect(error).toMatchObject({ code: 'INVALID_STATE', field: ['id'] });
      expect(reminded().sort()).toEqual(users);
    });

    test('addresses reachable users who have not completed the poll', async () => {
      const api = app.client();
      const [first, completed, blocked] = await createUsers(app.database, 3);
      await app.database.query("UPDATE telegram_user SET status = 'BLOCKED' WHERE id = $1", [blocked]);
      const pollId = await createOpenPoll(api);
      await recordCompletion(pollId, completed);
      const id = await createCampaign(api, pollId);

      await startCampaign(api, id);
      await followCampaign(api, id);
      expect(reminded()).toEqual([first]);
    });

    test('fills in and escapes names, and leads to the poll by a button', async () => {
      const api = app.client();
      const [named = '', anonymous = ''] = await createUsers(app.database, 2);
      await app.database.query(
        'UPDATE telegram_user SET first_name = CASE WHEN id = $1 THEN $2 END WHERE id IN ($1, $3)',
        [named, `<b>Ann & "Bob" O'Brien</b>`, anonymous],
      );
      const pollId = await createOpenPoll(api, { title: 'Cats > dogs & {{firstName}}' });
      const messageTemplate = '<i>{{firstName}}</i>: {{ pollTitle }}';
      const id = await createCampaign(api, pollId, { messageTemplate });

      await startCampaign(api, id);
      await followCampaign(api, id);

      const title = '\u2068Cats &gt; dogs &amp; {{firstName}}\u2069';
      const [message] = app.sandbox.messagesTo(Number(named));
      expect(message?.text).toBe(
        `<i>\u2068&lt;b&gt;Ann &amp; &quot;Bob&quot; O&#39;Brien&lt;/b&gt;\u2069</i>: ${title}`,
      );
      expect(message?.parseMode).toBe('HTML');
      expect(app.sandbox.messagesTo(Number(anonymous))[0]?.text).toBe(`<i>\u2068there\u2069</i>: ${title}`);
      const buttons = message?.replyMarkup?.inline_keyboard.flat() ?? [];
      expect(buttons.map(({ text }) => text)).toEqual([
        'Open the poll',
        '⏰ Later',
        'Not this poll',
        'No more reminders',
      ]);
    });
  });

  describe('pacing', () => {
    test('keeps the chunks and the sends of a chunk apart', async () => {
      const api = app.client();
      const users = await createUsers(app.database, 9);
      const pacing = { chunkSize: 3, chunkIntervalMs: 900, sendIntervalMs: 300 };
      const id = await createCampaign(api, await createOpenPoll(api), { pacing });

      await startCampaign(api, id);
      await followCampaign(api, id);

      const [planned] = await app.database.query<{ at: Date }>(
        'SELECT planned_at AS at FROM notification_campaign WHERE id = $1',
        [id],
      );
      const sentAt = users.map((user) => app.sandbox.messagesTo(Number(user))[0]?.sentAt ?? NaN);
      const chunks = [sentAt.slice(0, 3), sentAt.slice(3, 6), sentAt.slice(6)];
      chunks.forEach((chunk, number) => {
        const [first = NaN, second = NaN, third = NaN] = chunk;
        expect(second - first).toBeGreaterThan(pacing.sendIntervalMs * PUNCTUAL_SHARE);
        expect(third - second).toBeGreaterThan(pacing.sendIntervalMs * PUNCTUAL_SHARE);
        // The first chunk is due when the audience is known, the others in steps from then on.
        const waitedMs = first - (planned?.at.getTime() ?? NaN);
        expect(waitedMs).toBeGreaterThan((number - 1 + PUNCTUAL_SHARE) * pacing.chunkIntervalMs);
      });
    });

    test('follows the settings where the campaign says nothing', async () => {
      const { createCampaign: payload } = await app.client().run(
        graphql(`mutation ($input: CreateCampaignInput!) {
          createCampaign(input: $input) { campaign { pacing { chunkSize chunkIntervalMs sendIntervalMs } } }
        }`),
        { input: { topicId: await createOpenPoll(app.client()), pacing: { sendIntervalMs: 7 } } },
      );
      expect(payload.campaign?.pacing).toEqual({ chunkSize: 100, chunkIntervalMs: 0, sendIntervalMs: 7 });
    });
  });

  describe('who is no longer to be reminded when the turn comes', () => {
    const ONE_BY_ONE = { sendIntervalMs: 10 };

    test('has completed the poll since the campaign was planned', async () => {
      const api = app.client();
      const [first, second, third] = await createUsers(app.database, 3);
      const pollId = await createOpenPoll(api);
      const id = await createCampaign(api, pollId, { pacing: ONE_BY_ONE });
      const held = hold(1);
      await startCampaign(api, id);
      await app.sandbox.waitUntil(() => held.hits === 1);
      await recordCompletion(pollId, third);
      held.release();
      await followCampaign(api, id);

      expect(reminded()).toEqual([first, second]);
      expect(await deliveries(id)).toEqual([
        { userId: first, status: 'SENT', reason: null },
        { userId: second, status: 'SENT', reason: null },
        { userId: third, status: 'SKIPPED', reason: 'COMPLETED_MEANWHILE' },
      ]);
      expect(await campaign(api, id)).toMatchObject({ status: 'COMPLETED', sentUsers: 2, skippedUsers: 1 });
    });

    test('has opted out since the campaign was planned', async () => {
      const api = app.client();
      const [first, second] = await createUsers(app.database, 2);
      const id = await createCampaign(api, await createOpenPoll(api), { pacing: ONE_BY_ONE });
      const held = hold(1);
      await startCampaign(api, id);
      await app.sandbox.waitUntil(() => held.hits === 1);
      app.sandbox.userSays(Number(second), '/stop');
      await waitFor('that to be known', async () => {
        const gone = await app.database.query('SELECT FROM telegram_user WHERE opted_out_at IS NOT NULL');
        return gone.length === 1;
      });
      held.release();
      await followCampaign(api, id);

      expect(await deliveries(id)).toEqual([
        { userId: first, status: 'SENT', reason: null },
        { userId: second, status: 'SKIPPED', reason: 'OPTED_OUT' },
      ]);
      // The bot's answer to them is not to come in the next test.
      await app.sandbox.waitUntil(() => app.sandbox.messagesTo(Number(second)).length === 1);
    });

    test('was not reached before the poll was closed', async () => {
      const api = app.client();
      const [first, ...others] = await createUsers(app.database, 4);
      const pollId = await createOpenPoll(api);
      const id = await createCampaign(api, pollId, { pacing: ONE_BY_ONE });
      const held = hold(1);
      await startCampaign(api, id);
      await app.sandbox.waitUntil(() => held.hits === 1);
      await api.run(graphql('mutation ($id: ID!) { closePoll(id: $id) { poll { status } } }'), {
        id: pollId,
      });
      held.release();
      await followCampaign(api, id);

      expect(await deliveries(id)).toEqual([
        { userId: first, status: 'SENT', reason: null },
        ...others.map((userId) => ({ userId, status: 'SKIPPED', reason: 'POLL_CLOSED' })),
      ]);
      expect(reminded()).toEqual([first]);
    });
  });

  describe('a large audience', () => {
    const AUDIENCE = 10_000;

    test('does not keep startCampaign waiting', async () => {
      const api = app.client();
      await app.database.query(
        `INSERT INTO telegram_user (id, first_name) SELECT place, 'Person' FROM generate_series(1, ${AUDIENCE}) place`,
      );
      const pacing = { chunkSize: 2000, chunkIntervalMs: 3_600_000, sendIntervalMs: 3_600_000 };
      const id = await createCampaign(api, await createOpenPoll(api), { pacing });

      // It answers before the audience is even known: meanwhile nobody can write it down.
      const blocker = new Client({ connectionString: app.database.url });
      await blocker.connect();
      await blocker.query('BEGIN; LOCK TABLE campaign_chunk IN SHARE MODE');
      const { startCampaign: payload } = await api.run(
        graphql('mutation ($id: ID!) { startCampaign(id: $id) { campaign { status totalUsers } } }'),
        { id },
      );
      await blocker.end();

      expect(payload.campaign).toEqual({ status: 'PROCESSING', totalUsers: 0 });
      const planned = await waitFor('the plan', async () => {
        const found = await campaign(api, id);
        return found.totalUsers > 0 && found;
      });
      expect(planned).toMatchObject({ status: 'PROCESSING', totalUsers: AUDIENCE, chunkCount: 5 });
      await app.sandbox.waitUntil(() => app.sandbox.messages.length === 1);
    });
  });
});
