import { beforeEach, describe, expect, test } from '@jest/globals';
import { FAULT_ANSWERS } from '@pollcast/bot-api-sandbox';
import { Client } from 'pg';
import { graphql, type ResultOf } from '../../src/cli/graphql.js';
import { change } from '../campaigns/operations.js';
import { emptyApp } from '../support/empty.js';
import {
  createCampaign,
  createOpenPoll,
  createUsers,
  followCampaign,
  startCampaign,
} from '../support/factories.js';
import { codeOf, overHttp } from '../support/requests.js';
import { createToken } from '../support/tokens.js';
import { waitFor } from '../support/wait.js';
import { app } from './app.js';

const FIRST = 1_000_001;

const ERASE = graphql(`mutation ($id: ID!) {
  payload: deleteTelegramUser(id: $id) { deletedId userErrors { code field message } }
}`);

async function erase(id: number | string): Promise<ResultOf<typeof ERASE>['payload']> {
  return (await app.client().run(ERASE, { id: String(id) })).payload;
}

async function pollCounts(pollId: string): Promise<unknown> {
  const query = graphql(
    'query ($id: ID!) { poll(id: $id) { completedCount questions { options { answerCount } } } }',
  );
  return (await app.client().run(query, { id: pollId })).poll;
}

async function counters(id: string): Promise<unknown> {
  const query = graphql(`query ($id: ID!) { campaign(id: $id) {
    status totalUsers pendingUsers sentUsers failedUsers skippedUsers unconfirmedUsers progressPercentage
  } }`);
  return (await app.client().run(query, { id })).campaign;
}

async function outcomes(id: string): Promise<unknown> {
  const query = graphql('query ($id: ID!) { campaign(id: $id) { outcomes { status reason count } } }');
  return (await app.client().run(query, { id })).campaign?.outcomes;
}

/** Every text of every table. */
async function everything(): Promise<string> {
  const tables = await app.database.query<{ name: string }>(
    `SELECT quote_ident(table_name) AS name FROM information_schema.tables
     WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`,
  );
  const texts = await Promise.all(
    tables.map(async ({ name }) => JSON.stringify(await app.database.query(`SELECT * FROM ${name}`))),
  );
  return texts.join('\n');
}

