/** @jobs @long */
import { afterEach, describe, expect, test } from '@jest/globals';
import { FAULT_ANSWERS, type FaultHandle } from '@pollcast/bot-api-sandbox';
import { graphql } from '../../src/cli/graphql.js';
import { useApp } from '../support/use-app.js';
import { runningChunks } from '../support/work-under-way.js';
import {
  campaign,
  createCampaign,
  createOpenPoll,
  createUsers,
  followCampaign,
  startCampaign,
} from '../support/factories.js';
import { waitFor } from '../support/wait.js';
import { change, delivery, retry } from './operations.js';

const app = useApp({ environment: { RECONCILE_INTERVAL_MS: '500' } });
afterEach(async () => {
  app.sandbox.faults.clear();
  app.sandbox.clear();
  await app.database.query(
    `UPDATE notification_campaign SET status = 'CANCELLED' WHERE status <> 'CANCELLED'`,
  );
  await app.database.query('DELETE FROM delivery');
  await app.database.query('DELETE FROM telegram_user');
});

const ONE_BY_ONE = { pacing: { sendIntervalMs: 10, chunkIntervalMs: 0, chunkSize: 20 } };
const SENT = 6;

function hold(after = 0): FaultHandle {
  return app.sandbox.faults.add({ after, answer: FAULT_ANSWERS.held });
}

/** A running campaign of 60 in 3 chunks, of which some have been sent; each chunk waits for an answer that is held. */
async function runningCampaign(): Promise<{ id: string; held: FaultHandle }> {
  const api = app.client();
  await createUsers(app.database, 60);
  const id = await createCampaign(api, await createOpenPoll(api), ONE_BY_ONE);
  const held = hold(SENT);
  await startCampaign(api, id);
  await waitFor('the first messages', async () => (await campaign(api, id)).sentUsers === SENT);
  await app.sandbox.waitUntil(() => held.hits === 3);
  return { id, held };
}

