import { beforeAll, describe, expect, test } from '@jest/globals';
import { graphql, type ResultOf } from '../../src/cli/graphql.js';
import { emptyDatabase } from '../support/empty.js';
import { createCampaign, createOpenPoll, createUsers, keyOf } from '../support/factories.js';
import { codeOf, overHttp } from '../support/requests.js';
import { withAnyVariables } from '../support/untyped.js';
import { app } from './app.js';

type Arguments = Record<string, unknown>;

const PAGE = `{
  nodes { id } edges { cursor node { id } } totalCount
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
}`;

const PAGING = 'first: $first, after: $after, last: $last, before: $before';
const PAGING_VARIABLES = '$first: Int, $after: String, $last: Int, $before: String';

/** Each list; those under another object by its id. */
const LISTS = {
  polls: graphql(
    `query ($filter: PollFilter, ${PAGING_VARIABLES}) { list: polls(filter: $filter, ${PAGING}) ${PAGE} }`,
  ),
  telegramUsers: graphql(`query ($filter: TelegramUserFilter, ${PAGING_VARIABLES}) {
    list: telegramUsers(filter: $filter, ${PAGING}) ${PAGE} }`),
  campaigns:
    graphql(`query ($filter: CampaignFilter, $orderBy: CampaignOrder! = CREATED_AT_DESC, ${PAGING_VARIABLES}) {
    list: campaigns(filter: $filter, orderBy: $orderBy, ${PAGING}) ${PAGE} }`),
  auditLog: graphql(
    `query ($filter: AuditFilter, ${PAGING_VARIABLES}) { list: auditLog(filter: $filter, ${PAGING}) ${PAGE} }`,
  ),
  campaignsOfPoll: graphql(
    `query ($id: ID!, ${PAGING_VARIABLES}) { poll(id: $id) { list: campaigns(${PAGING}) ${PAGE} } }`,
  ),
  deliveries: graphql(`query ($id: ID!, $filter: DeliveryFilter, ${PAGING_VARIABLES}) {
    campaign(id: $id) { list: deliveries(filter: $filter, ${PAGING}) ${PAGE} } }`),
};
type List = keyof typeof LISTS;
type Page = ResultOf<typeof LISTS.polls>['list'];

const DAY_MS = 86_400_000;
const T0 = Date.UTC(2026, 0, 1);
const at = (day: number) => new Date(T0 + day * DAY_MS).toISOString();
/** Two polls, and seven campaigns: of the first poll but for the last, two a day. */
let pollIds: string[];
let campaignIds: string[];

async function page(list: List, variables: Arguments = {}): Promise<Page> {
  const data = await app.client().run(withAnyVariables(LISTS[list]), variables);
  if ('list' in data) return data.list;
  const found = 'poll' in data ? data.poll : data.campaign;
  if (!found) throw new Error('The answer has no list.');
  return found.list;
}

/** Follows the cursors from the first page to the last. */
async function allPages(list: List, variables: Arguments): Promise<Page[]> {
  const pages = [await page(list, variables)];
  for (let last = pages[0]; last?.pageInfo.hasNextPage; last = pages.at(-1)) {
    pages.push(await page(list, { ...variables, after: last.pageInfo.endCursor }));
  }
  return pages;
}

function recipients(page: Page): string[] {
  return page.nodes.map(({ id }) => id.replace(/^.*_/, ''));
}

function ids(...pages: Page[]): string[] {
  return pages.flatMap(({ nodes }) => nodes.map(({ id }) => keyOf(id)));
}

/** Picks campaigns by their place in the order of creation. */
function campaignsAt(...places: number[]): (string | undefined)[] {
  return places.map((place) => campaignIds[place]);
}

/** Those of each list that stand in the way of its pages, from the first to the last. */
const WHOLE_LISTS: [List, () => Arguments, number][] = [
  ['polls', () => ({}), 2],
  ['telegramUsers', () => ({}), 5],
  ['campaigns', () => ({}), 7],
  ['campaigns', () => ({ orderBy: 'CREATED_AT_ASC' }), 7],
  ['campaignsOfPoll', () => ({ id: pollIds[0] }), 6],
  ['deliveries', () => ({ id: campaignIds[0] }), 5],
  ['auditLog', () => ({ filter: { action: 'createCampaign' } }), 7],
];

