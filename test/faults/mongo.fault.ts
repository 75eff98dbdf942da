/** @jobs */
import { describe, expect } from '@jest/globals';
import { FAULT_ANSWERS } from '@pollcast/bot-api-sandbox';
import type { PollcastProcess } from '../support/process.js';
import { sendHalf } from '../support/requests.js';
import { waitFor } from '../support/wait.js';
import { startOwnFerretDb, type OwnFerretDb } from './support/own-ferretdb.js';
import { deliveriesOf, tally } from '../support/record.js';
import { scenario, type Scene } from '../support/scene.js';

const AUDIENCE = 500;
const ENVIRONMENT = { LEASE_MS: '2000', RECONCILE_INTERVAL_MS: '500', MESSAGES_PER_SECOND: '60' };
const CHUNKS = { pacing: { chunkSize: 25 } };

const { FERRETDB: program = '' } = process.env;
if (!program) console.log('!!! SKIPPED: there is no FERRETDB that the test may kill: use .ci/ferretdb !!!');

/** Resolves when the job queue of the worker reports that MongoDB does not answer. */
async function anotherError({ output }: PollcastProcess): Promise<void> {
  const count = () => output().split('the job queue reported an error').length;
  const before = count();
  await waitFor('the job queue to report an error', () => count() > before);
}

/** Its job queue is being restarted from now on, which cannot succeed without its storage. */
async function anotherRestart(running: PollcastProcess): Promise<void> {
  const count = () => running.output().split('restarting the job queue').length;
  const before = count();
  await waitFor('another restart of the job queue', () => count() > before);
}

async function expectToStop(running: PollcastProcess): Promise<void> {
  running.kill('SIGTERM');
  expect(await running.exited).toBe(0);
}

/** A scenario whose jobs are in a FerretDB of its own. */
function scenarioWithMongo(name: string, play: (scene: Scene, mongo: OwnFerretDb) => Promise<void>): void {
  scenario(name, async (scene) => {
    const mongo = await startOwnFerretDb(program);
    scene.afterwards(() => mongo.remove());
    try {
      await play(scene, mongo);
    } finally {
      await mongo.revive();
    }
  });
}

(program ? describe : describe.skip)('the MongoDB of the jobs', () => {
  scenarioWithMongo(
    'is shut down, killed and frozen in the middle of a campaign, which goes on by itself',
    async (scene, mongo) => {
      const app = await scene.prepare({ mongodbUrl: mongo.url, environment: ENVIRONMENT });
      await app.startApi();
      const workers = [await app.startWorker(), await app.startWorker()];
      const run = await scene.start(app, { audience: AUDIENCE, input: CHUNKS });

      for (const [index, signal] of (['SIGTERM', 'SIGKILL'] as const).entries()) {
        await run.settled(((index + 1) * AUDIENCE) / 5);
        await mongo.end(signal);
        await run.settled(((index + 1.5) * AUDIENCE) / 5);
        await mongo.start();
      }
      await run.settled((3 * AUDIENCE) / 5);
      mongo.signal('SIGSTOP');
      await Promise.all(workers.map(anotherError));
      mongo.signal('SIGCONT');

      expect(await run.end()).toMatchObject({ failedUsers: 0 });
      await run.verify();
      console.log(`MongoDB away three times: ${JSON.stringify(tally(await deliveriesOf(app, run.id)))}`);
      expect(app.processes.map(({ exitCode }) => exitCode())).toEqual([null, null, null]);
    },
  );

  scenarioWithMongo(
    'is away when a campaign is started, and when workers stop: nothing fails, and it is made up for',
    async (scene, mongo) => {
      const app = await scene.prepare({ mongodbUrl: mongo.url, environment: ENVIRONMENT });
      await app.startApi();
      const [first, second] = [await app.startWorker({}, 'own'), await app.startWorker({}, 'own')];
      await mongo.end('SIGKILL');
      const run = await scene.start(app, { audience: 600, input: CHUNKS });
      await mongo.start();
      await run.accepted(60);

      await mongo.end('SIGKILL');
      await anotherRestart(first);
      await expectToStop(first);
      await mongo.start();
      await run.accepted(120);
      mongo.signal('SIGSTOP');
      await anotherRestart(second);
      await expectToStop(second);
      mongo.signal('SIGCONT');

      await app.startWorker();
      expect(await run.end()).toMatchObject({ sentUsers: 600, unconfirmedUsers: 0 });
      await run.verify();
    },
  );

  scenarioWithMongo(
    'is frozen when a process stops whose clients and messages are waited for: it ends in time all the same',
    async (scene, mongo) => {
      const app = await scene.prepare({ mongodbUrl: mongo.url, environment: ENVIRONMENT });
      const url = await app.startApi('start', {}, 'own');
      const [both] = app.processes as [PollcastProcess];
      const held = app.sandbox.faults.add({ after: 20, answer: FAULT_ANSWERS.held });
      await scene.start(app, { audience: 300, input: CHUNKS });
      await app.sandbox.waitUntil(() => held.hits > 0);
      const halfSent = await sendHalf(url);
      mongo.signal('SIGSTOP');
      await expectToStop(both);
      halfSent.destroy();
      held.remove();
    },
  );
});
