import { beforeAll, describe, expect, test } from '@jest/globals';
import { ApolloClient, gql, HttpLink, InMemoryCache, type TypedDocumentNode } from '@apollo/client';
import { relayStylePagination } from '@apollo/client/utilities';
import { graphql, type ResultOf, type VariablesOf } from '../../src/cli/graphql.js';
import { ADMIN_TOKEN } from '../support/app.js';
import { overHttp } from '../support/requests.js';
import { CAMPAIGNS, createDataset, OVERVIEW, USERS, withoutTypenames } from './dataset.js';
import { app } from './app.js';

function createClient(): ApolloClient {
  return new ApolloClient({
    link: new HttpLink({ uri: `${app.url}/graphql`, headers: { authorization: `Bearer ${ADMIN_TOKEN}` } }),
    cache: new InMemoryCache({
      typePolicies: {
        Query: { fields: { telegramUsers: relayStylePagination() } },
        Poll: { fields: { campaigns: relayStylePagination() } },
      },
    }),
  });
}

const FORWARDS = graphql(`query ($after: String) { poll(id: "poll_1") { id
  campaigns(first: 2, after: $after, orderBy: CREATED_AT_ASC) {
    edges { cursor node { id name } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }`);
const BACKWARDS = graphql(`query ($before: String) { telegramUsers(last: 3, before: $before) {
  edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`);
type Typed<Document> = TypedDocumentNode<ResultOf<Document>, VariablesOf<Document>>;

describe('Apollo Client', () => {
  beforeAll(() => createDataset(app));

  test('what Apollo Client reads of its cache is what the server sent', async () => {
    const client = createClient();
    const query = gql(`{ ${OVERVIEW} }`);
    await client.query({ query });
    const { data } = await overHttp(app.url, { query: `{ ${OVERVIEW} }` });
    expect(withoutTypenames(client.readQuery({ query }))).toEqual(data);
    expect(Object.keys(client.cache.extract() as object)).toEqual(
      expect.arrayContaining(['Poll:poll_1', 'NotificationCampaign:campaign_1', 'Question:question_1']),
    );
  });

  describe('pages', () => {
    const fresh = { fetchPolicy: 'network-only' } as const;
    test('are merged forwards', async () => {
      const client = createClient();
      const query: Typed<typeof FORWARDS> = gql(FORWARDS);
      const merged = () => client.readQuery({ query })?.poll?.campaigns;
      await client.query({ query });
      for (let page = merged(); page?.pageInfo.hasNextPage; page = merged()) {
        await client.query({ ...fresh, query, variables: { after: page.pageInfo.endCursor } });
      }
      const ids = Array.from({ length: CAMPAIGNS }, (_, index) => `campaign_${index + 1}`);
      expect(merged()?.edges.map(({ node }) => node.id)).toEqual(ids);
    });

    test('are merged backwards', async () => {
      const client = createClient();
      const query: Typed<typeof BACKWARDS> = gql(BACKWARDS);
      const merged = () => client.readQuery({ query })?.telegramUsers;
      await client.query({ query });
      for (let page = merged(); page?.pageInfo.hasPreviousPage; page = merged()) {
        await client.query({ ...fresh, query, variables: { before: page.pageInfo.startCursor } });
      }
      const ids = Array.from({ length: USERS }, (_, index) => `user_${index + 1}`);
      expect(merged()?.edges.map(({ node }) => node.id)).toEqual(ids);
    });
  });

  test('a changed campaign is changed wherever it was read', async () => {
    const client = createClient();
    const query = gql(
      '{ campaign(id: "campaign_1") { id name topic { id title } } poll(id: "poll_1") { id title } }',
    );
    await client.query({ query });
    await client.mutate({
      mutation: gql(`mutation { updateCampaign(id: "campaign_1", input: { name: "Apollo" }) {
        campaign { id name } userErrors { message } } }`),
    });
    expect(client.readQuery({ query })).toMatchObject({
      campaign: { name: 'Apollo', topic: { title: 'Lunch' } },
      poll: { title: 'Lunch' },
    });
  });
});
