import { request } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { buffer } from 'node:stream/consumers';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { ADMIN_TOKEN, TestApp } from '../support/app.js';
import { graphql } from '../../src/cli/graphql.js';
import { createTestDatabase } from '../support/database.js';
import { emptyDatabase } from '../support/empty.js';
import { createUsers } from '../support/factories.js';
import { closeCode, codeOf, overHttp, overSocket } from '../support/requests.js';
import { startDatabaseProxy } from '../support/tcp-proxy.js';
import { waitFor } from '../support/wait.js';
import { closed, connect, subscribeMessage, upgrade } from './support/upgrade.js';
import { app } from './app.js';

const PEOPLE = graphql(
  '{ telegramUsers(first: 100) { nodes { id username firstName lastName languageCode status } } }',
);
const BEARER = { authorization: `Bearer ${ADMIN_TOKEN}` };

interface RawAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

/** As it comes over the wire; fetch would unpack it. */
function ask(query: string, headers: Record<string, string>): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const sent = request(`${app.url}/graphql?query=${encodeURIComponent(query)}`, { headers }, (response) => {
      buffer(response).then((body) => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      }, reject);
    });
    sent.on('error', reject).end();
  });
}

describe('answers of the API', () => {
  beforeAll(async () => {
    await emptyDatabase(app);
    await createUsers(app.database, 100);
  });

  describe('an answer', () => {
    test.each([
      ['gzip', gunzipSync],
      ['br', brotliDecompressSync],
    ] as const)('is compressed by %s for who takes it', async (encoding, unpack) => {
      const plain = await ask(PEOPLE, BEARER);
      const packed = await ask(PEOPLE, { ...BEARER, 'accept-encoding': encoding });
      expect(packed.headers['content-encoding']).toBe(encoding);
      expect(unpack(packed.body).toString()).toBe(plain.body.toString());
      expect(packed.body.length).toBeLessThan(plain.body.length / 5);
    });

    test('that is small is left as it is', async () => {
      const { headers } = await ask('{ __typename }', { ...BEARER, 'accept-encoding': 'gzip, br' });
      expect(headers['content-encoding']).toBeUndefined();
    });

    test('says what it depends on, and who asked', async () => {
      const { headers } = await ask(PEOPLE, { ...BEARER, 'accept-encoding': 'gzip' });
      expect(headers.vary).toMatch(/\baccept\b(?!-)/);
      expect(headers.vary).toMatch(/accept-encoding/i);
      expect(headers['x-request-id']).toBeDefined();
    });

    test('to a GET as curl and urql send it is the result: a bearer token needs no other header', async () => {
      const { status, body } = await ask('{ polls { totalCount } }', BEARER);
      expect([status, JSON.parse(body.toString())]).toEqual([200, { data: { polls: { totalCount: 0 } } }]);
    });

    test('without a token says how to show one', async () => {
      const { status, headers } = await ask(PEOPLE, {});
      expect([status, headers['www-authenticate']]).toEqual([401, 'Bearer']);
    });

    test.each(['PUT', 'PATCH', 'DELETE'])('to %s says which methods there are', async (method) => {
      const response = await fetch(`${app.url}/graphql`, { method, headers: BEARER });
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST, OPTIONS']);
    });
  });

  describe('a WebSocket', () => {
    test('compresses large messages for who takes it, and is as good without', async () => {
      for (const perMessageDeflate of [true, false]) {
        const { socket } = await upgrade(app.url, { perMessageDeflate });
        expect(socket?.extensions.includes('permessage-deflate')).toBe(perMessageDeflate);
        socket?.terminate();
      }
      const { data } = await overSocket(app.url, { query: PEOPLE });
      expect(data?.telegramUsers.nodes).toHaveLength(100);
    });

    test.each(['connection_ack', 'next', 'error'])(
      'is closed with 4400 after a message %s, which is for servers',
      async (type) => {
        const { socket } = await connect(app.url);
        const code = closed(socket);
        const payload = type === 'error' ? [{ message: 'x' }] : {};
        socket.send(JSON.stringify({ id: '1', type, payload }));
        expect(await code).toBe(4400);
      },
    );

    test('is closed with 4400 after a message that is nested without end', async () => {
      const { socket } = await connect(app.url);
      const code = closed(socket);
      socket.send(`{"id":"1","type":"subscribe","payload":{"query":"","variables":${'['.repeat(10_000)}`);
      expect(await code).toBe(4400);
    });

    test.each([
      'subscription ($off: Boolean! = false) { campaignProgress(campaignId: "1") @include(if: $off) { version } }',
      'subscription { campaignProgress(campaignId: "1") @skip(if: true) { version } }',
      'subscription { ... @skip(if: true) { campaignProgress(campaignId: "1") { version } } }',
      'subscription { ...F } fragment F on Subscription { campaignProgress(campaignId: "1") @skip(if: true) { version } }',
    ])('goes on after %s, which alone is refused', async (query) => {
      const { socket, messages } = await connect(app.url);
      socket.send(subscribeMessage('1', query));
      socket.send(subscribeMessage('2', '{ __typename }'));
      await waitFor('the other', () => messages.some(({ id, type }) => id === '2' && type === 'complete'));
      expect(messages.find(({ id }) => id === '1')).toMatchObject({
        type: 'error',
        payload: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
      });
      expect(codeOf(await overHttp(app.url, { query }))).toBe('GRAPHQL_VALIDATION_FAILED');
      socket.terminate();
    });
  });

  describe('while the database is away', () => {
    test('requests are answered 503 with a code, and clients of WebSockets are told to come back', async () => {
      const database = await createTestDatabase();
      const { proxy, url: through } = await startDatabaseProxy(database.url);
      const own = await TestApp.prepare({ database, environment: { DATABASE_URL: through } });
      const url = await own.startApi('api');
      const query = { query: '{ polls { totalCount } }' };
      const socket = await connect(url);
      await proxy.close();

      const answer = await overHttp(url, query);
      expect([answer.status, codeOf(answer)]).toEqual([503, 'DATABASE_UNAVAILABLE']);
      socket.socket.send(subscribeMessage('1', query.query));
      const result = await waitFor('the result', () => socket.messages.find(({ type }) => type === 'next'));
      expect(result).toMatchObject({
        payload: { errors: [{ extensions: { code: 'DATABASE_UNAVAILABLE' } }] },
      });
      expect(await closeCode(url, BEARER)).toBe(1013);
      socket.socket.terminate();
      await own.stop();
    });
  });
});
