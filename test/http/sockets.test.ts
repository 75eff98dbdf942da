/** @long */
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { TestApp } from '../support/app.js';
import { useApp } from '../support/use-app.js';
import { createCampaign, createOpenPoll } from '../support/factories.js';
import { PROGRESS } from '../support/progress.js';
import { overHttp } from '../support/requests.js';
import { waitForOutput } from '../support/process.js';
import { waitFor } from '../support/wait.js';
import { frame, PING, PONG, RawSocket, TEXT } from './support/raw-socket.js';
import { closed, connect, initMessage, subscribeMessage, upgrade, type Upgrade } from './support/upgrade.js';

const app = useApp({ run: ['api'], environment: { CORS_ORIGINS: 'https://dashboard.example' } });
let campaignId: string;
beforeAll(async () => {
  campaignId = await createCampaign(app.client(), await createOpenPoll(app.client()));
});

/** A socket may send 300 messages between two looks at it: of so many at least 301 come between two. */
const TOO_MANY = 2 * 300 + 1;

const MALFORMED: [string, () => Buffer[], number][] = [
  ['a frame with an unknown opcode', () => [frame(0x3)], 1002],
  ['a frame with a reserved bit', () => [frame(TEXT, '{}', { reserved: 0x40 })], 1002],
  ['a frame that is not masked', () => [frame(TEXT, '{}', { masked: false })], 1002],
  ['a continuation of nothing', () => [frame(0x0, '{}')], 1002],
  ['a ping in parts', () => [frame(PING, 'x', { final: false })], 1002],
  ['text that is no UTF-8', () => [frame(TEXT, Buffer.from([0xc3, 0x28]))], 1007],
  ['a frame that announces 1 GiB', () => [Buffer.from([0x81, 0xff, 0, 0, 0, 0, 0x40, 0, 0, 0])], 1009],
  [
    'a message of 17,000 parts',
    () => [frame(TEXT, 'x', { final: false }), ...parts(17_000), frame(0x0, 'x')],
    1008,
  ],
  ['text that is no JSON', () => [frame(TEXT, 'hello')], 4400],
  ['a message without a type', () => [frame(TEXT, '{}')], 4400],
  ['a message of an unknown type', () => [frame(TEXT, '{"type":"shutdown"}')], 4400],
  ['a subscription before the token', () => [frame(TEXT, subscribeMessage('1', '{ __typename }'))], 4401],
  ['a second initialisation', () => [frame(TEXT, initMessage()), frame(TEXT, initMessage())], 4429],
  ['too many pongs that nobody asked for', () => Array.from({ length: TOO_MANY }, () => frame(PONG)), 1008],
  [
    'too many pings of GraphQL',
    () => Array.from({ length: TOO_MANY }, () => frame(TEXT, '{"type":"ping"}')),
    1008,
  ],
];

function parts(count: number): Buffer[] {
  return Array.from({ length: count }, () => frame(0x0, 'x', { final: false }));
}

