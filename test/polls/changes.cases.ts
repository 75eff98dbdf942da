import { beforeAll, describe, expect, test } from '@jest/globals';
import type { ApiClient } from '../../src/cli/api-client.js';
import { graphql, type ResultOf, type VariablesOf } from '../../src/cli/graphql.js';
import { change } from '../campaigns/operations.js';
import { emptyApp } from '../support/empty.js';
import {
  createCampaign,
  createOpenPoll,
  createUsers,
  followCampaign,
  startCampaign,
  type PollInput,
} from '../support/factories.js';
import { expectRefusal, mutate } from '../support/mutations.js';
import { app } from './app.js';

let api: ApiClient;
let users: string[];

const FUTURE = '2099-01-01T00:00:00.000Z';
const question = (text: string) => ({ text, options: ['Good', 'Bad'] });
const LUNCH = { title: 'Lunch', description: 'Of today', closesAt: FUTURE, questions: [question('How?')] };

async function createDraft(input: Partial<PollInput> = {}): Promise<string> {
  const { poll } = await mutate(app, 'createPoll', { input: { ...LUNCH, ...input } });
  return poll?.id ?? '';
}

const UPDATE = graphql(`mutation ($id: ID!, $input: UpdatePollInput!) { updatePoll(id: $id, input: $input) {
  poll { title description closesAt questions { text options { text } } } userErrors { field code message } } }`);

/** Updates a poll. @returns it as the API answers it, and the errors */
async function update(
  id: string,
  input: VariablesOf<typeof UPDATE>['input'],
): Promise<ResultOf<typeof UPDATE>['updatePoll']> {
  return (await api.run(UPDATE, { id, input })).updatePoll;
}

/** How many rows of each table belong to the poll. */
async function rowsOf(poll: string): Promise<Record<string, number>> {
  const key = poll.replace('poll_', '');
  const campaigns = '(SELECT id FROM notification_campaign WHERE topic_id = $1)';
  const [counts = {}] = await app.database.query<Record<string, number>>(
    `SELECT (SELECT count(*) FROM poll WHERE id = $1)::integer AS polls,
       (SELECT count(*) FROM notification_campaign WHERE topic_id = $1)::integer AS campaigns,
       (SELECT count(*) FROM delivery WHERE campaign_id IN ${campaigns})::integer AS deliveries,
       (SELECT count(*) FROM campaign_chunk WHERE campaign_id IN ${campaigns})::integer AS chunks,
       (SELECT count(*) FROM answer JOIN question ON question.id = question_id WHERE poll_id = $1)::integer AS answers,
       (SELECT count(*) FROM poll_completion WHERE poll_id = $1)::integer AS completions,
       (SELECT count(*) FROM poll_start WHERE poll_id = $1)::integer AS starts`,
    [key],
  );
  return counts;
}

const NOTHING = { polls: 0, campaigns: 0, deliveries: 0, chunks: 0, answers: 0, completions: 0, starts: 0 };

