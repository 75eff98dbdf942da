/** @jobs */
import { expect } from '@jest/globals';
import { FAULT_ANSWERS, type FaultHandle } from '@pollcast/bot-api-sandbox';
import type { TestApp } from '../support/app.js';
import { runningChunks } from '../support/work-under-way.js';
import { waitForOutput, type PollcastProcess } from '../support/process.js';
import { waitFor } from '../support/wait.js';
import { deliveriesOf, tally } from '../support/record.js';
import type { CampaignRun } from '../support/campaign-run.js';
import { scenario } from '../support/scene.js';

/** Far longer than a test takes: nothing that waits for a lease or the reconciler ends in time. */
const PATIENT = { LEASE_MS: '600000', RECONCILE_INTERVAL_MS: '600000', MESSAGES_PER_SECOND: '100' };

/** How long it may take is measured in the benchmarks. */
function terminate(worker: PollcastProcess): Promise<number | null> {
  worker.kill('SIGTERM');
  return worker.exited;
}

/** One request of a chunk at a time: while its answer is held nothing more is sent of it, unless the worker goes on. */
const ONE_BY_ONE = { chunkSize: 50, sendIntervalMs: 1 };
const CHUNKS = 10;

/** Holds the answers to all reminders back from now on, until every chunk waits for one. */
async function holdAnswers({ sandbox }: TestApp): Promise<FaultHandle> {
  const held = sandbox.faults.add({ answer: FAULT_ANSWERS.held });
  await sandbox.waitUntil(() => held.hits >= CHUNKS);
  return held;
}

function sends({ sandbox }: TestApp): number {
  return sandbox.calls.filter(({ method }) => method === 'sendMessage').length;
}

/**
 * Tells a worker to stop whose answers are held back, and lets them go when all that it had claimed by then has been
 * sent or given back: what is sent after that should not be.
 */
async function terminateHeld(
  app: TestApp,
  run: CampaignRun,
  worker: PollcastProcess,
): Promise<number | null> {
  const held = await holdAnswers(app);
  const ending = terminate(worker);
  await waitForOutput(worker, /received SIGTERM/);
  await waitFor('what was on its way', async () => {
    const { SENDING = 0, PENDING = 0 } = tally(await deliveriesOf(app, run.id));
    return SENDING === held.hits && PENDING > 0;
  });
  const before = sends(app);
  held.remove();
  const ended = await ending;
  expect(sends(app)).toBe(before);
  return ended;
}

scenario(
  'SIGTERM: no further send, every answer is settled, the leases are released, another worker goes on',
  async (scene) => {
    const app = await scene.prepare({ environment: PATIENT, sandbox: { latencyMs: 100 } });
    await app.startApi();
    const first = await app.startWorker({}, 'own');
    const run = await scene.start(app, { audience: 50 * CHUNKS, input: { pacing: ONE_BY_ONE } });
    await run.accepted(120);

    const code = await terminateHeld(app, run, first);
    expect(code).toBe(0);
    expect(await runningChunks(app.database)).toBe(0);
    const settled = tally(await deliveriesOf(app, run.id));
    expect(settled).toEqual({
      SENT: app.sandbox.messages.length,
      PENDING: 500 - app.sandbox.messages.length,
    });

    await app.startWorker();
    expect(await run.end()).toMatchObject({ sentUsers: 500, unconfirmedUsers: 0 });
    await run.verify();
  },
);

scenario('SIGTERM of one of two workers: the other takes its chunks over at once', async (scene) => {
  const app = await scene.prepare({ environment: PATIENT, sandbox: { latencyMs: 20 } });
  await app.startApi();
  const [first] = [await app.startWorker({}, 'own'), await app.startWorker()];
  const run = await scene.start(app, { audience: 600, input: { pacing: { chunkSize: 50 } } });
  await run.accepted(150);

  const code = await terminate(first);
  expect(code).toBe(0);
  expect(await run.end()).toMatchObject({ sentUsers: 600, unconfirmedUsers: 0 });
  await run.verify();
});

scenario(
  'SIGTERM while an answer hangs: the worker ends in time, and that delivery is UNCONFIRMED',
  async (scene) => {
    const app = await scene.prepare({ environment: PATIENT, sandbox: { latencyMs: 20 } });
    await app.startApi();
    const worker = await app.startWorker({}, 'own');
    const victim = 1_000_010;
    const hang = app.sandbox.faults.add({ chatId: victim, answer: FAULT_ANSWERS.hangAfter });
    const run = await scene.start(app, { audience: 300, input: { pacing: { chunkSize: 50 } } });
    await app.sandbox.waitUntil(() => hang.hits === 1);
    await run.accepted(100);

    const code = await terminate(worker);
    expect(code).toBe(0);
    const deliveries = await deliveriesOf(app, run.id);
    expect(deliveries.filter(({ status }) => status === 'UNCONFIRMED').map(({ user_id }) => user_id)).toEqual(
      [String(victim)],
    );

    await app.startWorker();
    expect(await run.end()).toMatchObject({ sentUsers: 299, unconfirmedUsers: 1 });
    await run.verify();
  },
);

for (const method of ['getMe', 'getUpdates']) {
  scenario(`SIGTERM while ${method} hangs: the worker ends in time`, async (scene) => {
    const app = await scene.prepare({ environment: PATIENT });
    const hang = app.sandbox.faults.add({ method, answer: FAULT_ANSWERS.hangBefore });
    await app.startApi();
    const worker = await app.startWorker({}, 'own');
    const run = await scene.start(app, { audience: 20 });
    await app.sandbox.waitUntil(() => hang.hits > 0);

    const code = await terminate(worker);
    expect(code).toBe(0);

    app.sandbox.faults.clear();
    await app.startWorker();
    expect(await run.end()).toMatchObject({ sentUsers: 20, unconfirmedUsers: 0 });
    await run.verify();
  });
}

scenario(
  'SIGTERM while the answer to somebody hangs who wrote to the bot: no further send, and an end in time',
  async (scene) => {
    const app = await scene.prepare({ environment: PATIENT, sandbox: { latencyMs: 20 } });
    const writer = 7_000_001;
    const hang = app.sandbox.faults.add({ chatId: writer, answer: FAULT_ANSWERS.hangBefore });
    await app.startApi();
    const worker = await app.startWorker({}, 'own');
    app.sandbox.userSays(writer, '/stop');
    await app.sandbox.waitUntil(() => hang.hits > 0);
    const run = await scene.start(app, { audience: 50 * CHUNKS, input: { pacing: ONE_BY_ONE } });
    await run.accepted(50);

    const code = await terminateHeld(app, run, worker);
    expect(code).toBe(0);

    app.sandbox.faults.clear();
    await app.startWorker();
    expect(await run.end()).toMatchObject({ sentUsers: 500, unconfirmedUsers: 0 });
    await run.verify([writer]);
  },
);
