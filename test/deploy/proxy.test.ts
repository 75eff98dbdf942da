import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import {
  createServer,
  request,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestOptions,
  type Server,
  type ServerResponse,
} from 'node:http';
import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ApiClient } from '../../src/cli/api-client.js';
import { graphql } from '../../src/cli/graphql.js';
import { projectPath } from '../../src/config/paths.js';
import { ADMIN_TOKEN } from '../support/app.js';
import { useApp } from '../support/use-app.js';
import { createCampaign, createOpenPoll, createUsers, startCampaign } from '../support/factories.js';
import { followProcess } from '../support/process.js';
import { watchCampaign } from '../support/progress.js';
import { codeOf } from '../support/requests.js';
import { waitFor } from '../support/wait.js';
import { startNameServer, type NameServer } from './name-server.js';
import { findNginx, startProxy, type Passage, type Proxy } from './proxy.js';

const nginx = findNginx();
// Any of 127.0.0.0/8 is this machine, on Linux.
const runnable = nginx !== undefined && process.platform === 'linux';
if (!runnable)
  console.warn('SKIPPED: the tests of deploy/nginx.conf need nginx on Linux (apt-get install nginx).');
const describeWithNginx = runnable ? describe : describe.skip;

// The addresses of the replicas. No other test listens there, so that nobody gets the port of the one that has ended.
const [FIRST, SECOND] = ['127.0.0.2', '127.0.0.3'];
const QUERY = graphql('{ polls(first: 1) { nodes { id } } }');
const MEBIBYTE = 1024 * 1024;
/** More than the buffers of the system hold. */
const LARGE = Buffer.alloc(64 * MEBIBYTE, 'x');
/** Of one address at once, as far as they are no WebSockets. */
const MAX_REQUESTS = 50;
const OTHER_ADDRESS = '127.0.0.9';
const HANDSHAKE = { connection: 'Upgrade', upgrade: 'websocket' };

