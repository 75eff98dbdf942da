import { beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Client, fetchExchange, gql, type OperationResult, type TypedDocumentNode } from '@urql/core';
import { cacheExchange, type CacheExchangeOpts } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import { graphql, type ResultOf, type VariablesOf } from '../../src/cli/graphql.js';
import { ADMIN_TOKEN } from '../support/app.js';
import { overHttp } from '../support/requests.js';
import { CAMPAIGNS, createDataset, OVERVIEW, USERS, withoutTypenames } from './dataset.js';
import { app } from './app.js';

const MERGED = {
  Poll: { campaigns: relayPagination() },
  Query: { telegramUsers: relayPagination() },
};

function createClient(resolvers: CacheExchangeOpts['resolvers'] = MERGED): Client {
  return new Client({
    url: `${app.url}/graphql`,
    preferGetMethod: false,
    fetchOptions: { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } },
    exchanges: [
      cacheExchange({
        // What has no id is a part of what it was read with.
        keys: { Pacing: () => null, Viewer: () => null },
        resolvers,
      }),
      fetchExchange,
    ],
  });
}

const FORWARDS = graphql(`query ($after: String) { poll(id: "poll_1") { id
  campaigns(first: 2, after: $after, orderBy: CREATED_AT_ASC) {
    edges { cursor node { id name } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }`);
const BACKWARDS = graphql(`query ($before: String) { telegramUsers(last: 3, before: $before) {
  edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`);
type Typed<Document> = TypedDocumentNode<ResultOf<Document>, VariablesOf<Document>>;

describe('urql', () => {
  beforeAll(() => createDataset(app));

  test('what graphcache reads of its cache is what the server sent, with a key for every object', async () => {
    const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    const client = createClient({});
    const query = `{ ${OVERVIEW} }`;
    const fetched = await client.query(query, {}, { requestPolicy: 'network-only' });
    expect(fetched.error).toBeUndefined();
    const cached = await client.query(query, {}, { requestPolicy: 'cache-only' });
    const { data } = await overHttp(app.url, { query });
    expect(withoutTypenames(cached.data)).toEqual(data);
    expect(warn.mock.calls).toEqual([]);
    warn.mockRestore();
  });

  test('pages are merged forwards', async () => {
    const client = createClient();
    const query: Typed<typeof FORWARDS> = gql(FORWARDS);
    let page: NonNullable<ResultOf<typeof FORWARDS>['poll']>['campaigns'] | undefined;
    do {
      const { data }: OperationResult<ResultOf<typeof FORWARDS>> = await client.query(query, {
        after: page?.pageInfo.endCursor,
      });
      page = data?.poll?.campaigns;
    } while (page?.pageInfo.hasNextPage);
    const ids = Array.from({ length: CAMPAIGNS }, (_, index) => `campaign_${index + 1}`);
    expect(page?.edges.map(({ node }) => node.id)).toEqual(ids);
  });

  test('pages are merged backwards', async () => {
    const client = createClient();
    const query: Typed<typeof BACKWARDS> = gql(BACKWARDS);
    let page: ResultOf<typeof BACKWARDS>['telegramUsers'] | undefined;
    do {
      const { data }: OperationResult<ResultOf<typeof BACKWARDS>> = await client.query(query, {
        before: page?.pageInfo.startCursor,
      });
      page = data?.telegramUsers;
    } while (page?.pageInfo.hasPreviousPage);
    const ids = Array.from({ length: USERS }, (_, index) => `user_${index + 1}`);
    expect(page?.edges.map(({ node }) => node.id)).toEqual(ids);
  });
});