function cursor(...key: unknown[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** Of the first campaign, to each person. */
async function insertDeliveries(): Promise<void> {
  const [id] = campaignIds;
  await app.database.query(
    'UPDATE notification_campaign SET total_users = 5, sent_users = 3, failed_users = 2 WHERE id = $1',
    [id],
  );
  await app.database.query('INSERT INTO campaign_chunk (campaign_id, number) VALUES ($1, 0)', [id]);
  await app.database.query(
    `INSERT INTO delivery (campaign_id, chunk_number, user_id, status)
     SELECT $1, 0, place, CASE WHEN place <= 3 THEN 'SENT' ELSE 'FAILED' END FROM generate_series(1, 5) place`,
    [id],
  );
}

describe('lists', () => {
  beforeAll(async () => {
    await emptyDatabase(app);
    const api = app.client();
    pollIds = [
      await createOpenPoll(api, { title: '100% sure' }),
      await createOpenPoll(api, { title: 'a_b' }),
    ];
    campaignIds = [];
    for (let index = 0; index < 7; index += 1) {
      const id = await createCampaign(api, pollIds[index < 6 ? 0 : 1] ?? '');
      await app.database.query('UPDATE notification_campaign SET created_at = $2 WHERE id = $1', [
        id,
        at(Math.floor(index / 2)),
      ]);
      campaignIds.push(id);
    }
    await app.database.query("UPDATE notification_campaign SET status = 'COMPLETED' WHERE id = ANY ($1)", [
      campaignIds.slice(0, 2),
    ]);
    await app.database.query("UPDATE notification_campaign SET status = 'FAILED' WHERE id = $1", [
      campaignIds[2],
    ]);
    await createUsers(app.database, 5, 1);
    await app.database.query(`
      UPDATE telegram_user SET username = CASE id WHEN 1 THEN 'Ann_Lee' WHEN 2 THEN 'annXlee' WHEN 3 THEN 'bob%' END,
        status = CASE id WHEN 4 THEN 'BLOCKED' ELSE 'ACTIVE' END, opted_out_at = CASE id WHEN 5 THEN now() END`);
    await insertDeliveries();
  });

  describe('campaigns', () => {
    test.each<[string, () => Arguments, number[]]>([
      ['nothing', () => ({}), [6, 5, 4, 3, 2, 1, 0]],
      ['one status', () => ({ status: ['FAILED'] }), [2]],
      ['two statuses', () => ({ status: ['FAILED', 'COMPLETED'] }), [2, 1, 0]],
      ['no status at all', () => ({ status: [] }), []],
      ['its topic', () => ({ topicId: pollIds[1] }), [6]],
      ['an unknown topic', () => ({ topicId: '999999' }), []],
      ['createdAfter, inclusive', () => ({ createdAfter: at(2) }), [6, 5, 4]],
      ['createdBefore, exclusive', () => ({ createdBefore: at(2) }), [3, 2, 1, 0]],
      ['both', () => ({ createdAfter: at(1), createdBefore: at(2) }), [3, 2]],
      ['everything', () => ({ topicId: pollIds[0], status: ['PENDING'], createdAfter: at(2) }), [5, 4]],
    ])('are filtered by %s', async (_name, filter, expected) => {
      const found = await page('campaigns', { filter: filter() });
      expect(ids(found)).toEqual(campaignsAt(...expected));
      expect(found.totalCount).toBe(expected.length);
    });

    test('have two orders, in which equal instants follow the id', async () => {
      const ascending = await page('campaigns', { orderBy: 'CREATED_AT_ASC' });
      expect(ids(ascending)).toEqual(campaignIds);
      expect(ids(await page('campaigns', { orderBy: 'CREATED_AT_DESC' }))).toEqual(
        [...campaignIds].reverse(),
      );
    });

    test('end without a next page where the page is just full', async () => {
      expect((await page('campaigns', { first: 7 })).pageInfo.hasNextPage).toBe(false);
      const { endCursor } = (await page('campaigns', { first: 7 })).pageInfo;
      const beyond = await page('campaigns', { after: endCursor });
      expect(beyond).toMatchObject({ nodes: [], pageInfo: { hasNextPage: false, endCursor: null } });
    });
  });

  describe('polls', () => {
    test.each<[Arguments, number[]]>([
      [{}, [1, 0]],
      [{ titleContains: '%' }, [0]],
      [{ titleContains: '_' }, [1]],
      [{ titleContains: 'A_B' }, [1]],
      [{ titleContains: '\\' }, []],
      [{ titleContains: 'SURE' }, [0]],
      [{ status: ['OPEN'], titleContains: 'sure' }, [0]],
      [{ status: ['DRAFT', 'CLOSED'] }, []],
    ])('are filtered by %j', async (filter, expected) => {
      expect(ids(await page('polls', { filter }))).toEqual(expected.map((place) => pollIds[place]));
    });
  });

  describe('telegramUsers', () => {
    test.each<[Arguments, string[]]>([
      [{}, ['1', '2', '3', '4', '5']],
      [{ usernameContains: 'ann_lee' }, ['1']],
      [{ usernameContains: 'ann' }, ['1', '2']],
      [{ usernameContains: '%' }, []],
      [{ usernameContains: 'bob%' }, ['3']],
      [{ usernameContains: 'b' }, ['3']],
      [{ usernameContains: ' @ann_lee' }, ['1']],
      [{ status: ['BLOCKED', 'OPTED_OUT'] }, ['4', '5']],
      [{ status: ['ACTIVE'], usernameContains: 'LEE' }, ['1', '2']],
    ])('are filtered by %j', async (filter, expected) => {
      expect(ids(await page('telegramUsers', { filter }))).toEqual(expected);
    });
  });

  describe('deliveries', () => {
    test.each([
      [undefined, ['1', '2', '3', '4', '5']],
      [{ status: ['SENT'] }, ['1', '2', '3']],
      [{ status: ['FAILED', 'SKIPPED'] }, ['4', '5']],
      [{ status: ['UNCONFIRMED'] }, []],
    ])('are filtered by %j', async (filter, expected) => {
      const found = await page('deliveries', { id: campaignIds[0], filter });
      expect(recipients(found)).toEqual(expected);
      expect(found.totalCount).toBe(expected.length);
    });
  });

  describe.each(WHOLE_LISTS)('%s', (list, given, length) => {
    const read = (variables: Arguments = {}) => page(list, { ...given(), ...variables });

    test('is walked in both directions, with equal pages', async () => {
      const whole = await read();
      expect(whole).toMatchObject({
        totalCount: length,
        pageInfo: { hasNextPage: false, hasPreviousPage: false },
      });
      expect(whole.nodes).toHaveLength(length);
      const forwards = await allPages(list, { ...given(), first: 2 });
      expect(ids(...forwards)).toEqual(ids(whole));
      const backwards = [await read({ last: 2 })];
      for (let page = backwards[0]; page?.pageInfo.hasPreviousPage; page = backwards[0]) {
        backwards.unshift(await read({ last: 2, before: page.pageInfo.startCursor }));
      }
      expect(ids(...backwards)).toEqual(ids(whole));
      expect(backwards.map(({ pageInfo }) => pageInfo.hasNextPage)).toEqual(
        backwards.map((_page, index) => index < backwards.length - 1),
      );
      for (const { edges, nodes, pageInfo } of [...forwards, ...backwards]) {
        expect(edges.map(({ node }) => node)).toEqual(nodes);
        expect(pageInfo).toMatchObject({ startCursor: edges[0]?.cursor, endCursor: edges.at(-1)?.cursor });
      }
    });

    test('is bounded by both cursors', async () => {
      const { edges, pageInfo } = await read();
      const [start] = edges;
      const between = { after: start?.cursor, before: pageInfo.endCursor };
      const inner = edges.slice(1, -1).map(({ node }) => keyOf(node.id));
      expect(ids(await read(between))).toEqual(inner);
      expect(ids(await read({ ...between, first: 1 }))).toEqual(inner.slice(0, 1));
      expect(ids(await read({ ...between, last: 1 }))).toEqual(inner.slice(-1));
      expect(await read({ after: pageInfo.endCursor })).toMatchObject({
        nodes: [],
        pageInfo: { hasNextPage: false, hasPreviousPage: true, startCursor: null, endCursor: null },
      });
    });
  });

  describe('a page that nobody can be given', () => {
    test.each<[string, List, Arguments]>([
      ['of length 0', 'campaigns', { first: 0 }],
      ['of negative length', 'polls', { first: -1 }],
      ['longer than 100', 'campaigns', { first: 101 }],
      ['of negative length from the end', 'polls', { last: -1 }],
      ['of length 0 from the end', 'telegramUsers', { last: 0 }],
      ['longer than 100 from the end', 'auditLog', { last: 101 }],
      ['from both ends', 'campaigns', { first: 1, last: 1 }],
      ['before no cursor', 'campaigns', { before: 'garbage' }],
      ['after a text with a null byte', 'polls', { after: cursor('polls', '\0', '1') }],
      ['after no cursor', 'campaigns', { after: 'garbage' }],
      ['after an empty cursor', 'polls', { after: '' }],
      ['after a cursor of an earlier version', 'telegramUsers', { after: cursor('5') }],
      [
        'after an impossible instant',
        'campaigns',
        { after: cursor('campaigns CREATED_AT_DESC', '2026-99-99T99:99:99.999Z', '1') },
      ],
      [
        'after a number beyond 64 bits',
        'telegramUsers',
        { after: cursor('telegramUsers', '9999999999999999999') },
      ],
      ['of a topic that is no id', 'campaigns', { filter: { topicId: 'x' } }],
      ['since no instant', 'campaigns', { filter: { createdAfter: 'yesterday' } }],
    ])('%s is refused with BAD_USER_INPUT', async (_name, list, variables) => {
      const answer = await overHttp(app.url, { query: LISTS[list], variables });
      expect(codeOf(answer)).toBe('BAD_USER_INPUT');
      expect(answer.data ?? null).toBeNull();
    });

    test('after a cursor of another list is refused, though its key looks the same', async () => {
      const { pageInfo } = await page('polls', { first: 1 });
      await expect(page('campaigns', { after: pageInfo.endCursor })).rejects.toThrow(
        'a cursor that this list',
      );
    });

    test('after a cursor of another order is refused', async () => {
      const { pageInfo } = await page('campaigns', { first: 1, orderBy: 'CREATED_AT_ASC' });
      const after = pageInfo.endCursor;
      await expect(page('campaigns', { after, orderBy: 'CREATED_AT_DESC' })).rejects.toThrow('in this order');
      expect(ids(await page('campaigns', { after, orderBy: 'CREATED_AT_ASC' }))).toHaveLength(6);
    });

    test.each([1, 100])('of length %i is none of them', async (first) => {
      expect(ids(await page('campaigns', { first }))).toHaveLength(Math.min(first, 7));
    });
  });
});
