import { beforeAll, describe, expect, test } from '@jest/globals';
import { buildSchema } from 'graphql';
import { graphql } from '../../src/cli/graphql.js';
import { convertIds } from '../../src/graphql/typed-ids.js';
import { emptyDatabase } from '../support/empty.js';
import { createCampaign, createOpenPoll, createUsers } from '../support/factories.js';
import { codeOf, overHttp, overSocket, type Operation } from '../support/requests.js';
import { createToken } from '../support/tokens.js';
import { operationsOf } from '../support/schema-calls.js';
import { untyped } from '../support/untyped.js';
import { VIEWER_TOKEN } from '../support/app.js';
import { app } from './app.js';

const USER = '4200001';

const TYPED: Record<string, string> = {
  poll_1: 'Poll',
  question_1: 'Question',
  option_2: 'QuestionOption',
  campaign_1: 'NotificationCampaign',
  [`user_${USER}`]: 'TelegramUser',
  [`delivery_1_${USER}`]: 'Delivery',
  audit_99: 'AuditEntry',
  token_1: 'ApiToken',
};

describe('typed ids', () => {
  beforeAll(() => emptyDatabase(app));
  /** One object of each type, all with the number 1 but for the user. */
  beforeAll(async () => {
    await createToken(app.database, 'ops');
    await createUsers(app.database, 1, Number(USER));
    await createCampaign(app.client(), await createOpenPoll(app.client()));
    await app.database.query(`
      INSERT INTO campaign_chunk (campaign_id, number) VALUES (1, 0);
      INSERT INTO delivery (campaign_id, chunk_number, user_id) VALUES (1, 0, ${USER});
      INSERT INTO audit_entry (id, actor, token_id, role, action, campaign_id, poll_id) OVERRIDING SYSTEM VALUE
      VALUES (99, 'ops', 3, 'ADMIN', 'openPoll', 1, 1)`);
  });

  test('every id that the API gives has its type in it', async () => {
    const query = graphql(`{
      polls(first: 2) { nodes { id questions { id options { id } } campaigns(first: 2) { nodes { id } } } }
      campaigns(first: 2) { nodes { id topic { id } deliveries(first: 2) { nodes { id user { id telegramId } campaign { id } } } } }
      auditLog(filter: { action: "openPoll", actor: "ops" }) { nodes { id tokenId campaignId pollId } }
    }`);
    expect(await app.client().run(query)).toEqual({
      polls: {
        nodes: [
          {
            id: 'poll_1',
            questions: [{ id: 'question_1', options: [{ id: 'option_1' }, { id: 'option_2' }] }],
            campaigns: { nodes: [{ id: 'campaign_1' }] },
          },
        ],
      },
      campaigns: {
        nodes: [
          {
            id: 'campaign_1',
            topic: { id: 'poll_1' },
            deliveries: {
              nodes: [
                {
                  id: `delivery_1_${USER}`,
                  user: { id: `user_${USER}`, telegramId: USER },
                  campaign: { id: 'campaign_1' },
                },
              ],
            },
          },
        ],
      },
      auditLog: {
        nodes: [{ id: 'audit_99', tokenId: 'token_3', campaignId: 'campaign_1', pollId: 'poll_1' }],
      },
    });
  });

  test.each([
    ['type Query { id: ID! } ', 'Query.id'],
    ['type Query { list: [Thing!]! } type Thing { id: ID! }', 'Thing.id'],
    ['type Query { name(id: ID!): String }', 'Query.name.id'],
    ['type Query { name(input: In!): String } input In { deep: [Deep!] } input Deep { id: ID! }', 'Deep.id'],
  ])('the schema %j is not built, since the type of an id is not declared', (source, field) => {
    const schema = buildSchema(source);
    for (const type of Object.values(schema.getTypeMap())) {
      if (!('getFields' in type) || type.name.startsWith('__')) continue;
      for (const found of Object.values(type.getFields())) Object.assign(found, { resolve: () => null });
    }
    expect(() => {
      convertIds(schema);
    }).toThrow(`${field} is an ID without a type`);
  });

  describe('node and nodes', () => {
    test('find every type, and give null for what there is not', async () => {
      const ids = Object.keys(TYPED);
      const unknown = [
        'poll_2',
        'poll_0',
        '1',
        'poll',
        'Poll_1',
        'delivery_1',
        'delivery_1_1_1',
        'nothing_1',
        '',
      ];
      const found = await app
        .client()
        .run(graphql('query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }'), {
          ids: [...ids, ...unknown],
        });
      const expected = ids.map((id) => ({ id, __typename: TYPED[id] }));
      expect(found.nodes).toEqual([...expected, ...unknown.map(() => null)]);
      for (const id of ids) {
        const { node } = await app
          .client()
          .run(graphql('query ($id: ID!) { node(id: $id) { __typename id } }'), { id });
        expect(node).toEqual({ id, __typename: TYPED[id] });
      }
    });

    test('honour the role: a viewer gets everything else of a list', async () => {
      const query = graphql('{ nodes(ids: ["poll_1", "audit_99", "token_1"]) { id } }');
      const answer = await overHttp(app.url, { query }, VIEWER_TOKEN);
      expect(answer.data?.nodes).toEqual([{ id: 'poll_1' }, null, null]);
      const extensions = { code: 'FORBIDDEN' };
      expect(answer.errors).toMatchObject([
        { path: ['nodes', 1], extensions },
        { path: ['nodes', 2], extensions },
      ]);
    });

    test('take at most 100 ids', async () => {
      const query = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }';
      const ids = (count: number) => Array.from({ length: count }, () => 'poll_1');
      expect(codeOf(await overHttp(app.url, { query, variables: { ids: ids(101) } }))).toBe('BAD_USER_INPUT');
      expect(codeOf(await overHttp(app.url, { query, variables: { ids: ids(100) } }))).toBeUndefined();
    });
  });

  describe('arguments', () => {
    test.each(['campaign_1', '1'])('take %s where a campaign is meant', async (id) => {
      const query = graphql('query ($id: ID!) { campaign(id: $id) { id } }');
      expect(await app.client().run(query, { id })).toEqual({ campaign: { id: 'campaign_1' } });
      const event = await overSocket(app.url, {
        query: 'subscription ($id: ID!) { campaignProgress(campaignId: $id) { campaignId } }',
        variables: { id },
      });
      expect(event).toEqual({ data: { campaignProgress: { campaignId: 'campaign_1' } } });
    });

    test('take typed and bare ids within lists, inputs and filters', async () => {
      const api = app.client();
      const count = async (topicId: string) =>
        (
          await api.run(
            graphql('query ($topicId: ID!) { campaigns(filter: { topicId: $topicId }) { totalCount } }'),
            { topicId },
          )
        ).campaigns.totalCount;
      expect([await count('poll_1'), await count('1')]).toEqual([1, 1]);
      expect(
        await api.run(
          graphql(`mutation { importTelegramUsers(users: [{ id: "user_7" }, { id: 8 }]) { created } }`),
        ),
      ).toEqual({ importTelegramUsers: { created: 2 } });
      expect(
        await api.run(
          graphql(
            `mutation { recordPollCompletions(pollId: "poll_1", userIds: ["user_7", "8"]) { recorded } }`,
          ),
        ),
      ).toEqual({ recordPollCompletions: { recorded: 2 } });
    });

    test('an id of another type is named with the type that is wanted, for every argument', async () => {
      const filters: Operation[] = [
        { query: '{ campaigns(filter: { topicId: "audit_99" }) { totalCount } }' },
        { query: '{ auditLog(filter: { campaignId: "audit_99" }) { totalCount } }' },
        { query: '{ campaignPreview(input: { topicId: "audit_99" }) { chunkCount } }' },
        {
          query:
            'mutation { createCampaign(input: { topicId: "audit_99" }) { userErrors { code message } } }',
        },
        {
          query:
            'mutation { importTelegramUsers(users: [{ id: "audit_99" }]) { userErrors { code message } } }',
        },
      ];
      type Answered = Record<string, { userErrors?: object[] } | null>;
      const calls = (await operationsOf(app)).flatMap(({ kind, name, call }) => {
        const ids = Object.entries(call.variables ?? {}).filter(([, value]) => value === '1');
        if (ids.length === 0 || name === 'node') return [];
        const selection = kind === 'mutation' ? 'userErrors { code message }' : '__typename';
        const query = call.query.replace('__typename', selection);
        const variables = { ...call.variables, [ids[0]?.[0] ?? '']: 'audit_99' };
        return [{ query, variables, send: kind === 'subscription' ? overSocket : overHttp }];
      });
      expect(calls.length).toBeGreaterThan(12);
      for (const { send, ...operation } of [
        ...calls,
        ...filters.map((query) => ({ ...query, send: overHttp })),
      ]) {
        const answer = await send(app.url, { ...operation, query: untyped<Answered>(operation.query) });
        const [payload] = Object.values(answer.data ?? {});
        const said =
          payload?.userErrors ?? answer.errors?.map((error) => ({ ...error, code: codeOf(answer) }));
        expect([operation.query, said]).toEqual([
          operation.query,
          [
            expect.objectContaining({
              code: expect.stringMatching(/^(NOT_FOUND|INVALID)$/),
              message: expect.stringMatching(
                /^audit_99 is the id of an audit entry; the id of an? \w+ is wanted, such as \w+\.$/,
              ),
            }),
          ],
        ]);
      }
    });
  });

  test('viewer says whose token it is', async () => {
    const query = '{ viewer { name role } }';
    expect(await overHttp(app.url, { query }, VIEWER_TOKEN)).toMatchObject({
      data: { viewer: { name: 'VIEWER_TOKEN', role: 'VIEWER' } },
    });
  });
});
