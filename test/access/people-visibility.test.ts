import { beforeAll, describe, expect, test } from '@jest/globals';
import { createCampaign, createOpenPoll } from '../support/factories.js';
import { codeOf, overHttp, overSocket, type Answer } from '../support/requests.js';
import { createToken } from '../support/tokens.js';
import { untyped } from '../support/untyped.js';
import { graphql, type ResultOf, type VariablesOf } from '../../src/cli/graphql.js';
import { useApp } from '../support/use-app.js';

/** What a viewer learns of people where the installation hides them. */

const FIRST = 4_200_001;
const COUNT = 5;
const app = useApp({ run: ['api'], environment: { VIEWER_SEES_PEOPLE: 'false' } });
let viewer: string;
let operator: string;

beforeAll(async () => {
  viewer = await createToken(app.database, 'screen', 'VIEWER');
  operator = await createToken(app.database, 'ops', 'OPERATOR');
  await app.database.query(
    `INSERT INTO telegram_user (id, first_name, last_name, username, status)
     SELECT place, 'Secret', 'Name' || place, 'secret_' || place, 'ACTIVE' FROM generate_series($1::bigint, $1 + $2 - 1) place`,
    [FIRST, COUNT],
  );
  await createCampaign(app.client(), await createOpenPoll(app.client()));
  await app.database.query(`
    INSERT INTO campaign_chunk (campaign_id, number) VALUES (1, 0);
    INSERT INTO delivery (campaign_id, chunk_number, user_id, detail) SELECT 1, 0, id, 'secret' FROM telegram_user`);
});

const PERSON = 'id telegramId username firstName lastName status';
const PAGE = graphql(`query ($first: Int, $after: String, $last: Int, $before: String) {
  telegramUsers(first: $first, after: $after, last: $last, before: $before) {
    edges { cursor node { ${PERSON} } } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } }
  campaign(id: 1) { deliveries(first: 100) { edges { cursor node { id status detail user { ${PERSON} } } } } }
  poll(id: 1) { participants(first: 100) { edges { cursor node { user { ${PERSON} } } } } }
}`);

/** Fails where an answer tells who somebody is, also within a cursor. */
function expectNobody(answer: Answer<unknown>): void {
  const text = JSON.stringify(answer);
  const decoded = [...text.matchAll(/"([\w-]{20,})"/g)].map(([, cursor = '']) =>
    Buffer.from(cursor, 'base64url').toString('latin1'),
  );
  for (const part of [text, ...decoded]) expect(part).not.toMatch(/secret|Name42|42000\d\d/i);
}

async function page(variables: VariablesOf<typeof PAGE>, token = viewer): Promise<ResultOf<typeof PAGE>> {
  const answer = await overHttp(app.url, { query: PAGE, variables }, token);
  if (!answer.data) throw new Error(JSON.stringify(answer.errors));
  if (token === viewer) expectNobody(answer);
  return answer.data;
}

test('a viewer gets lists of people and deliveries without names, Telegram ids and readable cursors', async () => {
  const whole = await page({});
  expect(whole.telegramUsers.edges).toHaveLength(COUNT);
  const ids = whole.telegramUsers.edges.map(({ node }) => node.id);
  expect(new Set(ids).size).toBe(COUNT);
  for (const id of ids) expect(id).toMatch(/^user_[1-9]\d*$/);
  expect(whole.telegramUsers.edges[0]?.node).toEqual({
    id: ids[0],
    telegramId: 'hidden',
    username: null,
    firstName: null,
    lastName: null,
    status: 'ACTIVE',
  });
  // The same person has the same id everywhere, also for another process.
  const reminded = whole.campaign?.deliveries.edges.map(({ node }) => node);
  expect(reminded?.map(({ user }) => user.id)).toEqual(ids);
  expect(reminded?.map(({ id }) => id)).toEqual(ids.map((id) => id.replace('user_', 'delivery_1_')));
  expect((await page({})).telegramUsers).toEqual(whole.telegramUsers);
});

