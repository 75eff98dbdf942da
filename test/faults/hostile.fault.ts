/** @long */
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  ask as askForLong,
  askWithoutReading,
  createLongCampaigns,
  templates,
} from '../http/support/unread.js';
import type { TestApp } from '../support/app.js';
import { waitFor } from '../support/wait.js';
import { ask, attack, reconnect, expectRightAnswers, latencies, startAttackedApi } from './support/attack.js';

/** More than a process takes in all. */
const CONNECTIONS = 3500;
const STRANGER = '127.0.0.66';

let app: TestApp;
beforeAll(async () => {
  app = await startAttackedApi();
});
afterAll(() => app.stop());

test('under attack normal clients are answered, and each attack as it deserves', async () => {
  const startedAt = performance.now();
  const { isOver, answers } = attack(app);
  const [normal, reconnects] = await Promise.all([latencies(app, isOver), reconnect(app, isOver)]);
  expect(normal.length).toBeGreaterThan(0);
  expect(reconnects).toBeGreaterThan(0);
  expectRightAnswers(await answers, performance.now() - startedAt);
});

test('a stranger that holds connections keeps nobody out', async () => {
  const { hostname, port } = new URL(app.url);
  const held: Socket[] = [];
  let refused = 0;
  for (let index = 0; index < CONNECTIONS; index += 1) {
    const socket = connect({ host: hostname, port: Number(port), localAddress: STRANGER });
    socket.on('error', () => undefined).on('close', () => (refused += 1));
    socket.write('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n');
    held.push(socket.resume());
    if (index % 100 === 0) await ask(app, false);
  }
  await waitFor('connections to be refused', () => refused > CONNECTIONS / 2);
  await ask(app, false);
  for (const socket of held) socket.destroy();
});

test('answers that nobody reads are given up', async () => {
  await createLongCampaigns(app);
  const unread: Socket[] = [];
  await waitFor('the limit of the address', async () => {
    unread.push(askWithoutReading(app, templates(5)));
    return (await askForLong(app, templates(5)))[0] === 429;
  });
  // It reads nothing, and does not hang up either.
  const isFree = async () => (await askForLong(app, templates(5)))[0] === 200;
  await waitFor('the answers to be given up', isFree);
  for (const socket of unread) socket.destroy();
});