describeWithNginx('the proxy before two replicas', () => {
  const app = useApp({ run: [] });
  let port: string;
  let names: NameServer;
  let proxy: Proxy;
  let api: ApiClient;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pollcast-proxied-'));
    ({ port } = new URL(await app.startApi('start', { HOST: FIRST })));
    await app.startApi('start', { HOST: SECOND, PORT: port });
    names = await startNameServer([FIRST]);
    proxy = await startProxy(nginx ?? '', `api:${port}`, { nameServerPort: names.port });
    api = app.client(undefined, proxy.url);
  });
  afterAll(async () => {
    await proxy.stop();
    names.close();
    await rm(folder, { recursive: true, force: true });
  });

  const upstreams = () => new Set(proxy.passed().flatMap(({ upstream }) => upstream ?? []));
  /** What the log says of the one request that is made, and of no other whose line may still come. */
  async function passage(ask: () => Promise<unknown>): Promise<Passage> {
    const before = proxy.passed().length;
    await ask();
    return waitFor('the log', () => proxy.passed()[before]);
  }

  test('finds a replica that was started later, and passes requests to both', async () => {
    await passage(async () => {
      expect(await api.run(QUERY)).toEqual({ polls: { nodes: [] } });
    });
    expect([...upstreams()]).toEqual([`${FIRST}:${port}`]);
    names.addresses = [FIRST, SECOND];
    await waitFor('both replicas', async () => {
      await passage(() => api.run(QUERY));
      return upstreams().size === 2;
    });
    expect([...upstreams()].sort()).toEqual([`${FIRST}:${port}`, `${SECOND}:${port}`]);
  });

  test('passes on the sign of life, the dashboard and the jobs, and answers everything else with 404 itself', async () => {
    await passage(async () => {
      expect((await fetch(`${proxy.url}/healthz`)).status).toBe(200);
    });
    for (const path of ['/', '/assets/a.js', '/favicon.svg', '/healthz', '/jobs', '/jobs/api', '/telegram']) {
      expect((await passage(() => statusOf(proxy, path))).upstream).toContain(`:${port}`);
    }
    const closed = ['/metrics', '/readyz', '/index.html', '/graphql/', '/healthz/x', '/jobsx', '//metrics'];
    const waysAround = ['/jobs/../metrics', '/jobs/%2e%2e/metrics', '/graphql/../readyz'];
    for (const path of [...closed, ...waysAround]) {
      expect(await passage(() => statusOf(proxy, path))).toMatchObject({ status: 404, upstream: undefined });
    }
  });

  test('answers what goes wrong in JSON, with a code', async () => {
    const nowhere = await startProxy(nginx ?? '', '127.0.0.4:9');
    try {
      const answers = await Promise.all([
        fetch(`${nowhere.url}/nothing`),
        fetch(`${nowhere.url}/graphql?${'x'.repeat(100_000)}`),
        fetch(`${nowhere.url}/graphql`, { headers: { 'x-large': 'x'.repeat(40_000) } }),
        fetch(`${nowhere.url}/graphql`),
      ]);
      const told = answers.map(async (answer) => [answer.status, codeOf((await answer.json()) as object)]);
      expect(await Promise.all(told)).toEqual([
        [404, 'NOT_FOUND'],
        [414, 'BAD_REQUEST'],
        [400, 'BAD_REQUEST'],
        [502, 'SERVICE_UNAVAILABLE'],
      ]);
    } finally {
      await nowhere.stop();
    }
  });

  test('passes compressed answers on', async () => {
    const schema = encodeURIComponent('{ __schema { types { name description } } }');
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, 'accept-encoding': 'br' };
    await passage(async () => {
      const response = await fetch(`${proxy.url}/graphql?query=${schema}`, { headers });
      expect([response.status, response.headers.get('content-encoding')]).toEqual([200, 'br']);
    });
  });

  test('refuses a body of more than 1 MiB itself, in the words of the API', async () => {
    const ask = (url: string, bytes: number) =>
      fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${ADMIN_TOKEN}` },
        body: Buffer.alloc(bytes, 'x'),
      });
    const post = (bytes: number) => passage(() => ask(proxy.url, bytes));
    expect(await post(MEBIBYTE + 1)).toMatchObject({ status: 413, upstream: undefined });
    await passage(async () => {
      const [ofProxy, ofApi] = await Promise.all([ask(proxy.url, MEBIBYTE + 1), ask(app.url, MEBIBYTE + 1)]);
      expect([ofProxy.status, await ofProxy.json()]).toEqual([ofApi.status, await ofApi.json()]);
      expect(ofProxy.headers.get('content-type')).toMatch(/^application\/json/);
    });
    const passed = await post(MEBIBYTE);
    expect(passed.status).not.toBe(413);
    expect(passed.upstream).toBeDefined();
  });

  test('passes what an installation is asked after a deployment', async () => {
    const tokenFile = join(folder, 'admin-token');
    await writeFile(tokenFile, `${ADMIN_TOKEN}\n`);
    const child = spawn(process.execPath, [projectPath('.ci', 'smoke-test.mjs'), proxy.url, tokenFile]);
    const asked = followProcess(child);
    expect([await asked.exited, asked.output()]).toEqual([0, expect.not.stringContaining('NOT OK')]);
    expect(asked.output().match(/^ok: /gm)).toHaveLength(7);
  });

  test('passes subscriptions, which go on at the other replica when their own one ends', async () => {
    await createUsers(app.database, 3);
    const id = await createCampaign(api, await createOpenPoll(api));
    // So many that each replica serves some of them.
    const watches = Array.from({ length: 12 }, () => watchCampaign(api, id));
    const completed = Promise.allSettled(watches.map((watch) => watch.completed));
    for (const { events } of watches) await waitFor('the first event', () => events[0]);

    const [first] = app.processes;
    first?.kill('SIGTERM');
    expect(await first?.exited).toBe(0);
    // The name server still knows the replica that has gone.
    for (let i = 0; i < 20; i++) await api.run(QUERY);
    await startCampaign(api, id);
    await completed;
    for (const { events } of watches) {
      expect(events.at(-1)).toMatchObject({ status: 'COMPLETED', sentUsers: 3 });
    }
    await waitFor('nginx to log the WebSockets that have ended', () => {
      const ended = proxy.passed().filter(({ status }) => status === 101);
      return ended.length > watches.length;
    });
  });
});

describeWithNginx('what the proxy tells the API', () => {
  let upstream: Server;
  let proxy: Proxy;
  let seen: IncomingHttpHeaders;
  const large: ServerResponse[] = [];
  const upstreamAddress = () => `127.0.0.1:${(upstream.address() as AddressInfo).port}`;
  beforeAll(async () => {
    upstream = createServer((incoming, response) => {
      seen = incoming.headers;
      if (incoming.url?.endsWith('?large')) large[large.push(response) - 1]?.end(LARGE);
      else if (incoming.url?.endsWith('?hang')) response.write('The beginning');
      else response.end();
    }).listen(0, '127.0.0.1');
    upstream.on('upgrade', (incoming, socket) => {
      seen = incoming.headers;
      socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n');
    });
    await once(upstream, 'listening');
    proxy = await startProxy(nginx ?? '', upstreamAddress());
  });
  afterAll(async () => {
    await proxy.stop();
    upstream.close();
  });

  test('the address of the client and not what the client says itself, the host it asked for, and a request id', async () => {
    await fetch(`${proxy.url}/graphql`, { headers: { 'x-forwarded-for': '203.0.113.7' } });
    expect(seen).toMatchObject({
      'x-forwarded-for': '127.0.0.1',
      host: new URL(proxy.url).host,
      'x-request-id': expect.stringMatching(/^[\da-f]{32}$/),
    });
    expect(seen).not.toHaveProperty('upgrade');
  });

  test('the client of a front proxy that is named, and not what that client says itself', async () => {
    const example = readFileSync(projectPath('deploy', 'front-proxy.conf'), 'utf8').match(/^# \w+ .*;$/gm);
    const frontProxy = example
      ?.map((line) => line.slice(2))
      .join('\n')
      .replace('172.18.0.1', '127.0.0.1');
    const behind = await startProxy(nginx ?? '', upstreamAddress(), { frontProxy });
    await fetch(`${behind.url}/graphql`, { headers: { 'x-forwarded-for': '192.0.2.1, 203.0.113.7' } });
    await behind.stop();
    expect(seen['x-forwarded-for']).toBe('203.0.113.7');
  });

  test('no more connections of one address than it may have', async () => {
    const narrow = await startProxy(nginx ?? '', upstreamAddress(), { maxConnections: 2 });
    const held = await Promise.all([1, 2].map(() => fetch(`${narrow.url}/graphql?hang`)));
    const refused = await fetch(`${narrow.url}/graphql`);
    expect([refused.status, codeOf((await refused.json()) as object)]).toEqual([429, 'TOO_MANY_SOCKETS']);
    for (const { body } of held) await body?.cancel();
    await waitFor('a free place', async () => (await fetch(`${narrow.url}/graphql`)).status === 200);
    await narrow.stop();
  });

  test('no more requests of one address than their bodies have room for, whatever they call themselves', async () => {
    const { hostname, port } = new URL(proxy.url);
    const lines = `POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-length: ${MEBIBYTE}\r\n\r\nThe beginning`;
    const slow = Array.from({ length: MAX_REQUESTS }, () => connect(Number(port), hostname));
    for (const socket of slow) socket.write(lines);
    await waitFor('the limit', async () => (await statusOf(proxy, '/graphql')) === 429);
    expect(slow.filter(({ bytesRead }) => bytesRead > 0)).toEqual([]);
    for (const [name, value] of Object.entries({ 'content-length': '1', 'transfer-encoding': 'chunked' }))
      expect(await statusOf(proxy, '/graphql', { ...HANDSHAKE, [name]: value })).toBe(429);
    // What the API says to a WebSocket here.
    expect(await statusOf(proxy, '/graphql', HANDSHAKE)).toBe(400);
    expect(await statusOf(proxy, '/graphql', {}, { localAddress: OTHER_ADDRESS })).toBe(200);
    for (const socket of slow) socket.destroy();
    await waitFor('a free place', async () => (await statusOf(proxy, '/graphql')) === 200);
  });

  test('when its answer is not read: the proxy keeps little of it', async () => {
    const asked = request(`${proxy.url}/graphql?large`, { agent: false }).end();
    const [unread] = (await once(asked, 'response')) as [IncomingMessage];
    // Meanwhile it passes on others, from the first byte to the last.
    for (let i = 0; i < 3; i += 1) await (await fetch(`${proxy.url}/graphql?large`)).arrayBuffer();
    const [first, ...others] = large;
    expect(others).toHaveLength(3);
    await waitFor('the others to be passed on', () =>
      others.every(({ writableFinished }) => writableFinished),
    );
    expect(first?.writableFinished).toBe(false);
    unread.destroy();
  });

  test('that a WebSocket is wanted', async () => {
    await statusOf(proxy, '/graphql', {
      ...HANDSHAKE,
      origin: 'https://example.org',
    });
    expect(seen).toMatchObject({
      connection: 'upgrade',
      upgrade: 'websocket',
      origin: 'https://example.org',
    });
  });
});

/** Asks for exactly this path, which fetch would tidy up. */
async function statusOf(
  { url }: Proxy,
  path: string,
  headers: Record<string, string> = {},
  options: RequestOptions = {},
): Promise<number> {
  const { hostname, port } = new URL(url);
  const asked = request({ ...options, hostname, port, path, headers }).end();
  const [response] = (await once(asked, 'response')) as [{ statusCode: number; resume: () => void }];
  response.resume();
  return response.statusCode;
}
