import { describe, expect, test } from '@jest/globals';
import { getIntrospectionQuery } from 'graphql';
import { ADMIN_TOKEN } from '../support/app.js';
import { closeCode, codeOf, overHttp, overSocket } from '../support/requests.js';
import { app, DASHBOARD, production } from './production.js';

const QUERY = JSON.stringify({ query: '{ __typename }' });
const MUTATION = 'mutation { openPoll(id: "1") { userErrors { code } } }';
const BEARER = { authorization: `Bearer ${ADMIN_TOKEN}` };
const JSON_TYPE = { 'content-type': 'application/json' };

interface Outcome {
  status: number;
  code: string | undefined;
  headers: Headers;
  body: string;
}

async function send(
  headers: Record<string, string>,
  body?: RequestInit['body'],
  { method = 'POST', path = '/graphql', url = app.url } = {},
): Promise<Outcome> {
  const streamed = body instanceof ReadableStream ? { duplex: 'half' } : {};
  const response = await fetch(`${url}${path}`, { method, headers, body, ...streamed } as RequestInit);
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  const code = isJson ? codeOf(JSON.parse(text) as object) : undefined;
  return { status: response.status, code, headers: response.headers, body: text };
}

function bytes(count: number): Uint8Array {
  return new Uint8Array(count).fill(0x20);
}

/** A body of unknown length. */
function stream(mebibytes: number): ReadableStream {
  let left = mebibytes * 16;
  return new ReadableStream({
    pull: (controller) => {
      if (left === 0) controller.close();
      else controller.enqueue(bytes(65_536));
      left -= 1;
    },
  });
}

const QUERY_PATH = `/graphql?query=${encodeURIComponent('{ polls { totalCount } }')}`;

