import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { request } from 'node:http';
import { expect, test } from '@jest/globals';
import { useApp } from '../support/use-app.js';
import { waitFor } from '../support/wait.js';

const STRANGER = '127.0.0.66';
const PROXY = '127.0.0.67';
/** Three WebSockets and 300 others. */
const LIMIT = 303;

const app = useApp({
  run: ['api'],
  environment: { MAX_SOCKETS: '50', MAX_SOCKETS_PER_ADDRESS: '3', TRUSTED_PROXIES: `${PROXY}/32` },
});

/** Opens a connection and asks for a sign of life over it. @returns the connection, once answered or closed */
async function ask(localAddress: string): Promise<Socket> {
  const { hostname, port } = new URL(app.url);
  const socket = connect({ host: hostname, port: Number(port), localAddress });
  socket.on('error', () => undefined);
  socket.write('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n');
  await new Promise((resolve) => socket.once('data', resolve).once('close', resolve));
  return socket;
}

function open(count: number, localAddress: string): Promise<Socket[]> {
  return Promise.all(Array.from({ length: count }, () => ask(localAddress)));
}

const openOf = (sockets: Socket[]) => sockets.filter(({ closed, destroyed }) => !closed && !destroyed).length;

async function statusFrom(localAddress: string): Promise<number | undefined> {
  const asked = request(`${app.url}/healthz`, { localAddress, agent: false }).end();
  const [response] = (await once(asked, 'response')) as [{ statusCode: number; resume: () => void }];
  response.resume();
  return response.statusCode;
}

test('one address is limited in its connections, others are not', async () => {
  const held: Socket[] = [];
  // Idle connections are closed soon: on a slow machine the first have gone before the last come.
  await waitFor('a connection to be refused', async () => {
    held.push(...(await open(LIMIT + 20 - openOf(held), STRANGER)));
    expect(openOf(held)).toBeLessThanOrEqual(LIMIT);
    return held.some(({ destroyed, bytesRead }) => destroyed && bytesRead === 0);
  });
  expect(await statusFrom('127.0.0.1')).toBe(200);
  expect(app.output()).toContain('an address holds as many connections as it may');
  await waitFor('idle connections to be closed', () => openOf(held) === 0);
  expect(await statusFrom(STRANGER)).toBe(200);
});

test('a trusted proxy connects for many', async () => {
  const held = await open(LIMIT + 20, PROXY);
  expect(held.slice(-20).map(({ bytesRead }) => bytesRead > 0)).toEqual(Array(20).fill(true));
  for (const socket of held) socket.destroy();
});