test('a viewer walks the lists in both directions', async () => {
  const whole = (await page({})).telegramUsers.edges;
  const { edges, pageInfo } = (await page({ first: 2 })).telegramUsers;
  const next = (await page({ first: 10, after: pageInfo.endCursor })).telegramUsers;
  expect([...edges, ...next.edges]).toEqual(whole);
  const back = (await page({ last: 10, before: next.pageInfo.startCursor })).telegramUsers;
  expect(back.edges).toEqual(edges);
  const readable = (await page({ first: 1 }, operator)).telegramUsers.pageInfo.endCursor;
  for (const after of ['x', readable, `${pageInfo.endCursor}A`, pageInfo.endCursor?.slice(1)]) {
    expect(codeOf(await overHttp(app.url, { query: PAGE, variables: { after } }, viewer))).toBe(
      'BAD_USER_INPUT',
    );
  }
});

describe.each([
  ['HTTP', overHttp],
  ['WebSocket', overSocket],
] as const)('over %s', (_name, send) => {
  test.each([
    `{ telegramUser(id: "user_${FIRST}") { status } }`,
    `{ telegramUser(id: ${FIRST}) { status } }`,
    '{ telegramUsers(filter: { search: "Secret" }) { totalCount } }',
    '{ telegramUsers(filter: { usernameContains: "secret" }) { totalCount } }',
    '{ telegramUsers(orderBy: NAME_ASC) { totalCount } }',
    '{ campaign(id: 1) { deliveries(filter: { search: "Secret" }) { totalCount } } }',
    `{ campaign(id: 1) { deliveries(filter: { userId: "${FIRST}" }) { totalCount } } }`,
    '{ poll(id: 1) { participants(filter: { search: "Secret" }) { totalCount } } }',
    `{ node(id: "user_${FIRST}") { id } }`,
    `{ node(id: "delivery_1_${FIRST}") { id } }`,
  ])('a viewer may not ask %s', async (query) => {
    const answer = await send(app.url, { query }, viewer);
    expect(codeOf(answer)).toBe('FORBIDDEN');
    expectNobody(answer);
    expect(codeOf(await send(app.url, { query }, operator))).toBeUndefined();
  });
});

test('the preview writes its sample to nobody for a viewer, and to the first recipient for others', async () => {
  const query = graphql(`{ campaignPreview(input: { topicId: 1, messageTemplate: "Hello {{firstName}}!" }) {
    audienceSize sampleText samples { text } } }`);
  const answer = await overHttp(app.url, { query }, viewer);
  expectNobody(answer);
  expect(answer.data?.campaignPreview).toMatchObject({ audienceSize: COUNT });
  expect(answer.data?.campaignPreview.sampleText).toMatch(/^Hello /);
  const seen = await overHttp(app.url, { query }, operator);
  expect(seen.data?.campaignPreview.sampleText).toContain('Secret');
});

test('every field of a person is known to be told to viewers or hidden from them', async () => {
  const fieldsOf = async (name: string) => {
    interface Described {
      __type: { fields: { name: string }[] };
    }
    const query = untyped<Described>(`{ __type(name: "${name}") { fields { name } } }`);
    const { data } = await overHttp(app.url, { query });
    return data?.__type.fields.map((field) => field.name).sort();
  };
  const told = [
    'status',
    'languageCode',
    'timeZone',
    'groups',
    'createdAt',
    'updatedAt',
    'deliveries',
    'participations',
  ];
  const hidden = ['id', 'telegramId', 'username', 'firstName', 'lastName'];
  expect(await fieldsOf('TelegramUser')).toEqual([...told, ...hidden].sort());
});

test('an operator sees people as ever', async () => {
  const { telegramUsers } = await page({}, operator);
  expect(telegramUsers.edges[0]?.node).toMatchObject({
    id: `user_${FIRST}`,
    telegramId: String(FIRST),
    firstName: 'Secret',
  });
});
