import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import { Metrics } from '../../src/metrics/metrics.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Metrics of an app that has ended. @returns what they have watched */
function watched(): WeakRef<object> {
  const clients = { sockets: () => 0, subscribers: () => 0 };
  new Metrics(30).watchClients(clients);
  return new WeakRef(clients.sockets);
}

test('metrics are let go with their app, also in a process that runs others', async () => {
  const clients = watched();
  // A reference that was just made or read is kept for the rest of the turn.
  await setImmediate();
  collectGarbage();
  expect(clients.deref()).toBeUndefined();
});

test('each app of a process shows the metrics of Node beside its own', async () => {
  for (const metrics of [new Metrics(10), new Metrics(20)]) {
    const text = await metrics.render();
    expect(text).toMatch(/^process_cpu_seconds_total /m);
    expect(text).toMatch(/^pollcast_rate_limit_messages_per_second [12]0$/m);
  }
});