describe('changes of polls', () => {
  beforeAll(async () => {
    await emptyApp(app);
    api = app.client();
    users = await createUsers(app.database, 3);
  });

  describe('updatePoll', () => {
    test('changes what is given, clears what is null, and leaves the rest', async () => {
      const id = await createDraft();
      const asked = [{ text: 'How?', options: [{ text: 'Good' }, { text: 'Bad' }] }];
      const { poll } = await update(id, { title: 'Dinner' });
      expect(poll).toEqual({ title: 'Dinner', description: 'Of today', closesAt: FUTURE, questions: asked });
      expect((await update(id, { description: null, closesAt: null })).poll).toEqual({
        title: 'Dinner',
        description: null,
        closesAt: null,
        questions: asked,
      });
      const { poll: empty, userErrors } = await update(id, {});
      expect({ empty, userErrors }).toMatchObject({ empty: { title: 'Dinner' }, userErrors: [] });
    });

    test('replaces questions while the poll is a draft, and answers it as it is afterwards', async () => {
      const id = await createDraft();
      const { poll } = await update(id, { questions: [question('Where?'), question('When?')] });
      expect(poll).toMatchObject({ questions: [{ text: 'Where?' }, { text: 'When?' }] });
      await mutate(app, 'openPoll', { id });
      const refused = await update(id, { title: 'Supper', questions: [question('Why?')] });
      expect(refused.userErrors).toMatchObject([{ field: ['input', 'questions'], code: 'INVALID_STATE' }]);
      expect(refused.poll).toMatchObject({
        title: 'Lunch',
        questions: [{ text: 'Where?' }, { text: 'When?' }],
      });
      expect((await update(id, { title: 'Supper' })).poll).toMatchObject({ title: 'Supper' });
    });

    test('takes a closing time that has passed only if it is that of the poll', async () => {
      const id = await createDraft();
      await app.database.query(`UPDATE poll SET closes_at = '2020-01-01' WHERE id = $1`, [
        id.replace('poll_', ''),
      ]);
      expect((await update(id, { closesAt: '2020-01-01T00:00:00.000Z' })).userErrors).toEqual([]);
      expect((await update(id, { closesAt: '2021-01-01T00:00:00.000Z' })).userErrors).toMatchObject([
        { field: ['input', 'closesAt'], code: 'INVALID' },
      ]);
    });

    test.each([
      [{ title: '  ' }, 'title', 'INVALID'],
      [{ title: null }, 'title', 'INVALID'],
      [{ title: 'x'.repeat(201) }, 'title', 'INVALID'],
      [{ description: 'x'.repeat(2001) }, 'description', 'INVALID'],
      [{ questions: null }, 'questions', 'INVALID'],
      [{ questions: [] }, 'questions', 'INVALID'],
      [{ questions: [{ text: 'One?', options: ['Only'] }] }, 'questions.0.options', 'INVALID'],
      [{ groups: ['Nobody'] }, 'groups.0', 'NOT_FOUND'],
    ])('refuses %j', async (input, field, code) =>
      expectRefusal(app, 'updatePoll', { id: await createDraft(), input }, `input.${field}`, code),
    );

    test('of no poll says so', () =>
      expectRefusal(app, 'updatePoll', { id: 'campaign_1', input: { title: 'x' } }, 'id', 'NOT_FOUND'));
  });

  describe('an idempotency key of createPoll', () => {
    test('returns the first poll for the same input, and refuses another', async () => {
      const input = { ...LUNCH, idempotencyKey: 'lunch' };
      const calls = await Promise.all([1, 2, 3].map(() => mutate(app, 'createPoll', { input })));
      expect(new Set(calls.map(({ poll }) => (poll as { id: string }).id)).size).toBe(1);
      await expectRefusal(
        app,
        'createPoll',
        { input: { ...input, title: 'Dinner' } },
        'input.idempotencyKey',
        'IDEMPOTENCY_CONFLICT',
      );
    });
  });

  describe('deletePoll', () => {
    test('deletes a draft', async () => {
      const id = await createDraft();
      expect(await mutate(app, 'deletePoll', { id })).toEqual({ deletedId: id, userErrors: [] });
      expect(await rowsOf(id)).toEqual(NOTHING);
    });

    test('deletes a closed poll with answers and campaigns, and nothing of another one', async () => {
      const [id, other] = [await createOpenPoll(api), await createOpenPoll(api)];
      for (const pollId of [id, other]) {
        await mutate(app, 'recordPollCompletions', { pollId, userIds: [users[0]] });
        await app.database.query(
          `INSERT INTO answer (question_id, user_id, option_id)
           SELECT question.id, $2, min(option.id) FROM question JOIN question_option option ON option.question_id = question.id
           WHERE poll_id = $1 GROUP BY question.id`,
          [pollId.replace('poll_', ''), users[1]],
        );
        const campaign = await createCampaign(api, pollId);
        await startCampaign(api, campaign);
        await followCampaign(api, campaign);
      }
      expect(await mutate(app, 'deletePoll', { id })).toMatchObject({
        deletedId: null,
        userErrors: [{ field: ['id'], code: 'INVALID_STATE' }],
      });
      await mutate(app, 'closePoll', { id });
      expect(await mutate(app, 'deletePoll', { id })).toEqual({ deletedId: `poll_${id}`, userErrors: [] });
      expect(await rowsOf(id)).toEqual(NOTHING);
      const kept = {
        polls: 1,
        campaigns: 1,
        deliveries: 2,
        chunks: 1,
        answers: 1,
        completions: 1,
        starts: 1,
      };
      expect(await rowsOf(other)).toEqual(kept);
      expect(await mutate(app, 'deletePoll', { id })).toMatchObject({
        deletedId: null,
        userErrors: [{ code: 'NOT_FOUND' }],
      });
    });

    test('waits for no campaign that still sends', async () => {
      const id = await createOpenPoll(api);
      const campaign = await createCampaign(api, id, { pacing: { sendIntervalMs: 3_600_000 } });
      await startCampaign(api, campaign);
      await app.database.query(`UPDATE poll SET status = 'CLOSED' WHERE id = $1`, [id.replace('poll_', '')]);
      expect(await mutate(app, 'deletePoll', { id })).toMatchObject({
        deletedId: null,
        userErrors: [
          { field: ['id'], code: 'INVALID_STATE', message: expect.stringContaining('still sends') },
        ],
      });
    });
  });

  describe('deleteCampaign', () => {
    test('deletes one that was never started, also if it was cancelled', async () => {
      const poll = await createOpenPoll(api);
      const [pending, cancelled] = [await createCampaign(api, poll), await createCampaign(api, poll)];
      await change(api, 'cancelCampaign', cancelled);
      for (const id of [pending, cancelled]) {
        expect(await mutate(app, 'deleteCampaign', { id })).toEqual({
          deletedId: `campaign_${id}`,
          userErrors: [],
        });
      }
      expect((await rowsOf(poll)).campaigns).toBe(0);
    });

    test('refuses one that was started, and one that there is not', async () => {
      const id = await createCampaign(api, await createOpenPoll(api));
      await startCampaign(api, id);
      await followCampaign(api, id);
      for (const [given, code] of [
        [id, 'INVALID_STATE'],
        ['campaign_999', 'NOT_FOUND'],
        ['poll_1', 'NOT_FOUND'],
      ]) {
        expect(await mutate(app, 'deleteCampaign', { id: given })).toMatchObject({
          deletedId: null,
          userErrors: [{ field: ['id'], code }],
        });
      }
    });
  });
});