describe('a WebSocket is closed with the code of the protocol for', () => {
  test.each(MALFORMED)('%s', async (_case, frames, code) => {
    const raw = await RawSocket.open(app.url);
    raw.send(...frames());
    expect(await raw.closeCode).toBe(code);
  });

  test('a message of 10 MiB', async () => {
    const { socket } = await connect(app.url);
    const code = closed(socket);
    socket.send(
      subscribeMessage('1', `{ polls { totalCount } } #${'x'.repeat(10 * 1024 * 1024)}`),
      () => undefined,
    );
    expect(await code).toBe(1009);
  });

  test.each<[string, string[]]>([
    ['17 KiB before the token', ['x'.repeat(17 * 1024)]],
    ['two pings of 9 KiB before the token', ['x', 'x'].map((letter) => letter.repeat(9 * 1024))],
  ])('%s', async (_case, payloads) => {
    const { socket } = await upgrade(app.url);
    if (!socket) throw new Error('The upgrade was refused.');
    const answers: string[] = [];
    socket.on('message', (data: Buffer) => answers.push(data.toString()));
    for (const payload of payloads) socket.send(JSON.stringify({ type: 'ping', payload: { payload } }));
    expect(await closed(socket)).toBe(1009);
    expect(answers.length).toBeLessThan(payloads.length);
  });

  test('5 MiB at once, of which each message is allowed', async () => {
    const { socket, messages } = await connect(app.url);
    const message = JSON.stringify({ type: 'ping', payload: { text: 'x'.repeat(1024 * 1024 - 100) } });
    let sent = 0;
    const send = () => {
      sent += 1;
      socket.send(message, () => undefined);
    };
    // Always five on their way, so that a slow machine has more of them in a second than are allowed, too.
    socket.on('message', send);
    for (let first = 0; first < 5; first += 1) send();
    expect(await closed(socket)).toBe(1009);
    expect(messages.filter(({ type }) => type === 'pong').length).toBeLessThan(sent);
  });

  test('a client that does not say who it is', async () => {
    const { socket } = await upgrade(app.url);
    if (!socket) throw new Error('The upgrade was refused.');
    expect(await closed(socket)).toBe(4408);
  });
});

test('a burst of pings of the protocol is cut off, as their answers would heap up', async () => {
  const raw = await RawSocket.open(app.url);
  raw.send(...Array.from({ length: TOO_MANY }, () => frame(PING)));
  expect(await raw.closeCode).toBe(1006);
});

test('none of this is told on the console or with an inside', () => {
  expect(app.output()).not.toMatch(/Internal error|node_modules|stack/);
});

describe('an upgrade', () => {
  test.each<[string, Record<string, string>]>([
    ['no origin', {}],
    ['a listed origin', { origin: 'https://dashboard.example' }],
  ])('with %s is let in', async (_case, headers) => {
    const { socket, status } = await upgrade(app.url, { headers });
    expect(status).toBe(101);
    socket?.close();
  });

  test('with the origin of the API itself is let in', async () => {
    const { socket, status } = await upgrade(app.url, { headers: { origin: app.url } });
    expect(status).toBe(101);
    socket?.close();
  });

  test.each([
    'https://evil.example',
    'http://dashboard.example',
    'https://dashboard.example:8443',
    'null',
    'x',
  ])('with the origin %s is refused', async (origin) => {
    expect(await upgrade(app.url, { headers: { origin } })).toMatchObject({
      status: 403,
      code: 'FORBIDDEN_ORIGIN',
    });
  });

  test('of another path is refused', async () => {
    for (const path of ['/../healthz', '/nothing'])
      expect(await upgrade(app.url, {}, path)).toMatchObject({ status: 404, code: 'NOT_FOUND' });
  });
});