describe('an operator', () => {
  test('pauses a campaign, and resumes it with its totals', async () => {
    const api = app.client();
    const { id, held } = await runningCampaign();
    const paused = await change(api, 'pauseCampaign', id);
    held.remove();
    const still = await waitFor('what was in flight', async () => {
      const [row] = await app.database.query<{ sending: number }>(
        `SELECT count(*)::integer AS sending FROM delivery WHERE status = 'SENDING'`,
      );
      return row?.sending === 0 ? campaign(api, id) : undefined;
    });
    const accepted = app.sandbox.messages.length;
    await waitFor('every chunk to be released', async () => (await runningChunks(app.database)) === 0);
    expect(paused.campaign?.status).toBe('PAUSED');
    expect(app.sandbox.messages).toHaveLength(accepted);
    expect(still).toMatchObject({ status: 'PAUSED', totalUsers: 60, sentUsers: accepted });

    const resumed = await change(api, 'resumeCampaign', id);
    const events = await followCampaign(api, id);
    expect(resumed.campaign).toMatchObject({ status: 'PROCESSING', totalUsers: 60 });
    expect(events.at(-1)).toMatchObject({ status: 'COMPLETED', sentUsers: 60 });
    expect(new Set(app.sandbox.messages.map(({ chatId }) => chatId)).size).toBe(60);
    expect(app.sandbox.messages).toHaveLength(60);
  });

  test('completes a campaign that was paused while its last messages were in flight', async () => {
    const api = app.client();
    await createUsers(app.database, 1);
    const pollId = await createOpenPoll(api);
    const id = await createCampaign(api, pollId);
    const held = hold();
    await startCampaign(api, id);
    await app.sandbox.waitUntil(() => held.hits === 1);
    const following = followCampaign(api, id);
    expect((await change(api, 'pauseCampaign', id)).campaign?.status).toBe('PAUSED');
    await api.run(graphql('mutation ($id: ID!) { closePoll(id: $id) { poll { id } } }'), { id: pollId });
    held.remove();
    expect((await following).at(-1)).toMatchObject({ status: 'COMPLETED', sentUsers: 1 });
  });

  test('cancels a campaign: pending recipients are skipped, and nobody is reminded afterwards', async () => {
    const api = app.client();
    const { id, held } = await runningCampaign();
    const following = followCampaign(api, id);
    const cancelled = await change(api, 'cancelCampaign', id);
    held.remove();
    const last = (await following).at(-1);
    expect(cancelled.campaign?.status).toBe('CANCELLED');
    expect(last).toMatchObject({
      status: 'CANCELLED',
      pendingUsers: 0,
      sentUsers: app.sandbox.messages.length,
    });
    expect((last?.sentUsers ?? 0) + (last?.skippedUsers ?? 0)).toBe(60);
    expect((await change(api, 'resumeCampaign', id)).userErrors).toMatchObject([{ code: 'INVALID_STATE' }]);
  });

  test('retries what failed, and nothing else', async () => {
    const api = app.client();
    const [blocked = '', other = ''] = await createUsers(app.database, 2);
    app.sandbox.faults.add({ chatId: Number(blocked), answer: FAULT_ANSWERS.unknownBadRequest });
    const id = await createCampaign(api, await createOpenPoll(api));
    await startCampaign(api, id);
    await followCampaign(api, id);
    expect(await delivery(api, id, blocked)).toEqual({
      status: 'FAILED',
      reason: 'BAD_REQUEST',
      attempts: 1,
    });

    app.sandbox.faults.clear();
    const held = hold();
    const retried = await retry(api, id);
    held.remove();
    await followCampaign(api, id);
    expect(retried.campaign).toMatchObject({
      status: 'PROCESSING',
      pendingUsers: 1,
      failedUsers: 0,
      sentUsers: 1,
    });
    expect(await campaign(api, id)).toMatchObject({ status: 'COMPLETED', sentUsers: 2, totalUsers: 2 });
    expect(app.sandbox.messagesTo(Number(blocked))).toHaveLength(1);
    expect(app.sandbox.messagesTo(Number(other))).toHaveLength(1);
  });

  test('serves also whom a retry has requeued while their chunk was being released as done', async () => {
    const api = app.client();
    const [user = ''] = await createUsers(app.database, 1);
    app.sandbox.faults.add({ chatId: Number(user), answer: FAULT_ANSWERS.unknownBadRequest });
    const id = await createCampaign(api, await createOpenPoll(api));
    await startCampaign(api, id);
    await followCampaign(api, id);
    app.sandbox.faults.clear();
    // What is left when the release counts before the retry commits, and the retry looks before the release does.
    await app.database.query(`UPDATE delivery SET status = 'PENDING', reason = NULL`);
    await app.database.query(
      `UPDATE notification_campaign SET status = 'PROCESSING', pending_users = 1, failed_users = 0 WHERE id = $1`,
      [id],
    );
    expect((await followCampaign(api, id)).at(-1)).toMatchObject({ status: 'COMPLETED', sentUsers: 1 });
    expect(app.sandbox.messagesTo(Number(user))).toHaveLength(1);
  });

  test('cannot retry what was sent', async () => {
    const api = app.client();
    await createUsers(app.database, 1);
    const id = await createCampaign(api, await createOpenPoll(api));
    await startCampaign(api, id);
    await followCampaign(api, id);
    expect((await retry(api, id, ['SENT'])).userErrors).toMatchObject([
      { field: ['statuses'], code: 'INVALID' },
    ]);
  });

  test.each(['FAILED', 'COMPLETED'])(
    'changes nothing of a campaign that is %s when there is nothing to retry',
    async (status) => {
      const api = app.client();
      await createUsers(app.database, 1);
      const id = await createCampaign(api, await createOpenPoll(api));
      await startCampaign(api, id);
      await followCampaign(api, id);
      await app.database.query('UPDATE notification_campaign SET status = $2 WHERE id = $1', [id, status]);
      const read = () => app.database.query('SELECT * FROM notification_campaign WHERE id = $1', [id]);
      const before = await read();
      expect((await retry(api, id, ['FAILED'])).userErrors).toMatchObject([
        {
          field: ['campaignId'],
          code: 'INVALID_STATE',
          message: expect.stringContaining('no deliveries of'),
        },
      ]);
      expect(await read()).toEqual(before);
    },
  );

  test('cannot retry a campaign that has no audience yet', async () => {
    const api = app.client();
    const id = await createCampaign(api, await createOpenPoll(api));
    await app.database.query(`UPDATE notification_campaign SET status = 'PAUSED' WHERE id = $1`, [id]);
    expect((await retry(api, id)).userErrors).toMatchObject([
      { field: ['campaignId'], code: 'INVALID_STATE', message: expect.stringContaining('no deliveries yet') },
    ]);
  });

  test.each(['pauseCampaign', 'resumeCampaign', 'cancelCampaign'] as const)(
    '%s of a campaign that does not exist is NOT_FOUND',
    async (mutation) => {
      const { userErrors } = await change(app.client(), mutation, '999999');
      expect(userErrors).toMatchObject([{ field: ['id'], code: 'NOT_FOUND' }]);
    },
  );

  test.each([
    ['pauseCampaign', 'INVALID_STATE'],
    ['resumeCampaign', 'INVALID_STATE'],
  ] as const)('%s of a campaign that was not started is %s', async (mutation, code) => {
    const api = app.client();
    const id = await createCampaign(api, await createOpenPoll(api));
    expect((await change(api, mutation, id)).userErrors).toMatchObject([{ code }]);
  });
});