describe('requests', () => {
  describe('a request is refused with a code:', () => {
    test.each<[string, () => Promise<Outcome>, number, string]>([
      [
        'a body of 10 MiB',
        () => send({ ...BEARER, ...JSON_TYPE }, bytes(10 * 2 ** 20)),
        413,
        'PAYLOAD_TOO_LARGE',
      ],
      ['a stream of 10 MiB', () => send({ ...BEARER, ...JSON_TYPE }, stream(10)), 413, 'PAYLOAD_TOO_LARGE'],
      [
        'a body of 10 MiB without a token',
        () => send(JSON_TYPE, bytes(10 * 2 ** 20)),
        401,
        'UNAUTHENTICATED',
      ],
      ['malformed JSON', () => send({ ...BEARER, ...JSON_TYPE }, '{"query": '), 400, 'BAD_REQUEST'],
      ['no body', () => send({ ...BEARER, ...JSON_TYPE }), 400, 'BAD_REQUEST'],
      ['a batch', () => send({ ...BEARER, ...JSON_TYPE }, `[${QUERY},${QUERY}]`), 400, 'BAD_REQUEST'],
      ['a batch of nothing', () => send({ ...BEARER, ...JSON_TYPE }, '[]'), 400, 'BAD_REQUEST'],
      ['a text', () => send({ ...BEARER, ...JSON_TYPE }, '"{ __typename }"'), 400, 'BAD_REQUEST'],
      [
        'a query that is no text',
        () => send({ ...BEARER, ...JSON_TYPE }, '{"query": {}}'),
        400,
        'BAD_REQUEST',
      ],
      [
        'the prototype of objects',
        () => send({ ...BEARER, ...JSON_TYPE }, '{"__proto__": {"query": "{ __typename }"}}'),
        400,
        'BAD_REQUEST',
      ],
      [
        'a form post, as any page can send it',
        () =>
          send(
            { ...BEARER, 'content-type': 'application/x-www-form-urlencoded' },
            new URLSearchParams({ query: MUTATION }).toString(),
          ),
        415,
        'UNSUPPORTED_MEDIA_TYPE',
      ],
      [
        'a form with parts',
        () => send({ ...BEARER, 'content-type': 'multipart/form-data; boundary=x' }, '--x--'),
        415,
        'UNSUPPORTED_MEDIA_TYPE',
      ],
      [
        'JSON called plain text',
        () => send({ ...BEARER, 'content-type': 'text/plain' }, QUERY),
        400,
        'BAD_REQUEST',
      ],
      [
        'a GET with a password, which a browser sends of its own accord',
        () =>
          send({ authorization: `Basic ${btoa(`admin:${ADMIN_TOKEN}`)}` }, undefined, {
            method: 'GET',
            path: QUERY_PATH,
          }),
        401,
        'UNAUTHENTICATED',
      ],
      [
        'JSON nested without end, whatever else is wrong with it',
        () => send({ ...BEARER, ...JSON_TYPE }, `{"query": "[{", "variables": ${'['.repeat(500_000)}`),
        400,
        'BAD_REQUEST',
      ],
      [
        'a packed body',
        () => send({ ...BEARER, ...JSON_TYPE, 'content-encoding': 'gzip' }, QUERY),
        415,
        'UNSUPPORTED_MEDIA_TYPE',
      ],
      [
        'a mutation as a GET',
        () =>
          send({ ...BEARER, ...JSON_TYPE }, undefined, {
            method: 'GET',
            path: `/graphql?query=${encodeURIComponent(MUTATION)}`,
          }),
        405,
        'BAD_REQUEST',
      ],
      [
        'a persisted query',
        () =>
          send(
            { ...BEARER, ...JSON_TYPE },
            JSON.stringify({ extensions: { persistedQuery: { version: 1, sha256Hash: 'x' } } }),
          ),
        200,
        'PERSISTED_QUERY_NOT_SUPPORTED',
      ],
      ['no token', () => send(JSON_TYPE, QUERY), 401, 'UNAUTHENTICATED'],
      ['another method', () => send(BEARER, undefined, { method: 'DELETE' }), 405, 'METHOD_NOT_ALLOWED'],
      ['another path', () => send(BEARER, undefined, { path: '/graphiql' }), 404, 'NOT_FOUND'],
    ])('%s', async (_case, ask, status, code) => {
      const outcome = await ask();
      expect([outcome.status, outcome.code]).toEqual([status, code]);
      expect(outcome.body).not.toMatch(/node_modules|stacktrace|at Object\./);
    });
  });

  describe('pages of other origins', () => {
    const preflight = {
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization',
    };

    test.each([DASHBOARD, 'https://other.example'])('%s is allowed, as listed', async (origin) => {
      const asked = await send({ origin, ...preflight }, undefined, { method: 'OPTIONS' });
      expect(asked.status).toBe(204);
      expect(asked.headers.get('access-control-allow-origin')).toBe(origin);
      expect(asked.headers.get('access-control-allow-headers')).toContain('authorization');
      const answer = await send({ origin, ...BEARER, ...JSON_TYPE }, QUERY);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
      expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
    });

    test.each(['https://evil.example', 'http://dashboard.example', 'null'])('%s is not', async (origin) => {
      const asked = await send({ origin, ...preflight }, undefined, { method: 'OPTIONS' });
      expect(asked.headers.get('access-control-allow-origin')).toBeNull();
      const answer = await send({ origin, ...BEARER, ...JSON_TYPE }, QUERY);
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    });
  });

  describe('security headers', () => {
    test('come with every answer', async () => {
      for (const { headers } of [
        await send({ ...BEARER, ...JSON_TYPE }, QUERY),
        await send(JSON_TYPE, QUERY),
        await send({}, undefined, { method: 'GET', path: '/healthz' }),
        await send({}, undefined, { path: '/nothing' }),
      ]) {
        expect(headers.get('x-content-type-options')).toBe('nosniff');
        expect(headers.get('x-frame-options')).toBe('SAMEORIGIN');
        expect(headers.get('strict-transport-security')).toMatch(/^max-age=/);
        expect(headers.get('content-security-policy')).toBe("default-src 'none';frame-ancestors 'none'");
        expect(headers.get('x-powered-by')).toBeNull();
      }
    });
  });

  describe('in production', () => {
    test('nothing of the schema is told without a token', async () => {
      const introspection = { query: getIntrospectionQuery() };
      const answer = await overHttp(production, introspection, null);
      expect([answer.status, codeOf(answer), answer.data ?? null]).toEqual([401, 'UNAUTHENTICATED', null]);
      const wrong = await overHttp(production, { query: '{ pols }' }, null);
      expect(wrong.errors?.map(({ message }) => message)).toEqual([
        'Send a valid token in the authorization header: "Bearer <token>".',
      ]);
      expect(await closeCode(production)).toBe(4401);
      const page = await send({ accept: 'text/html' }, undefined, { method: 'GET', url: production });
      expect(page.status).toBe(401);
      expect(page.body).not.toMatch(/sandbox|totalCount/i);
    });

    test.each([
      ['a field', { query: '{ polls { totalCoun } }' }],
      ['an argument', { query: '{ polls(frist: 1) { totalCount } }' }],
      ['a type', { query: 'query ($f: PollFiltr) { polls(filter: $f) { totalCount } }' }],
      ['an enum value', { query: '{ polls(filter: { status: [OPN] }) { totalCount } }' }],
      [
        'an enum value in a variable',
        {
          query: 'query ($f: PollFilter) { polls(filter: $f) { totalCount } }',
          variables: { f: { status: ['OPN'] } },
        },
      ],
      [
        'a field in a variable',
        {
          query: 'query ($f: PollFilter) { polls(filter: $f) { totalCount } }',
          variables: { f: { statu: [] } },
        },
      ],
    ])('what %s could have been called is not suggested', async (_case, operation) => {
      for (const ask of [overHttp, overSocket]) {
        const hinted = await ask(app.url, operation);
        expect(hinted.errors?.map(({ message }) => message).join()).toMatch(/Did you mean/);
        const silent = await ask(production, operation);
        expect(silent.errors?.length).toBeGreaterThan(0);
        expect(JSON.stringify(silent)).not.toMatch(/Did you mean|stacktrace|node_modules/);
      }
    });
  });
});