describe('one socket', () => {
  test('has at most 100 subscriptions at a time', async () => {
    const { socket, messages } = await connect(app.url);
    for (let id = 0; id < 101; id += 1) socket.send(subscribeMessage(String(id), PROGRESS, { campaignId }));
    const refused = await waitFor('a refusal', () => messages.find(({ type }) => type === 'error'));
    expect(refused).toMatchObject({
      id: '100',
      payload: [{ extensions: { code: 'TOO_MANY_SUBSCRIPTIONS' } }],
    });
    await waitFor('the others', () => messages.filter(({ type }) => type === 'next').length === 100);

    socket.send(JSON.stringify({ id: '0', type: 'complete' }));
    socket.send(subscribeMessage('again', PROGRESS, { campaignId }));
    await waitFor('one in its place', () =>
      messages.find(({ id, type }) => id === 'again' && type === 'next'),
    );
    socket.close();
  });

  test('may send as much again in each second', async () => {
    const { socket, messages } = await connect(app.url);
    const message = JSON.stringify({ type: 'ping', payload: { text: 'x'.repeat(900_000) } });
    const pongs = () => messages.filter(({ type }) => type === 'pong').length;
    for (let sent = 1; sent <= 4; sent += 1) {
      const sentAt = performance.now();
      socket.send(message);
      await waitFor('the answer, and a second', () => pongs() === sent && performance.now() - sentAt > 1000);
    }
    expect(socket.readyState).toBe(socket.OPEN);
    socket.close();
  });

  test('that asks and does not read is dropped, and nothing heaps up for it', async () => {
    // Each answer is as large as answers get, and 100 of them more than the buffers of the system hold.
    await app.database.query(
      "INSERT INTO poll (title, description) SELECT repeat('ł', 200), repeat('漢', 2000) FROM generate_series(1, 100)",
    );
    const { socket } = await connect(app.url, undefined, { perMessageDeflate: false });
    socket.pause();
    const query = '{ polls(first: 100) { nodes { title description questions { text } } } }';
    for (let id = 0; id < 100; id += 1) socket.send(subscribeMessage(String(id), query));
    const [process] = app.processes;
    if (!process) throw new Error('There is no process.');
    await waitForOutput(process, /a WebSocket was dropped: its client does not read/);
    const code = closed(socket);
    socket.resume();
    expect(await code).toBe(1006);
    await app.database.query('DELETE FROM poll WHERE description IS NOT NULL');
    expect((await overHttp(app.url, { query: '{ polls { totalCount } }' })).status).toBe(200);
  });
});

/** An upgrade that comes as far as ws, which refuses it. */
function failedHandshake(url: string): Promise<number | undefined> {
  const headers = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' };
  return new Promise((resolve, reject) => {
    request(`${url}/graphql`, { headers: { ...headers, 'sec-websocket-key': 'short' } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}

describe('a process', () => {
  const OTHER_ADDRESS = { localAddress: '127.0.0.2' };
  let own: TestApp;
  beforeAll(async () => {
    own = await TestApp.prepare({ environment: { MAX_SOCKETS: '5', MAX_SOCKETS_PER_ADDRESS: '3' } });
    await own.startApi('api');
  });
  afterAll(() => own.stop());

  /** A socket that says who it is, since one that does not is closed after a while. */
  async function enter(options = {}): Promise<Upgrade> {
    const entered = await upgrade(own.url, options);
    entered.socket?.send(initMessage());
    return entered;
  }

  function freeSeat(): Promise<Upgrade> {
    return waitFor('a free seat', async () => {
      const entered = await enter();
      return entered.status === 101 && entered;
    });
  }

  test('holds so many sockets of one address, and so many in all', async () => {
    const held = await Promise.all([1, 2, 3].map(() => enter()));
    expect(held.map(({ status }) => status)).toEqual([101, 101, 101]);
    expect(await upgrade(own.url)).toMatchObject({ status: 429, code: 'TOO_MANY_SOCKETS', retryAfter: '10' });

    const others = await Promise.all([1, 2].map(() => enter(OTHER_ADDRESS)));
    expect(others.map(({ status }) => status)).toEqual([101, 101]);
    expect(await upgrade(own.url, OTHER_ADDRESS)).toMatchObject({ status: 503, code: 'TOO_MANY_SOCKETS' });

    held[0]?.socket?.terminate();
    const next = await freeSeat();
    for (const { socket } of [...held, ...others, next]) socket?.terminate();
  });

  test('gives back the seats of upgrades that failed', async () => {
    for (let attempt = 0; attempt < 10; attempt += 1) {
      const failed = await upgrade(own.url, { headers: { origin: 'https://evil.example' } });
      expect(failed.status).toBe(403);
      // For want of a seat it would fail otherwise; the one before may still have its own.
      await waitFor('a failed handshake', async () => (await failedHandshake(own.url)) === 400);
    }
    (await freeSeat()).socket?.terminate();
  });
});
