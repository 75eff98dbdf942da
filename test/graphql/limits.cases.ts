import { beforeAll, describe, expect, test } from '@jest/globals';
import {
  getIntrospectionQuery,
  getNamedType,
  getNullableType,
  type GraphQLObjectType,
  isLeafType,
  isListType,
} from 'graphql';
import { exampleGroups } from '../../src/http/example-operations.js';
import { VIEWER_TOKEN } from '../support/app.js';
import { emptyDatabase } from '../support/empty.js';
import { createCampaign, createOpenPoll } from '../support/factories.js';
import { codeOf, overSocket, TRANSPORTS, type Answer, type Operation } from '../support/requests.js';
import { readSchema } from '../support/schema-calls.js';
import { waitFor } from '../support/wait.js';
import { app } from './app.js';

function times(count: number, part: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => part(index)).join(' ');
}

/** Campaigns of the poll of a campaign, and so on: three fields each time. */
function nested(levels: number, inner = 'id', first = 1): string {
  const list = `campaigns(first: ${first})`;
  return levels === 0 ? inner : `${list} { nodes { topic { ${nested(levels - 1, inner, first)} } } }`;
}

const CHAIN = 60;
/** Sixty fragments that each use the next one twice: 2 to the power of 60 fields, in 700 tokens. */
const DOUBLING = times(CHAIN, (i) => `fragment F${i} on Poll { id ...F${i + 1} ...F${i + 1} }`);
const WIDE = 'campaigns(first: 100) { nodes { deliveries(first: 100) { nodes { id } } } }';

const HOSTILE: [string, Operation, string][] = [
  ['depth 50', { query: `{ ${nested(16, 'id title')} }` }, 'QUERY_TOO_DEEP'],
  [
    'depth 50 in fragments',
    {
      query: `{ polls { nodes { ...F0 } } } ${times(16, (i) => `fragment F${i} on Poll { campaigns { nodes { topic { ...F${i + 1} } } } }`)}
        fragment F16 on Poll { id }`,
    },
    'QUERY_TOO_DEEP',
  ],
  [
    '200 aliases of a list',
    { query: `{ ${times(200, (i) => `a${i}: polls { totalCount }`)} }` },
    'TOO_MANY_TOKENS',
  ],
  [
    '100 aliases of a list',
    { query: `{ ${times(100, (i) => `a${i}: polls { totalCount }`)} }` },
    'TOO_MANY_ALIASES',
  ],
  [
    'aliases in a fragment that is used often',
    {
      query: `{ ${times(8, (i) => `p${i}: polls { ...A }`)} } fragment A on PollConnection { ${times(8, (i) => `a${i}: totalCount`)} }`,
    },
    'TOO_MANY_ALIASES',
  ],
  [
    'one directive 100 times',
    { query: `{ polls { totalCount ${'@include(if: true) '.repeat(100)} } }` },
    'TOO_MANY_DIRECTIVES',
  ],
  [
    'an unknown directive 300 times',
    { query: `{ polls { totalCount ${'@bomb '.repeat(300)} } }` },
    'TOO_MANY_DIRECTIVES',
  ],
  ['50,000 tokens', { query: `{ polls { ${'totalCount '.repeat(50_000)} } }` }, 'TOO_MANY_TOKENS'],
  ['100,000 open braces', { query: '{ a '.repeat(100_000) }, 'TOO_MANY_TOKENS'],
  ['lists in lists', { query: `{ ${WIDE} }` }, 'QUERY_TOO_COSTLY'],
  [
    'lists in lists by variables',
    {
      query: `query ($n: Int!) { campaigns(first: $n) { nodes { deliveries(first: $n) { nodes { id } } } } }`,
      variables: { n: 100 },
    },
    'QUERY_TOO_COSTLY',
  ],
  [
    'lists in lists by the defaults of variables',
    {
      query: `query ($n: Int! = 100) { campaigns(first: $n) { nodes { deliveries(first: $n) { nodes { id } } } } }`,
    },
    'QUERY_TOO_COSTLY',
  ],
  [
    'lists without first in lists',
    { query: `{ ${nested(3).replaceAll('(first: 1)', '')} }` },
    'QUERY_TOO_COSTLY',
  ],
  [
    'lists from their ends in lists',
    { query: `{ ${WIDE.replaceAll('first', 'last')} }` },
    'QUERY_TOO_COSTLY',
  ],
  [
    'lists in lists with both lengths',
    { query: `{ ${WIDE.replaceAll('first: 100', 'first: 1, last: 100')} }` },
    'QUERY_TOO_COSTLY',
  ],
  [
    'a list of negative length beside it',
    { query: `{ ${WIDE} polls(first: -1000000) { nodes { id } } }` },
    'QUERY_TOO_COSTLY',
  ],
  [
    'a list that cannot be read beside it',
    {
      query: `query ($order: CampaignOrder = CREATED_AT_ASC) { ${WIDE} other: campaigns(orderBy: $order) { nodes { id } } }`,
      variables: { order: null },
    },
    'BAD_USER_INPUT',
  ],
  [
    'the costly one of two operations',
    { query: `query A { polls { totalCount } } query B { ${WIDE} }`, operationName: 'B' },
    'QUERY_TOO_COSTLY',
  ],
  [
    'fragments that double at each step',
    { query: `{ polls { nodes { ...F0 } } } ${DOUBLING} fragment F${CHAIN} on Poll { id }` },
    'QUERY_TOO_COSTLY',
  ],
  [
    'fragments that use each other',
    {
      query: '{ polls { nodes { ...A } } } fragment A on Poll { id ...B } fragment B on Poll { id ...A }',
    },
    'GRAPHQL_VALIDATION_FAILED',
  ],
  [
    'a thousand values that cannot be used',
    {
      query: 'query ($status: [PollStatus!]) { polls(filter: { status: $status }) { totalCount } }',
      variables: { status: Array<number>(1000).fill(1) },
    },
    'BAD_USER_INPUT',
  ],
  [
    'introspection in circles',
    {
      query:
        '{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }',
    },
    'GRAPHQL_VALIDATION_FAILED',
  ],
];

