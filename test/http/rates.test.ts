import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { ADMIN_TOKEN, VIEWER_TOKEN } from '../support/app.js';
import { useApp } from '../support/use-app.js';
import { codeOf } from '../support/requests.js';
import { waitFor } from '../support/wait.js';
import { connect, subscribeMessage, upgrade, type Connection } from './support/upgrade.js';

const app = useApp({ run: [], perTest: true });

interface Sender {
  localAddress?: string;
  forwardedFor?: string;
  token?: string;
}

interface Outcome {
  status: number;
  code: string | undefined;
  retryAfter: string | undefined;
}

const QUERY = JSON.stringify({ query: '{ __typename }' });

/** One request from an address of the sender's choice. */
function post({ localAddress, forwardedFor, token = VIEWER_TOKEN }: Sender = {}): Promise<Outcome> {
  const headers = {
    'content-type': 'application/json',
    authorization: `Bearer ${token}`,
    ...(forwardedFor !== undefined && { 'x-forwarded-for': forwardedFor }),
  };
  return new Promise((resolve, reject) => {
    request(`${app.url}/graphql`, { method: 'POST', headers, localAddress }, (response) => {
      text(response).then((body) => {
        resolve({
          status: response.statusCode ?? 0,
          code: codeOf(JSON.parse(body) as object),
          retryAfter: response.headers['retry-after'],
        });
      }, reject);
    })
      .on('error', reject)
      .end(QUERY);
  });
}

async function statuses(count: number, sender: Sender = {}): Promise<number[]> {
  const outcomes: number[] = [];
  for (let sent = 0; sent < count; sent += 1) outcomes.push((await post(sender)).status);
  return outcomes;
}

async function start(environment: Record<string, string>): Promise<void> {
  await app.startApi('api', environment);
}

/** Sends operations one after the other over one socket. @returns the code of each answer, null for a result */
async function operations({ socket, messages }: Connection, count: number): Promise<(string | null)[]> {
  const outcomes: (string | null)[] = [];
  while (outcomes.length < count) {
    const before = messages.length;
    socket.send(subscribeMessage(`operation ${before}`, '{ __typename }'));
    const answer = await waitFor('an answer', () =>
      messages.slice(before).find(({ type }) => type === 'next' || type === 'error'),
    );
    outcomes.push(answer.type === 'next' ? null : (codeOf({ errors: answer.payload as [] }) ?? ''));
  }
  return outcomes;
}

function counted(values: readonly unknown[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[String(value)] = (counts[String(value)] ?? 0) + 1;
  return counts;
}

test('requests, connects and operations of one address draw from one bucket', async () => {
  await start({ REQUESTS_PER_MINUTE_PER_ADDRESS: '10' });
  // A request without a token counts as well, before the token is looked up.
  expect(await statuses(4, { token: 'wrong-token-000000000' })).toEqual([401, 401, 401, 401]);
  const connection = await connect(app.url, VIEWER_TOKEN);
  expect(await operations(connection, 4)).toEqual([null, null, null, null]);
  expect(await post()).toMatchObject({ status: 200 });

  const refused = await post();
  expect(refused).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
  expect(Number(refused.retryAfter)).toBeGreaterThan(0);
  expect(Number(refused.retryAfter)).toBeLessThanOrEqual(60);
  expect(await upgrade(app.url)).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
  expect(await operations(connection, 2)).toEqual(['RATE_LIMITED', 'RATE_LIMITED']);

  // Another address is not concerned, and an X-Forwarded-For of nobody trusted makes none.
  expect(await post({ localAddress: '127.0.0.2' })).toMatchObject({ status: 200 });
  expect(await post({ forwardedFor: '192.0.2.1' })).toMatchObject({ status: 429 });
  expect((await fetch(`${app.url}/healthz`)).status).toBe(200);
  connection.socket.terminate();
});

test('one token draws from one bucket, wherever it is used', async () => {
  await start({ REQUESTS_PER_MINUTE_PER_TOKEN: '6' });
  const connection = await connect(app.url, VIEWER_TOKEN);
  expect(await operations(connection, 3)).toEqual([null, null, null]);
  const elsewhere = await statuses(5, { localAddress: '127.0.0.2' });
  expect(counted(elsewhere)).toEqual({ 200: 3, 429: 2 });
  expect(await post()).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
  expect(await post({ token: ADMIN_TOKEN })).toMatchObject({ status: 200 });
  connection.socket.terminate();
});

test('behind a trusted proxy the client is counted, not the proxy', async () => {
  await start({ REQUESTS_PER_MINUTE_PER_ADDRESS: '2', TRUSTED_PROXIES: '127.0.0.1, 10.0.0.0/8' });
  for (const forwardedFor of ['192.0.2.1', '192.0.2.2', '203.0.113.9, 192.0.2.3, 10.1.2.3']) {
    expect(await statuses(3, { forwardedFor })).toEqual([200, 200, 429]);
  }
  // Addresses that the client puts before its own do not help it.
  expect(await post({ forwardedFor: '198.51.100.7, 192.0.2.3' })).toMatchObject({ status: 429 });
  // An address that is no proxy's is not believed.
  const stranger = { localAddress: '127.0.0.9' };
  expect(await statuses(2, { ...stranger, forwardedFor: '192.0.2.50' })).toEqual([200, 200]);
  expect(await post({ ...stranger, forwardedFor: '192.0.2.51' })).toMatchObject({ status: 429 });
});
