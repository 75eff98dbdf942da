import { beforeAll, describe, expect, test } from '@jest/globals';
import { graphql, type ApiDocument, type VariablesOf } from '../../src/cli/graphql.js';
import { emptyDatabase } from '../support/empty.js';
import { createCampaign, createOpenPoll, keyOf } from '../support/factories.js';
import { codeOf, overHttp } from '../support/requests.js';
import { withAnyVariables } from '../support/untyped.js';
import { waitFor } from '../support/wait.js';
import { app } from './app.js';

/** How people, polls, campaigns, deliveries and calls are found, and in which order they come. */

interface List {
  nodes: { id: string }[];
  totalCount: number;
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

const PAGE = '{ nodes { id } totalCount pageInfo { hasNextPage endCursor } }';

/** Walks a list in pages of two, and expects each once. @returns the keys in their order */
async function find<Variables extends object>(
  document: ApiDocument<{ list: List }, Variables>,
  variables: Variables,
): Promise<string[]> {
  const keys: string[] = [];
  for (let after: string | null = null; ;) {
    const { list }: { list: List } = await app
      .client()
      .run(withAnyVariables(document), { ...variables, after });
    keys.push(...list.nodes.map(({ id }) => keyOf(id)));
    if (!list.pageInfo.hasNextPage) {
      expect(list.totalCount).toBe(keys.length);
      return keys;
    }
    after = list.pageInfo.endCursor;
  }
}

function insertPeople(): Promise<unknown> {
  return app.database.query(`
    INSERT INTO telegram_user (id, first_name, last_name, username, status, created_at) VALUES
      (11, 'Анна', 'Ёжикова', NULL, 'ACTIVE', '2026-01-05'),
      (12, 'Jose\u0301', 'Li', 'jose_li', 'ACTIVE', '2026-01-04'),
      (13, 'ΟΔΥΣΣΕΥΣ', NULL, NULL, 'BLOCKED', '2026-01-03'),
      (14, '100%', 'a_b\\', 'percent', 'ACTIVE', '2026-01-02'),
      (15, '李', '小龙', 'bruce_lee', 'ACTIVE', '2026-01-01'),
      (16, NULL, NULL, 'nameless', 'ACTIVE', '2026-01-01'),
      (1234567, 'anna', 'Lee', 'ann_lee', 'ACTIVE', '2026-01-06')`);
}

async function createPolls(): Promise<void> {
  const day = (place: number) => `2999-01-0${place}T00:00:00.000Z`;
  await createOpenPoll(app.client(), { title: 'b Käse 100%', closesAt: day(3) });
  await createOpenPoll(app.client(), { title: 'A_b', closesAt: null });
  await createOpenPoll(app.client(), { title: 'Обед', closesAt: day(1) });
  await createOpenPoll(app.client(), { title: 'B KA\u0308SE', closesAt: day(3) });
}

async function createCampaigns(): Promise<void> {
  const names = ['Lunch_1', 'ÉTÉ', null, 'lunch 2', 'e\u0301te\u0301 2'];
  for (const name of names) await createCampaign(app.client(), '1', { name });
  await app.database.query(`
    UPDATE notification_campaign SET
      started_at = CASE id WHEN 1 THEN '2026-03-02Z' WHEN 4 THEN '2026-03-01Z' WHEN 5 THEN '2026-03-02Z' END::timestamptz,
      scheduled_for = CASE id WHEN 2 THEN '2026-03-04Z' WHEN 3 THEN '2026-03-03Z' END::timestamptz,
      total_users = CASE id WHEN 1 THEN 5 WHEN 3 THEN 7 ELSE 0 END,
      sent_users = CASE id WHEN 1 THEN 5 WHEN 3 THEN 7 ELSE 0 END,
      status = (ARRAY['FAILED', 'PAUSED', 'PAUSED', 'PROCESSING', 'PENDING'])[id],
      failure_code = CASE id WHEN 1 THEN 'BOT_TOKEN_REJECTED' WHEN 2 THEN 'MISSED_SCHEDULE' END`);
  await waitFor('the standstill of the one that runs', async () => {
    const standing = 'SELECT FROM notification_campaign WHERE id = 4 AND standstill_code IS NOT NULL';
    return (await app.database.query(standing)).length > 0;
  });
}

function insertDeliveries(): Promise<unknown> {
  return app.database.query(`
    UPDATE notification_campaign SET total_users = 6, sent_users = 1, failed_users = 3, skipped_users = 1, pending_users = 1
    WHERE id = 1;
    INSERT INTO campaign_chunk (campaign_id, number) VALUES (1, 0);
    INSERT INTO delivery (campaign_id, chunk_number, user_id, status, reason)
    SELECT 1, 0, id, status, reason FROM (VALUES (11, 'FAILED', 'BOT_BLOCKED'), (12, 'SENT', NULL),
      (13, 'SKIPPED', 'OPTED_OUT'), (14, 'FAILED', 'CHUNK_SET_ASIDE'), (15, 'PENDING', 'BOT_BLOCKED'),
      (1234567, 'FAILED', 'BOT_BLOCKED')) given (id, status, reason)`);
}

function insertCalls(): Promise<unknown> {
  return app.database.query(`
    TRUNCATE audit_entry RESTART IDENTITY;
    INSERT INTO audit_entry (actor, role, action, poll_id, outcome, at) VALUES
      ('a', 'ADMIN', 'openPoll', 1, 'SUCCEEDED', '2026-01-01Z'), ('b', 'OPERATOR', 'openPoll', 2, 'FORBIDDEN', '2026-01-02Z'),
      ('b', 'VIEWER', 'openPoll', 1, 'FORBIDDEN', '2026-01-03Z'), ('a', 'ADMIN', 'closePoll', 1, 'REFUSED', '2026-01-04Z')`);
}

describe('finding', () => {
  beforeAll(async () => {
    await emptyDatabase(app);
    await insertPeople();
    await createPolls();
    await createCampaigns();
    await insertDeliveries();
    await insertCalls();
  });

  describe('people', () => {
    const PEOPLE =
      graphql(`query ($filter: TelegramUserFilter, $orderBy: TelegramUserOrder! = ID_ASC, $after: String) {
      list: telegramUsers(filter: $filter, orderBy: $orderBy, first: 2, after: $after) ${PAGE} }`);

    test.each<[string, string[]]>([
      ['ёжик', ['11']],
      ['ЁЖИКОВА', ['11']],
      ['анна ёж', ['11']],
      ['josé', ['12']],
      ['JOSE\u0301', ['12']],
      ['ｊｏｓé', ['12']],
      ['οδυσσευς', ['13']],
      ['σσευσ', ['13']],
      ['100%', ['14']],
      ['a_b', ['14']],
      ['b\\', []],
      ['_b\\', ['14']],
      ['％', []],
      ['00％', ['14']],
      ['li', ['12']],
      ['le', ['1234567']],
      ['李', ['15']],
      ['小', ['15']],
      ['龙', []],
      ['lee', ['15', '1234567']],
      ['@lee', ['15', '1234567']],
      ['@LE', []],
      ['@br', ['15']],
      ['@анна', []],
      ['ann', ['1234567']],
      ['1234567', ['1234567']],
      ['user_1234567', ['1234567']],
      ['123456', []],
      [' ann_lee ', ['1234567']],
      ["'; DROP TABLE poll; --", []],
      ['a\u0000b', []],
    ])('are found by %j', async (search, expected) => {
      const found = find(PEOPLE, { filter: { search } });
      if (search.includes('\0')) await expect(found).rejects.toThrow('U+0000');
      else expect(await found).toEqual(expected);
    });

    test.each([' ', '@', ''])('are all listed where the search is %j', async (search) => {
      expect(await find(PEOPLE, { filter: { search } })).toHaveLength(7);
    });

    test('are found by all that the filter asks for', async () => {
      const filter = { search: 'σσε', status: ['BLOCKED'], usernameContains: null } as const;
      expect(await find(PEOPLE, { filter })).toEqual(['13']);
      expect(await find(PEOPLE, { filter: { ...filter, status: ['ACTIVE'] } })).toEqual([]);
      expect(await find(PEOPLE, { filter: { search: 'lee', usernameContains: 'ann' } })).toEqual(['1234567']);
    });

    test.each<[VariablesOf<typeof PEOPLE>['orderBy'], string[]]>([
      ['ID_ASC', ['11', '12', '13', '14', '15', '16', '1234567']],
      ['CREATED_AT_DESC', ['1234567', '11', '12', '13', '14', '16', '15']],
      ['NAME_ASC', ['14', '1234567', '12', '13', '11', '15', '16']],
    ])('come in the order %s, also those of a search', async (orderBy, expected) => {
      expect(await find(PEOPLE, { orderBy })).toEqual(expected);
      const found = await find(PEOPLE, { orderBy, filter: { search: 'l' } });
      expect(found).toEqual(expected.filter((id) => ['12', '1234567'].includes(id)));
    });
  });

  describe('polls', () => {
    const POLLS =
      graphql(`query ($filter: PollFilter, $orderBy: PollOrder! = CREATED_AT_DESC, $after: String) {
      list: polls(filter: $filter, orderBy: $orderBy, first: 2, after: $after) ${PAGE} }`);

    test.each<[VariablesOf<typeof POLLS>['orderBy'], string[]]>([
      ['CREATED_AT_DESC', ['4', '3', '2', '1']],
      ['CREATED_AT_ASC', ['1', '2', '3', '4']],
      ['TITLE_ASC', ['2', '4', '1', '3']],
      ['CLOSES_AT_ASC', ['3', '1', '4', '2']],
    ])('come in the order %s', async (orderBy, expected) => {
      expect(await find(POLLS, { orderBy })).toEqual(expected);
    });

    test.each([
      ['käse', ['4', '1']],
      ['ä', ['4', '1']],
      ['ОБЕ', ['3']],
      ['%', ['1']],
      ['a_B', ['2']],
      ['axb', []],
    ])('are found by %j', async (titleContains, expected) => {
      expect(await find(POLLS, { filter: { titleContains } })).toEqual(expected);
    });
  });

  describe('campaigns', () => {
    const CAMPAIGNS =
      graphql(`query ($filter: CampaignFilter, $orderBy: CampaignOrder! = CREATED_AT_ASC, $after: String) {
      list: campaigns(filter: $filter, orderBy: $orderBy, first: 2, after: $after) ${PAGE} }`);
    const at = (day: number) => `2026-03-0${day}T00:00:00.000Z`;
    test.each<[VariablesOf<typeof CAMPAIGNS>['orderBy'], string[]]>([
      ['CREATED_AT_ASC', ['1', '2', '3', '4', '5']],
      ['CREATED_AT_DESC', ['5', '4', '3', '2', '1']],
      ['STARTED_AT_DESC', ['5', '1', '4', '3', '2']],
      ['SCHEDULED_FOR_ASC', ['3', '2', '1', '4', '5']],
      ['TOTAL_USERS_DESC', ['3', '1', '5', '4', '2']],
    ])('come in the order %s', async (orderBy, expected) => {
      expect(await find(CAMPAIGNS, { orderBy })).toEqual(expected);
    });

    test.each<[VariablesOf<typeof CAMPAIGNS>['filter'], string[]]>([
      [{ nameContains: 'LUNCH' }, ['1', '4']],
      [{ nameContains: 'été' }, ['2', '5']],
      [{ nameContains: '_' }, ['1']],
      [{ nameContains: '%' }, []],
      [{ scheduledAfter: at(4) }, ['2']],
      [{ scheduledBefore: at(4) }, ['3']],
      [{ startedAfter: at(2) }, ['1', '5']],
      [{ startedBefore: at(2) }, ['4']],
      [{ startedAfter: at(1), startedBefore: at(2), nameContains: 'lunch' }, ['4']],
      // Nobody works jobs, so what runs stands still.
      [{ needsAttention: true }, ['1', '2', '4']],
      [{ needsAttention: false }, ['3', '5']],
      [{ needsAttention: true, status: ['PAUSED'] }, ['2']],
    ])('are found by %j, all of them and those of their poll', async (filter, expected) => {
      expect(await find(CAMPAIGNS, { filter })).toEqual(expected);
      const query = graphql(`query ($filter: CampaignFilter) {
        poll(id: 1) { campaigns(filter: $filter, orderBy: CREATED_AT_ASC) { nodes { id } } } }`);
      const { poll } = await app.client().run(query, { filter });
      expect(poll?.campaigns.nodes.map(({ id }) => keyOf(id))).toEqual(expected);
    });

    test('of another poll are none of this one', async () => {
      const query = graphql('{ poll(id: 1) { campaigns(filter: { topicId: "poll_2" }) { totalCount } } }');
      expect(await app.client().run(query)).toEqual({ poll: { campaigns: { totalCount: 0 } } });
    });

    test('say why they failed by a code of a closed list', async () => {
      expect(await app.client().run(graphql('{ campaign(id: 1) { failure { code } } }'))).toEqual({
        campaign: { failure: { code: 'BOT_TOKEN_REJECTED' } },
      });
    });
  });

  describe('deliveries', () => {
    const DELIVERIES = graphql(`query ($filter: DeliveryFilter, $last: Int) {
      campaign(id: 1) { deliveries(filter: $filter, last: $last) { totalCount nodes { user { id } } } } }`);

    test.each<[VariablesOf<typeof DELIVERIES>['filter'], string[]]>([
      [{ reason: ['BOT_BLOCKED'] }, ['11', '15', '1234567']],
      [{ reason: ['OPTED_OUT', 'BOT_BLOCKED', 'CHUNK_QUARANTINED'] }, ['11', '13', '14', '15', '1234567']],
      [{ reason: ['BOT_BLOCKED', 'BOT_BLOCKED'], status: ['FAILED'] }, ['11', '1234567']],
      [{ reason: ['WORKER_DIED'] }, []],
      [{ reason: [] }, []],
      [{ userId: 'user_13' }, ['13']],
      [{ userId: '13', status: ['SENT'] }, []],
      [{ search: 'АННА' }, ['11']],
      [{ search: 'lee', status: ['FAILED'] }, ['1234567']],
      [{ search: '@lee', reason: ['BOT_BLOCKED'] }, ['15', '1234567']],
      [{ search: '13' }, ['13']],
      [{ search: ' ' }, ['11', '12', '13', '14', '15', '1234567']],
    ])('are found by %j', async (filter, expected) => {
      for (const last of [null, 100]) {
        const { campaign } = await app.client().run(DELIVERIES, { filter, last });
        expect(campaign?.deliveries.nodes.map(({ user }) => keyOf(user.id))).toEqual(expected);
        expect(campaign?.deliveries.totalCount).toBe(expected.length);
      }
    });

    test('cannot be found by what is no user', async () => {
      const query =
        'query ($id: ID!) { campaign(id: 1) { deliveries(filter: { userId: $id }) { totalCount } } }';
      expect(codeOf(await overHttp(app.url, { query, variables: { id: 'x' } }))).toBe('BAD_USER_INPUT');
      expect(codeOf(await overHttp(app.url, { query, variables: { id: 'poll_1' } }))).toBe('NOT_FOUND');
    });
  });

  describe('calls in the audit log', () => {
    const CALLS = graphql(`query ($filter: AuditFilter, $after: String) {
      list: auditLog(filter: $filter, first: 2, after: $after) ${PAGE} }`);

    test.each<[VariablesOf<typeof CALLS>['filter'], string[]]>([
      [{ pollId: 'poll_1' }, ['4', '3', '1']],
      [{ role: 'ADMIN' }, ['4', '1']],
      [{ outcome: ['FORBIDDEN', 'REFUSED'] }, ['4', '3', '2']],
      [{ outcome: [] }, []],
      [{ after: '2026-01-03T00:00:00Z' }, ['4', '3']],
      [{ before: '2026-01-03T00:00:00Z' }, ['2', '1']],
      [{ after: '2026-01-02T00:00:00Z', before: '2026-01-04T00:00:00Z', pollId: '1', role: 'VIEWER' }, ['3']],
    ])('are found by %j', async (filter, expected) => {
      expect(await find(CALLS, { filter })).toEqual(expected);
    });
  });
});
