import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { ApiClient } from '../../src/cli/api-client.js';
import { graphql, type ResultOf } from '../../src/cli/graphql.js';
import { mutate } from '../support/mutations.js';
import { waitFor } from '../support/wait.js';
import { emptyApp } from '../support/empty.js';
import {
  createCampaign,
  createOpenPoll,
  createUsers,
  followCampaign,
  startCampaign,
  type CampaignInput,
  type PollInput,
} from '../support/factories.js';
import { countAllKinds, createAllKinds } from './all-kinds.js';
import { delivery, updateCampaign, type CampaignChange } from './operations.js';
import { app } from './app.js';

let api: ApiClient;

/** Ten people: 1 to 6 in Sales, 5 to 8 in Kitchen, nobody else in any group. */
let users: string[];
let pollId: string;

async function openPoll(input: Partial<PollInput> = {}): Promise<void> {
  const question = (text: string) => ({ text, options: ['Good', 'Bad'] });
  pollId = await createOpenPoll(api, { questions: [question('How?'), question('Why?')], ...input });
}

/** The person answers so many questions of the poll; all of them complete it. */
async function answer(user: string, questions: number): Promise<void> {
  const key = pollId.replace('poll_', '');
  await app.database.query(
    `INSERT INTO answer (question_id, user_id, option_id)
     SELECT question.id, $2, option.id FROM question JOIN question_option option ON option.question_id = question.id
     WHERE question.poll_id = $1 AND question.position <= $3 AND option.position = 1`,
    [key, user, questions],
  );
  if (questions > 1) await app.database.query('INSERT INTO poll_completion VALUES ($1, $2)', [key, user]);
}

type Audience = CampaignInput['audience'];

const PREVIEW = graphql(`query ($input: CreateCampaignInput!) { campaignPreview(input: $input) {
  audienceSize excluded { reason count } userErrors { field code message } } }`);

async function preview(audience: Audience = null): Promise<ResultOf<typeof PREVIEW>['campaignPreview']> {
  return (await api.run(PREVIEW, { input: { topicId: pollId, audience } })).campaignPreview;
}

/** Runs a campaign to its end. @returns who was in its audience */
async function recipients(audience: Audience = null): Promise<number[]> {
  const { audienceSize } = await preview(audience);
  const id = await createCampaign(api, pollId, { audience });
  await startCampaign(api, id);
  const last = (await followCampaign(api, id)).at(-1);
  expect(last).toMatchObject({ status: 'COMPLETED', totalUsers: audienceSize });
  const rows = await app.database.query<{ user: number }>(
    'SELECT user_id::integer AS user FROM delivery WHERE campaign_id = $1 ORDER BY user_id',
    [id.replace('campaign_', '')],
  );
  return rows.map(({ user }) => user);
}

async function counts(): Promise<unknown> {
  const query = graphql(
    'query ($id: ID!) { poll(id: $id) { groups participantCount startedCount completedCount audienceSize } }',
  );
  return (await api.run(query, { id: pollId })).poll;
}

/** Pauses, changes and resumes a campaign, and follows it to its end. */
async function change(id: string, input: CampaignChange): Promise<void> {
  await mutate(app, 'pauseCampaign', { id });
  expect((await updateCampaign(api, id, input)).userErrors).toEqual([]);
  await mutate(app, 'resumeCampaign', { id });
  await followCampaign(api, id);
}

/** Waits until the campaign has sent one reminder, and rests for the hour until the next. */
async function followUntilResting(id: string): Promise<void> {
  await waitFor('the first reminder', async () => {
    const chunks = await app.database.query(
      `SELECT FROM campaign_chunk
       WHERE campaign_id = $1 AND state = 'WAITING' AND due_at > clock_timestamp() + interval '10 minutes'`,
      [id.replace('campaign_', '')],
    );
    return chunks.length > 0;
  });
}

