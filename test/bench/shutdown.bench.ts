import { expect } from '@jest/globals';
import { FAULT_ANSWERS } from '@pollcast/bot-api-sandbox';
import { scenario } from '../support/scene.js';

/** What container runtimes give a process before they kill it, and what the README promises. */
const GRACE_MS = 10_000;
const CHUNKS = 10;

scenario('a worker whose answers do not come ends within the time that it is given', async (scene) => {
  const app = await scene.prepare({ environment: { MESSAGES_PER_SECOND: '100' } });
  await app.startApi();
  const worker = await app.startWorker();
  const run = await scene.start(app, {
    audience: 50 * CHUNKS,
    input: { pacing: { chunkSize: 50, sendIntervalMs: 1 } },
  });
  await run.accepted(50);
  const held = app.sandbox.faults.add({ answer: FAULT_ANSWERS.held });
  await app.sandbox.waitUntil(() => held.hits >= CHUNKS);
  const askedAt = performance.now();
  worker.kill('SIGTERM');
  expect(await worker.exited).toBe(0);
  const ratio = (performance.now() - askedAt) / GRACE_MS;
  console.log(`ended after ${ratio.toFixed(2)} of the ${GRACE_MS / 1000} s that it has`);
  held.remove();
  expect(ratio).toBeLessThan(1);
});
