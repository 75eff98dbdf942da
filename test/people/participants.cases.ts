import { beforeAll, describe, expect, test } from '@jest/globals';
import type { ApiClient } from '../../src/cli/api-client.js';
import { graphql, type ResultOf, type VariablesOf } from '../../src/cli/graphql.js';
import { emptyApp } from '../support/empty.js';
import {
  createCampaign,
  createOpenPoll,
  createUsers,
  followCampaign,
  startCampaign,
} from '../support/factories.js';
import { mutate } from '../support/mutations.js';
import { codeOf, overHttp } from '../support/requests.js';
import { statementsOf } from '../support/statements.js';
import { app } from './app.js';

let api: ApiClient;
let pollId: string;
let salesPollId: string;

async function answer(poll: string, user: string, questions: number): Promise<void> {
  await app.database.query(
    `INSERT INTO answer (question_id, user_id, option_id)
     SELECT question.id, $2, option.id FROM question JOIN question_option option ON option.question_id = question.id
     WHERE question.poll_id = $1 AND question.position <= $3 AND option.position = 1`,
    [poll, user, questions],
  );
  if (questions > 1) await app.database.query('INSERT INTO poll_completion VALUES ($1, $2)', [poll, user]);
}

const PARTICIPANTS =
  graphql(`query ($id: ID!, $filter: ParticipantFilter, $first: Int, $after: String, $last: Int) { poll(id: $id) {
    participants(filter: $filter, first: $first, after: $after, last: $last) {
      totalCount pageInfo { endCursor hasNextPage }
      nodes { user { telegramId } participation answeredQuestions completedAt remindersSent lastRemindedAt } } } }`);
type Variables = VariablesOf<typeof PARTICIPANTS>;
type Filter = Variables['filter'];
type Participants = NonNullable<ResultOf<typeof PARTICIPANTS>['poll']>['participants'];

async function participants(
  poll: string,
  filter: Filter,
  page: Omit<Variables, 'id' | 'filter'> = {},
): Promise<Participants> {
  const { poll: found } = await api.run(PARTICIPANTS, { id: poll, filter, ...page });
  if (!found) throw new Error(`There is no poll ${poll}.`);
  return found.participants;
}

function idsOf({ nodes }: Participants): number[] {
  return nodes.map(({ user }) => Number(user.telegramId));
}

const HISTORY = graphql(`query ($id: ID!) { telegramUser(id: $id) {
  participations { totalCount nodes { poll { title } participation completedAt
    answers { question { text } option { text } } } }
  deliveries { totalCount nodes { campaign { topic { title } } status } } } }`);

async function historyOf(id: string): Promise<NonNullable<ResultOf<typeof HISTORY>['telegramUser']>> {
  const { telegramUser } = await api.run(HISTORY, { id });
  if (!telegramUser) throw new Error(`There is nobody with the id ${id}.`);
  return telegramUser;
}