describe('groups of a campaign', () => {
  beforeAll(() => {
    api = app.client();
  });
  beforeEach(async () => {
    await emptyApp(app);
    users = await createUsers(app.database, 10, 1);
    await mutate(app, 'addToGroup', { group: 'Sales', userIds: users.slice(0, 6) });
    await mutate(app, 'addToGroup', { group: 'Kitchen', userIds: users.slice(4, 8) });
  });

  describe('a poll for groups', () => {
    test('is for their members: in counts, previews and plans', async () => {
      await openPoll({ groups: ['sales', 'KITCHEN'] });
      await answer('1', 2);
      await answer('2', 1);
      // Completed it although it is not for them: a fact, but no participant.
      await mutate(app, 'recordPollCompletions', { pollId, userIds: ['9'] });
      await app.database.query(`UPDATE telegram_user SET status = 'BLOCKED' WHERE id IN (3, 10)`);
      expect(await counts()).toEqual({
        groups: ['Kitchen', 'Sales'],
        participantCount: 8,
        startedCount: 1,
        completedCount: 2,
        audienceSize: 6,
      });
      expect(await preview()).toEqual({
        audienceSize: 6,
        excluded: [
          { reason: 'BLOCKED', count: 1 },
          { reason: 'COMPLETED', count: 1 },
          { reason: 'NOT_IN_GROUP', count: 2 },
        ],
        userErrors: [],
      });
      expect(await recipients()).toEqual([2, 4, 5, 6, 7, 8]);
    });

    test('can be made for others, which counts and running campaigns heed', async () => {
      await openPoll({ groups: ['Sales'] });
      const id = await createCampaign(api, pollId, { pacing: { sendIntervalMs: 3_600_000 } });
      await startCampaign(api, id);
      await followUntilResting(id);
      const query =
        graphql(`mutation ($id: ID!, $input: UpdatePollInput!) { updatePoll(id: $id, input: $input) {
        poll { groups participantCount audienceSize } userErrors { field code message } } }`);
      const update = (groups: string[] | null) => api.run(query, { id: pollId, input: { groups } });
      expect((await update(['Kitchen'])).updatePoll).toEqual({
        poll: { groups: ['Kitchen'], participantCount: 4, audienceSize: 4 },
        userErrors: [],
      });
      await change(id, { pacing: { sendIntervalMs: 0 } });
      expect(await delivery(api, id, '4')).toMatchObject({ status: 'SKIPPED', reason: 'NOT_IN_GROUP' });
      expect(await delivery(api, id, '5')).toMatchObject({ status: 'SENT' });
      expect((await update(null)).updatePoll).toMatchObject({ poll: { groups: [], participantCount: 10 } });
    });
  });

  describe('the audience of a campaign', () => {
    beforeEach(() => openPoll());

    test.each<[object, number[]]>([
      [{ groups: ['Kitchen'] }, [5, 6, 7, 8]],
      [{ groups: ['Kitchen', 'Sales'], participation: ['STARTED'] }, [3, 5]],
      [{ participation: ['NOT_STARTED'] }, [2, 4, 6, 7, 8, 10]],
      [{ participation: ['STARTED', 'NOT_STARTED'] }, [2, 3, 4, 5, 6, 7, 8, 9, 10]],
      [{ participation: ['STARTED'], groups: [] }, [3, 5, 9]],
    ])('%j is whom it reaches', async (audience, expected) => {
      await answer('1', 2);
      for (const user of ['3', '5', '9']) await answer(user, 1);
      expect(await recipients(audience)).toEqual(expected);
    });

    test('counts everybody else once, by the first reason', async () => {
      await answer('1', 2);
      await answer('9', 2);
      await answer('2', 1);
      await app.database.query('UPDATE telegram_user SET opted_out_at = now() WHERE id IN (1, 3, 10)');
      expect(await preview({ groups: ['Sales'], participation: ['NOT_STARTED'] })).toMatchObject({
        audienceSize: 3,
        excluded: [
          { reason: 'ALREADY_STARTED', count: 1 },
          { reason: 'COMPLETED', count: 1 },
          { reason: 'NOT_IN_GROUP', count: 4 },
          { reason: 'OPTED_OUT', count: 1 },
        ],
      });
      expect((await preview({ participation: ['STARTED'] })).excluded).toContainEqual({
        reason: 'NOT_STARTED',
        count: 5,
      });
    });

    test.each([[[]], [['Sales']], [['Sales', 'Kitchen']]])(
      'of a poll for the groups %j is counted as person by person',
      async (pollGroups) => {
        await openPoll({ groups: pollGroups });
        await createAllKinds(app.database, pollId);
        for (const groups of [[], ['Sales'], ['Kitchen'], ['Kitchen', 'Sales']]) {
          for (const participation of [undefined, 'STARTED', 'NOT_STARTED'] as const) {
            const found = await preview({ groups, ...(participation && { participation: [participation] }) });
            const lists = [pollGroups, groups].filter((list) => list.length > 0);
            expect({
              audienceSize: found.audienceSize,
              excluded: Object.fromEntries(found.excluded.map(({ reason, count }) => [reason, count])),
            }).toEqual(countAllKinds(lists, participation));
          }
        }
      },
    );

    test('is looked at again at the send: who has left the group is skipped, who has started is not', async () => {
      const audience = { groups: ['Kitchen'], participation: ['NOT_STARTED'] } as const;
      const id = await createCampaign(api, pollId, { audience, pacing: { sendIntervalMs: 3_600_000 } });
      await startCampaign(api, id);
      await followUntilResting(id);
      await mutate(app, 'removeFromGroup', { group: 'Kitchen', userIds: ['7'] });
      await answer('8', 1);
      await change(id, { pacing: { sendIntervalMs: 0 } });
      expect(await delivery(api, id, '7')).toMatchObject({ status: 'SKIPPED', reason: 'NOT_IN_GROUP' });
      expect(await delivery(api, id, '8')).toMatchObject({ status: 'SENT' });
    });

    test('can be changed until the campaign has started', async () => {
      const id = await createCampaign(api, pollId, {
        audience: { groups: ['Sales'], participation: ['STARTED'] },
      });
      const read = async () => {
        const query = graphql(
          'query ($id: ID!) { campaign(id: $id) { audience { groups participation notRemindedForHours } } }',
        );
        return (await api.run(query, { id })).campaign?.audience;
      };
      await updateCampaign(api, id, { audience: { notRemindedForHours: 3 } });
      expect(await read()).toEqual({ groups: ['Sales'], participation: ['STARTED'], notRemindedForHours: 3 });
      await updateCampaign(api, id, { audience: { groups: ['kitchen'], participation: null } });
      expect(await read()).toEqual({
        groups: ['Kitchen'],
        participation: ['NOT_STARTED', 'STARTED'],
        notRemindedForHours: 3,
      });
      await updateCampaign(api, id, { audience: null });
      expect(await read()).toMatchObject({ groups: [], notRemindedForHours: null });
      await app.database.query(`UPDATE notification_campaign SET status = 'PAUSED'`);
      const { userErrors } = await updateCampaign(api, id, { audience: { groups: ['Sales'] } });
      expect(userErrors).toMatchObject([{ field: ['input', 'audience'], code: 'INVALID_STATE' }]);
    });

    test.each<[Audience, string, string, unknown]>([
      [{ groups: ['Sails'] }, 'groups.0', 'NOT_FOUND', 'There is no group “Sails”: did you mean “Sales”?'],
      [{ groups: [''] }, 'groups.0', 'INVALID', expect.stringContaining('1 to 100 characters')],
      [{ groups: Array(101).fill('Sales') }, 'groups', 'INVALID', expect.stringContaining('At most 100')],
      [
        { participation: [] },
        'participation',
        'INVALID',
        expect.stringContaining('NOT_STARTED, STARTED or both'),
      ],
      [{ participation: ['COMPLETED'] }, 'participation', 'INVALID', expect.stringContaining('NOT_STARTED')],
    ])('%j is refused', async (audience, field, code, message) => {
      const refused = [{ field: ['input', 'audience', ...field.split('.')], code, message }];
      expect((await preview(audience)).userErrors).toEqual(refused);
      expect(await mutate(app, 'createCampaign', { input: { topicId: pollId, audience } })).toEqual({
        campaign: null,
        userErrors: refused,
      });
    });
  });
});