/** campaignsChanged says nothing before something changes. */
async function answerTo(name: string, operation: Operation): Promise<Answer<unknown>> {
  if (name !== 'campaignsChanged') return overSocket(app.url, operation);
  let answer: Answer<unknown> | undefined;
  void overSocket(app.url, { ...operation, variables: {} }).then((first) => (answer = first));
  return waitFor('an event', async () => {
    await createCampaign(app.client(), await createOpenPoll(app.client()));
    return answer;
  });
}

describe('limits of an operation', () => {
  beforeAll(() => emptyDatabase(app));

  describe.each(TRANSPORTS)('over %s', (_name, send) => {
    test.each(HOSTILE)('%s is refused', async (_case, hostile, code) => {
      const answer = await send(app.url, hostile, VIEWER_TOKEN);
      expect(codeOf(answer)).toBe(code);
      expect(answer.data ?? null).toBeNull();
      expect(answer.errors?.length).toBeLessThanOrEqual(21);
      if ('status' in answer) expect(answer.status).toBe(400);
    });

    test('the introspection query of tools passes', async () => {
      const query = getIntrospectionQuery({
        inputValueDeprecation: true,
        directiveIsRepeatable: true,
        schemaDescription: true,
        specifiedByUrl: true,
        oneOf: true,
      });
      const answer = await send(app.url, { query });
      expect(answer.errors).toBeUndefined();
      expect(answer.data).toHaveProperty('__schema.types');
    });

    test('a page of 100 campaigns with everything that a dashboard shows passes', async () => {
      const query = `{
        ${times(7, (i) => `s${i}: campaigns(filter: { status: PROCESSING }) { totalCount }`)}
        campaigns(first: 100) {
          totalCount pageInfo { hasNextPage endCursor }
          edges { cursor node {
            id status messageTemplate totalUsers pendingUsers sentUsers failedUsers skippedUsers unconfirmedUsers
            progressPercentage createdAt scheduledFor startedAt finishedAt estimatedFinishAt chunkCount
            failure { code message } standstill { code message until } pacing { chunkSize chunkIntervalMs sendIntervalMs }
            topic { id title status closesAt completedCount audienceSize }
          } }
        }
        polls(first: 20) { nodes { id title questions { position text options { text answerCount } } } }
      }`;
      expect((await send(app.url, { query })).errors).toBeUndefined();
    });
  });

  test('the example operations are far from any limit', async () => {
    const topicId = await createOpenPoll(app.client());
    for (const { operations } of exampleGroups()) {
      for (const { name, query, variables } of operations) {
        const unknown = variables.replaceAll('_1"', '_999"');
        const known = unknown.replace('"topicId": "poll_999"', `"topicId": "${topicId}"`);
        const answer = await answerTo(name, {
          query,
          variables: JSON.parse(known) as Record<string, unknown>,
        });
        const codes = answer.errors?.map(({ extensions }) => extensions?.code) ?? [];
        expect([name, codes.filter((code) => code !== 'NOT_FOUND')]).toEqual([name, []]);
      }
    }
  });

  test('an operation sent as a GET is held to the same limits', async () => {
    const query = encodeURIComponent(`{ ${WIDE} }`);
    const response = await fetch(`${app.url}/graphql?query=${query}`, {
      headers: { authorization: `Bearer ${VIEWER_TOKEN}`, 'apollo-require-preflight': 'true' },
    });
    expect([response.status, codeOf((await response.json()) as object)]).toEqual([400, 'QUERY_TOO_COSTLY']);
  });

  describe('a subscription, which is executed for each event,', () => {
    const FRAGMENTS =
      'fragment F on NotificationCampaign { topic { ...P } } fragment P on Poll { audienceSize }';
    const on = (selection: string): Operation => ({
      query: `subscription { campaignProgress(campaignId: "999") { ${selection} } } ${selection.includes('...') ? FRAGMENTS : ''}`,
    });

    test('may ask for all that the event and its campaign hold', async () => {
      const schema = await readSchema(app);
      const plainFields = (name: string) =>
        Object.values((schema.getType(name) as GraphQLObjectType).getFields())
          .filter(({ type }) => isLeafType(getNamedType(type)) && !isListType(getNullableType(type)))
          .map((field) => field.name)
          .filter((field) => !/^(audienceSize|(completed|participant|started)Count)$/.test(field))
          .join(' ');
      const campaign = `${plainFields('NotificationCampaign')} topic { ${plainFields('Poll')} }
      failure { ${plainFields('CampaignFailure')} } pacing { ${plainFields('Pacing')} }`;
      const answer = await overSocket(
        app.url,
        on(`${plainFields('CampaignProgress')} campaign { ${campaign} }`),
      );
      expect(codeOf(answer)).toBe('NOT_FOUND');
    });

    test.each([
      'campaign { deliveries(first: 1) { nodes { id } } }',
      'campaign { deliveries { totalCount } }',
      'campaign { topic { audienceSize } }',
      'campaign { topic { completedCount } }',
      'campaign { topic { questions { id } } }',
      'campaign { topic { campaigns(first: 1) { nodes { id } } } }',
      'campaign { ...F }',
    ])('may not ask for %s', async (selection) => {
      const answer = await overSocket(app.url, on(selection));
      expect(answer.errors?.[0]).toMatchObject({
        message: expect.stringMatching(
          /^The subscription costs \d+ for each event, more than 100: ask for lists/,
        ),
        extensions: { code: 'SUBSCRIPTION_TOO_COSTLY' },
      });
    });
  });
});