describe('erasing a person', () => {
  beforeEach(async () => {
    await emptyApp(app);
    await createUsers(app.database, 4);
  });

  test('a person is gone from every table, and all that was counted stays counted', async () => {
    app.sandbox.faults.add({ chatId: FIRST, answer: FAULT_ANSWERS.blocked });
    const api = app.client();
    const pollId = await createOpenPoll(api);
    await app.database.query(
      `INSERT INTO answer (question_id, user_id, option_id)
       SELECT question_id, $1, min(id) FROM question_option GROUP BY question_id`,
      [FIRST + 1],
    );
    await app.database.query('INSERT INTO poll_completion (poll_id, user_id) VALUES ($1, $2)', [
      pollId,
      FIRST + 1,
    ]);
    const id = await createCampaign(api, pollId);
    await startCampaign(api, id);
    await followCampaign(api, id);
    const before = {
      campaign: await counters(id),
      outcomes: await outcomes(id),
      poll: await pollCounts(pollId),
    };
    expect(before.campaign).toMatchObject({ totalUsers: 3, sentUsers: 2, failedUsers: 1 });

    for (const userId of [FIRST, FIRST + 1, `user_${FIRST + 2}`]) {
      const deletedId = `user_${String(userId).replace('user_', '')}`;
      expect(await erase(userId)).toEqual({ deletedId, userErrors: [] });
    }
    expect({
      campaign: await counters(id),
      outcomes: await outcomes(id),
      poll: await pollCounts(pollId),
    }).toEqual(before);
    const left = await everything();
    for (const userId of [FIRST, FIRST + 1, FIRST + 2]) {
      expect(left).not.toContain(String(userId));
      expect(left).not.toContain(`person_${userId}`);
    }
    expect(left).toContain(String(FIRST + 3));
  });

  test('a pending reminder is skipped first, and one under way is waited for', async () => {
    app.sandbox.faults.add({ chatId: FIRST, answer: FAULT_ANSWERS.hangBefore });
    const api = app.client();
    const id = await createCampaign(api, await createOpenPoll(api), { pacing: { sendIntervalMs: 60_000 } });
    await startCampaign(api, id);
    await waitFor('the first message to be under way', async () => {
      const [sending] = await app.database.query("SELECT FROM delivery WHERE status = 'SENDING'");
      return sending !== undefined;
    });
    expect(await erase(FIRST + 3)).toMatchObject({ userErrors: [] });
    expect(await outcomes(id)).toContainEqual({ status: 'SKIPPED', reason: 'ERASED', count: 1 });

    let over = false;
    const erasing = erase(FIRST).finally(() => (over = true));
    await waitFor('the erasure to look at the delivery', async () => {
      const [waiting] = await app.database.query("SELECT FROM audit_entry WHERE outcome = 'STARTED'");
      return waiting !== undefined;
    });
    expect(over).toBe(false);
    app.sandbox.faults.clear();
    await app.database.query(
      `WITH settled AS (
         UPDATE delivery SET status = 'UNCONFIRMED', reason = 'ANSWER_LOST' WHERE status = 'SENDING' RETURNING campaign_id)
       SELECT change_counters(campaign_id, unconfirmed => 1) FROM settled`,
    );
    expect(await erasing).toMatchObject({ deletedId: `user_${FIRST}` });
    await change(api, 'cancelCampaign', id);
    expect(await counters(id)).toMatchObject({
      totalUsers: 4,
      pendingUsers: 0,
      skippedUsers: 3,
      unconfirmedUsers: 1,
    });
  });

  test('a reminder that is planned during an erasure is skipped as well, and the campaign can end', async () => {
    const api = app.client();
    const id = await createCampaign(api, await createOpenPoll(api));
    const planning = new Client({ connectionString: app.database.url });
    await planning.connect();
    await planning.query('BEGIN');
    await planning.query(
      `UPDATE notification_campaign SET status = 'PAUSED', started_at = now(), planned_at = now(), total_users = 1,
         pending_users = 1, chunk_count = 1 WHERE id = $1`,
      [id],
    );
    await planning.query('INSERT INTO campaign_chunk (campaign_id, number) VALUES ($1, 0)', [id]);
    await planning.query('INSERT INTO delivery (campaign_id, user_id, chunk_number) VALUES ($1, $2, 0)', [
      id,
      FIRST,
    ]);
    const erasing = erase(FIRST);
    await waitFor('the erasure to wait for the person', async () => {
      const waiting = await app.database.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
           AND query LIKE '%telegram_user%'`,
      );
      return waiting.length > 0;
    });
    await planning.query('COMMIT');
    await planning.end();
    expect(await erasing).toEqual({ deletedId: `user_${FIRST}`, userErrors: [] });
    expect(await counters(id)).toMatchObject({ totalUsers: 1, pendingUsers: 0, skippedUsers: 1 });
    expect(await outcomes(id)).toEqual([{ status: 'SKIPPED', reason: 'ERASED', count: 1 }]);
  });

  test.each(['999999', 'user_999999', 'poll_1', '0', 'nonsense', '9'.repeat(30)])(
    'nobody is %j',
    async (id) => {
      expect(await erase(id)).toMatchObject({
        deletedId: null,
        userErrors: [{ code: 'NOT_FOUND', field: ['id'] }],
      });
    },
  );

  test('reminders are switched off and on, and an operator may do neither this nor an erasure', async () => {
    const query = graphql(`mutation ($userId: ID!, $wanted: Boolean!) {
      setReminders(userId: $userId, wanted: $wanted) { user { id status } userErrors { code field } }
    }`);
    const set = async (wanted: boolean, userId = String(FIRST)) =>
      (await app.client().run(query, { userId, wanted })).setReminders;
    const person = (status: string) => ({ user: { id: `user_${FIRST}`, status }, userErrors: [] });
    expect(await set(false)).toEqual(person('OPTED_OUT'));
    expect(await set(false)).toEqual(person('OPTED_OUT'));
    expect(await set(true)).toEqual(person('ACTIVE'));
    await app.database.query("UPDATE telegram_user SET status = 'BLOCKED' WHERE id = $1", [FIRST]);
    expect(await set(true)).toEqual(person('BLOCKED'));
    expect(await set(true, 'user_5')).toEqual({
      user: null,
      userErrors: [{ code: 'NOT_FOUND', field: ['userId'] }],
    });

    const operator = await createToken(app.database, `ops-${Date.now()}`, 'OPERATOR');
    for (const forbidden of [
      `mutation { setReminders(userId: ${FIRST}, wanted: false) { user { id } } }`,
      `mutation { deleteTelegramUser(id: ${FIRST}) { deletedId } }`,
    ]) {
      expect(codeOf(await overHttp(app.url, { query: forbidden }, operator))).toBe('FORBIDDEN');
    }
  });
});
