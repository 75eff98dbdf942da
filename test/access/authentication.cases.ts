import { beforeAll, describe, expect, test } from '@jest/globals';
import { getIntrospectionQuery } from 'graphql';
import { VIEWER_TOKEN } from '../support/app.js';
import { emptyDatabase } from '../support/empty.js';
import { campaign, createCampaign, createOpenPoll } from '../support/factories.js';
import { PROGRESS } from '../support/progress.js';
import { closeCode, codeOf, overHttp, overSocket, TRANSPORTS, type Operation } from '../support/requests.js';
import { operationsOf } from '../support/schema-calls.js';
import { app } from './app.js';

let campaignId: string;

const QUERY = { query: '{ polls { totalCount } }' };
const INTROSPECTION = { query: getIntrospectionQuery() };

async function mutations(): Promise<Operation[]> {
  const operations = await operationsOf(app);
  return operations.filter(({ kind }) => kind === 'mutation').map(({ call }) => call);
}

describe('authentication', () => {
  beforeAll(async () => {
    await emptyDatabase(app);
    campaignId = await createCampaign(app.client(), await createOpenPoll(app.client()));
  });

  describe('over HTTP', () => {
    test.each<[string, string | null]>([
      ['no token', null],
      ['an empty token', ''],
      ['a wrong token', 'wrong-token-000000000'],
      ['a token cut short', VIEWER_TOKEN.slice(0, -1)],
    ])('%s is refused with 401, for queries, mutations and introspection alike', async (_name, token) => {
      for (const operation of [QUERY, INTROSPECTION, ...(await mutations())]) {
        const answer = await overHttp(app.url, operation, token);
        expect(answer.status).toBe(401);
        expect(codeOf(answer)).toBe('UNAUTHENTICATED');
        expect(answer.data ?? null).toBeNull();
      }
    });

    test.each(['Basic YTpi', VIEWER_TOKEN, `Token ${VIEWER_TOKEN}`])(
      'the authorization "%s" is refused, as it is no bearer token',
      async (authorization) => {
        const response = await fetch(`${app.url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization },
          body: JSON.stringify(QUERY),
        });
        expect(response.status).toBe(401);
      },
    );

    test('the health check needs no token', async () => {
      const response = await fetch(`${app.url}/healthz`);
      expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }]);
    });
  });

  describe.each(TRANSPORTS)('over %s', (_name, send) => {
    test('a viewer may read', async () => {
      const answer = await send(app.url, QUERY, VIEWER_TOKEN);
      expect(answer).toMatchObject({ data: { polls: { totalCount: 1 } } });
      expect(answer.errors).toBeUndefined();
    });

    test('a viewer may call no mutation at all', async () => {
      const calls = await mutations();
      expect(calls.length).toBeGreaterThanOrEqual(7);
      for (const call of calls) {
        const answer = await send(app.url, call, VIEWER_TOKEN);
        expect([call.query, codeOf(answer)]).toEqual([call.query, 'FORBIDDEN']);
      }
      expect((await campaign(app.client(), campaignId)).status).toBe('PENDING');
      expect(await app.database.query('SELECT id FROM poll')).toHaveLength(1);
    });

    test('an admin may call mutations', async () => {
      const answer = await send(app.url, {
        query: 'mutation { importTelegramUsers(users: [{ id: 5 }]) { userErrors { code } } }',
      });
      expect(answer).toMatchObject({ data: { importTelegramUsers: { userErrors: [] } } });
    });
  });

  describe('over WebSocket', () => {
    test.each<[string, Record<string, unknown> | undefined, number]>([
      ['no parameters', undefined, 4401],
      ['parameters without authorization', { authentication: 'x' }, 4401],
      ['a wrong token', { authorization: 'Bearer wrong-token-000000000' }, 4403],
      ['no bearer token', { authorization: VIEWER_TOKEN }, 4403],
      ['an authorization that is no text', { authorization: { token: VIEWER_TOKEN } }, 4403],
    ])('%s closes the connection', async (_name, connectionParams, code) => {
      expect(await closeCode(app.url, connectionParams)).toBe(code);
    });

    test('the name of the parameter may be written as browsers write the header', async () => {
      const opened = closeCode(app.url, { Authorization: `Bearer ${VIEWER_TOKEN}` });
      await expect(opened).rejects.toThrow('The server let the client in.');
    });

    test('a viewer may subscribe', async () => {
      const operation = { query: PROGRESS, variables: { campaignId } };
      const answer = await overSocket(app.url, operation, VIEWER_TOKEN);
      expect(answer).toMatchObject({
        data: { campaignProgress: { campaignId: `campaign_${campaignId}`, status: 'PENDING' } },
      });
    });
  });
});