describe('', () => {
  beforeAll(() => emptyApp(app));
  /** Ten people: 1 completed both polls, 2 answered one of two questions of the first; 1 to 4 are in Sales. */
  beforeAll(async () => {
    api = app.client();
    const users = await createUsers(app.database, 10, 1);
    await mutate(app, 'addToGroup', { group: 'Sales', userIds: users.slice(0, 4) });
    const questions = ['How?', 'Why?'].map((text) => ({ text, options: ['Good', 'Bad'] }));
    pollId = await createOpenPoll(api, { questions, title: 'For all' });
    salesPollId = await createOpenPoll(api, { questions, title: 'For Sales', groups: ['Sales'] });
    await mutate(app, 'createPoll', { input: { title: 'A draft', questions } });
    for (const poll of [pollId, salesPollId]) await answer(poll, '1', 2);
    await answer(pollId, '2', 1);
    await mutate(app, 'recordPollCompletions', { pollId: salesPollId, userIds: ['9'] });
    await app.database.query(`UPDATE telegram_user SET status = 'BLOCKED' WHERE id = 4`);
    const campaign = await createCampaign(api, pollId);
    await startCampaign(api, campaign);
    await followCampaign(api, campaign);
  });

  describe('the participants of a poll', () => {
    test('say how far each is, and who was reminded', async () => {
      const { nodes, totalCount } = await participants(pollId, null);
      expect(totalCount).toBe(10);
      const instant = expect.stringMatching(/^2\d{3}-.*Z$/) as unknown;
      expect(nodes[0]).toEqual({
        user: { telegramId: '1' },
        participation: 'COMPLETED',
        answeredQuestions: 2,
        completedAt: instant,
        remindersSent: 0,
        lastRemindedAt: null,
      });
      expect(nodes[1]).toMatchObject({ participation: 'STARTED', answeredQuestions: 1, completedAt: null });
      expect(nodes[1]).toMatchObject({ remindersSent: 1, lastRemindedAt: instant });
      expect(nodes[3]).toMatchObject({
        participation: 'NOT_STARTED',
        answeredQuestions: 0,
        remindersSent: 0,
      });
    });

    test.each<[Filter, number[]]>([
      [{ participation: ['COMPLETED'] }, [1]],
      [{ participation: ['STARTED'] }, [2]],
      [{ participation: ['STARTED', 'COMPLETED'] }, [1, 2]],
      [{ participation: ['NOT_STARTED'] }, [3, 4, 5, 6, 7, 8, 9, 10]],
      [{ participation: ['NOT_STARTED', 'STARTED'] }, [2, 3, 4, 5, 6, 7, 8, 9, 10]],
      [{ participation: ['NOT_STARTED', 'COMPLETED'] }, [1, 3, 4, 5, 6, 7, 8, 9, 10]],
      [{ participation: [] }, []],
      [{ status: ['BLOCKED'] }, [4]],
      [{ groups: ['sales'], participation: ['NOT_STARTED'] }, [3, 4]],
      [{ groups: ['None'] }, []],
      [{ search: 'person 10' }, [10]],
      [{ search: '@person_2', participation: ['STARTED'] }, [2]],
      [{ search: '%' }, []],
    ])('%j finds those, and counts them', async (filter, expected) => {
      const found = await participants(pollId, filter);
      expect({ ids: idsOf(found), count: found.totalCount }).toEqual({
        ids: expected,
        count: expected.length,
      });
    });

    test('of a poll for groups are their members', async () => {
      expect(idsOf(await participants(salesPollId, null))).toEqual([1, 2, 3, 4]);
      const done = await participants(salesPollId, { participation: ['COMPLETED'] });
      expect({ ids: idsOf(done), count: done.totalCount }).toEqual({ ids: [1], count: 1 });
    });

    test('come in pages, in both directions', async () => {
      const first = await participants(pollId, null, { first: 4 });
      expect(idsOf(first)).toEqual([1, 2, 3, 4]);
      const next = await participants(pollId, null, { first: 4, after: first.pageInfo.endCursor });
      expect({ ids: idsOf(next), more: next.pageInfo.hasNextPage }).toEqual({
        ids: [5, 6, 7, 8],
        more: true,
      });
      expect(idsOf(await participants(pollId, null, { last: 2 }))).toEqual([9, 10]);
    });

    test('take as many statements as one of them', async () => {
      const take = (first: number) => statementsOf(app, () => participants(pollId, null, { first }));
      const isOfList = (sql: string) => /telegram_user|poll|delivery/.test(sql) && !/worker|outage/.test(sql);
      const [one, ten] = [await take(1), await take(10)];
      expect(ten.filter(isOfList).length).toBeLessThanOrEqual(one.filter(isOfList).length + 2);
    });

    test.each([
      ['a long search', { search: 'x'.repeat(201) }],
      ['very many groups', { groups: Array(101).fill('x') }],
      ['very many statuses', { status: Array(21).fill('ACTIVE') }],
      ['very many participations', { participation: Array(21).fill('STARTED') }],
    ])('refuse %s', async (_what, filter) => {
      const answered = await overHttp(app.url, {
        query:
          'query ($id: ID!, $filter: ParticipantFilter) { poll(id: $id) { participants(filter: $filter) { nodes { participation } } } }',
        variables: { id: pollId, filter },
      });
      expect(codeOf(answered)).toBe('BAD_USER_INPUT');
    });
  });

  describe('what a person has done', () => {
    test('is in the polls that are for them, the newest first, with the answers', async () => {
      const { participations, deliveries } = await historyOf('2');
      expect(participations.totalCount).toBe(2);
      expect(participations.nodes).toEqual([
        { poll: { title: 'For Sales' }, participation: 'NOT_STARTED', completedAt: null, answers: [] },
        {
          poll: { title: 'For all' },
          participation: 'STARTED',
          completedAt: null,
          answers: [{ question: { text: 'How?' }, option: { text: 'Good' } }],
        },
      ]);
      expect(deliveries).toEqual({
        totalCount: 1,
        nodes: [{ campaign: { topic: { title: 'For all' } }, status: 'SENT' }],
      });
    });

    test('leaves out polls for groups of others', async () => {
      const { participations } = await historyOf('10');
      expect(participations.nodes.map(({ poll }) => poll.title)).toEqual(['For all']);
    });
  });

  test('an erased person is in no list and no length of one any more', async () => {
    await createUsers(app.database, 1, 77);
    await answer(pollId, '77', 2);
    const campaign = await createCampaign(api, salesPollId);
    await app.database.query(
      `INSERT INTO campaign_chunk (campaign_id, number, state) VALUES ($1, 0, 'DONE')`,
      [campaign],
    );
    await app.database.query(
      `INSERT INTO delivery (campaign_id, chunk_number, user_id, status, sent_at) VALUES ($1, 0, 77, 'SENT', now())`,
      [campaign],
    );
    await app.database.query(
      'UPDATE notification_campaign SET total_users = 1, sent_users = 1, planned_at = now() WHERE id = $1',
      [campaign],
    );
    const query = graphql(
      'query ($id: ID!) { campaign(id: $id) { deliveries { totalCount nodes { status } } } }',
    );
    const listed = async () => (await api.run(query, { id: campaign })).campaign?.deliveries;
    expect(await listed()).toEqual({ totalCount: 1, nodes: [{ status: 'SENT' }] });
    expect((await participants(pollId, { participation: ['COMPLETED'] })).totalCount).toBe(2);
    await api.run(graphql('mutation { deleteTelegramUser(id: "77") { deletedId userErrors { message } } }'));
    expect(await listed()).toEqual({ totalCount: 0, nodes: [] });
    for (const participation of [
      ['COMPLETED'],
      ['NOT_STARTED'],
      ['NOT_STARTED', 'STARTED', 'COMPLETED'],
    ] as const) {
      const { totalCount, nodes } = await participants(pollId, { participation });
      expect(totalCount).toBe(nodes.length);
    }
  });

  test('the length of a list of deliveries comes from the counters of the campaign where it can', async () => {
    const query = graphql(`query ($id: ID!, $filter: DeliveryFilter) { campaign(id: $id) {
      deliveries(filter: $filter) { totalCount } } }`);
    const [{ id } = { id: '' }] = await app.database.query<{ id: string }>(
      'SELECT id FROM notification_campaign WHERE total_users > 1',
    );
    const length = async (filter: VariablesOf<typeof query>['filter']) => {
      const { campaign } = await api.run(query, { id, filter });
      return campaign?.deliveries.totalCount;
    };
    for (const filter of [
      null,
      { status: ['SENT'] },
      { status: ['SENT', 'PENDING'] },
      { status: ['PENDING', 'SENDING'] },
    ] as const) {
      const [rows] = await app.database.query<{ count: number }>(
        'SELECT count(*)::integer AS count FROM delivery WHERE campaign_id = $1 AND ($2::text[] IS NULL OR status = ANY ($2))',
        [id, filter?.status ?? null],
      );
      expect(await length(filter)).toBe(rows?.count);
    }
    await app.database.query(
      `UPDATE notification_campaign SET total_users = total_users + 5, sent_users = sent_users + 5 WHERE id = $1`,
      [id],
    );
    expect(await length({ status: ['SENT'] })).toBe(13);
    expect(await length({ status: ['SENT'], reason: ['OPTED_OUT'] })).toBe(0);
  });
});