describe('a scheduled campaign', () => {
  test('starts by itself when it is due', async () => {
    const api = app.client();
    await createUsers(app.database, 3);
    const scheduledFor = new Date(Date.now() + 3000).toISOString();
    const id = await createCampaign(api, await createOpenPoll(api), { scheduledFor });
    const events = await followCampaign(api, id);
    expect(events[0]?.status).toBe('SCHEDULED');
    expect(events.at(-1)).toMatchObject({ status: 'COMPLETED', sentUsers: 3 });
    expect(app.sandbox.messages[0]?.sentAt).toBeGreaterThanOrEqual(Date.parse(scheduledFor) - 200);
  });

  test('can be started before', async () => {
    const api = app.client();
    await createUsers(app.database, 1);
    const scheduledFor = new Date(Date.now() + 3_600_000).toISOString();
    const id = await createCampaign(api, await createOpenPoll(api), { scheduledFor });
    const held = hold();
    expect((await startCampaign(api, id)).campaign?.status).toBe('PROCESSING');
    held.remove();
    expect((await followCampaign(api, id)).at(-1)).toMatchObject({ status: 'COMPLETED' });
  });

  test('that was missed by more than an hour is paused with the reason', async () => {
    const api = app.client();
    await createUsers(app.database, 1);
    const scheduledFor = new Date(Date.now() + 3_600_000).toISOString();
    const id = await createCampaign(api, await createOpenPoll(api), { scheduledFor });
    await app.database.query(
      `UPDATE notification_campaign SET scheduled_for = now() - interval '61 minutes' WHERE id = $1`,
      [id],
    );
    await waitFor('the campaign to be held', async () => (await campaign(api, id)).status === 'PAUSED');
    const held = hold();
    const { campaign: resumed } = await change(api, 'resumeCampaign', id);
    held.remove();
    expect(resumed?.status).toBe('PROCESSING');
    expect((await followCampaign(api, id)).at(-1)).toMatchObject({ status: 'COMPLETED', sentUsers: 1 });
  });
});

describe('before a campaign', () => {
  test('a preview says what it would do', async () => {
    const api = app.client();
    await createUsers(app.database, 250);
    await app.database.query(`UPDATE telegram_user SET status = 'BLOCKED' WHERE id = 1000001`);
    const topicId = await createOpenPoll(api);
    const { campaignPreview } = await api.run(
      graphql(`query ($input: CreateCampaignInput!) { campaignPreview(input: $input) {
         audienceSize excluded { reason count } chunkCount finishesBeforePollCloses sampleText } }`),
      { input: { topicId, messageTemplate: '{{firstName}}: {{pollTitle}}' } },
    );
    expect(campaignPreview).toEqual({
      audienceSize: 249,
      excluded: [{ reason: 'BLOCKED', count: 1 }],
      chunkCount: 3,
      finishesBeforePollCloses: true,
      sampleText: '\u2068Person 1000002\u2069: \u2068Test poll\u2069',
    });
  });

  test('a test notification goes to one person and into no ledger', async () => {
    const api = app.client();
    const [user = ''] = await createUsers(app.database, 1);
    const id = await createCampaign(api, await createOpenPoll(api));
    const send = (telegramUserId: string) =>
      api.run(
        graphql(`mutation ($id: ID!, $telegramUserId: ID!) {
           sendTestNotification(campaignId: $id, telegramUserId: $telegramUserId) {
             delivered userErrors { field code message } } }`),
        { id, telegramUserId },
      );
    expect((await send(user)).sendTestNotification).toEqual({ delivered: true, userErrors: [] });
    expect(app.sandbox.messagesTo(Number(user))).toHaveLength(1);
    expect((await send('77')).sendTestNotification.userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    await app.database.query(`UPDATE telegram_user SET opted_out_at = now() WHERE id = $1`, [user]);
    expect((await send(user)).sendTestNotification.userErrors).toMatchObject([{ code: 'INVALID_STATE' }]);
    expect(app.sandbox.messagesTo(Number(user))).toHaveLength(1);
    await app.database.query(`UPDATE telegram_user SET opted_out_at = NULL WHERE id = $1`, [user]);
    app.sandbox.faults.add({ answer: FAULT_ANSWERS.blocked });
    expect((await send(user)).sendTestNotification).toMatchObject({
      delivered: false,
      userErrors: [{ code: 'TELEGRAM_REJECTED' }],
    });
    expect(await campaign(api, id)).toMatchObject({ status: 'PENDING', totalUsers: 0 });
  });
});
