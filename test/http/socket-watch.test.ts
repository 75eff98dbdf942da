import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { pino } from 'pino';
import { WebSocket, WebSocketServer } from 'ws';
import { SocketWatch } from '../../src/http/sockets/watch.js';

const KIB = 1024;

let server: WebSocketServer;
let watch: SocketWatch;
beforeAll(async () => {
  // Only the watch's own: its seconds pass when the test says so, and the sockets are real.
  jest.useFakeTimers({
    doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'queueMicrotask', 'performance'],
  });
  watch = new SocketWatch(pino({ level: 'silent' }));
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
});
afterAll(() => {
  watch.close();
  jest.useRealTimers();
  server.close();
});

/** @returns the server's side of a new WebSocket */
async function connected(): Promise<WebSocket> {
  const { port } = server.address() as AddressInfo;
  const client = new WebSocket(`ws://127.0.0.1:${port}`);
  const [[socket]] = (await Promise.all([once(server, 'connection'), once(client, 'open')])) as [
    [WebSocket],
    unknown,
  ];
  watch.add(socket, '127.0.0.1');
  return socket;
}

test('all that comes before the token counts, in whatever second', async () => {
  const socket = await connected();
  expect(watch.takes(socket, 9 * KIB)).toBe(true);
  jest.advanceTimersByTime(2000);
  expect(watch.takes(socket, 9 * KIB)).toBe(false);
  expect(socket.readyState).toBe(socket.CLOSING);
  socket.terminate();
});

test('what comes after it counts for its second', async () => {
  const socket = await connected();
  watch.admit(socket);
  for (let second = 0; second < 3; second += 1) {
    expect(watch.takes(socket, 1500 * KIB)).toBe(true);
    jest.advanceTimersByTime(1000);
  }
  socket.terminate();
});
