/** @jobs */
import { describe, expect } from '@jest/globals';
import { Client } from 'pg';
import { FAULT_ANSWERS } from '@pollcast/bot-api-sandbox';
import type { TestApp } from '../support/app.js';
import { testEnvironment } from '../support/environment.js';
import { waitForOutput } from '../support/process.js';
import { waitFor } from '../support/wait.js';
import { deliveriesOf, tally } from '../support/record.js';
import { startOwnServer } from './support/own-server.js';
import { scenario } from '../support/scene.js';

const AUDIENCE = 600;
const LEFT_IN_FLIGHT = 60;

/** What an idle worker says of a long outage: jobs that are elsewhere still come, but find no database. */
const IDLE_IN_VAIN = process.env.MONGODB_URL
  ? /a step of the reconciliation failed/
  : /could not be restarted yet/;

describe('PostgreSQL', () => {
  scenario(
    'is restarted, shut down at once and killed in the middle of a campaign, which goes on by itself',
    async (scene) => {
      const database = await startOwnServer();
      const app = await scene.prepare({
        database,
        environment: { LEASE_MS: '2000', RECONCILE_INTERVAL_MS: '500', MESSAGES_PER_SECOND: '60' },
      });
      const urls = [await app.startApi(), await app.startApi()];
      await app.startWorker();
      await app.startWorker();
      const run = await scene.start(app, { audience: AUDIENCE, urls });

      const signals = ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const;
      for (const [index, signal] of signals.entries()) {
        await run.settled(((index + 1) * AUDIENCE) / 5);
        await database.crash(signal);
      }

      await run.end();
      await run.verify();
      const counts = tally(await deliveriesOf(app, run.id));
      console.log(`three restarts of PostgreSQL: ${JSON.stringify(counts)}`);
      expect(counts.FAILED ?? 0).toBe(0);
      expect(counts.UNCONFIRMED ?? 0).toBeLessThanOrEqual(signals.length * LEFT_IN_FLIGHT);
      expect(app.processes.map(({ exitCode }) => exitCode())).toEqual([null, null, null, null]);
    },
  );

  scenario(
    'ends the connections on which the API listens, again and again: no final event is lost',
    async (scene) => {
      const app = await scene.prepare({ environment: { MESSAGES_PER_SECOND: '100' } });
      const urls = [await app.startApi(), await app.startApi()];
      await app.startWorker();
      // The campaign does not end before each has had to come back.
      const held = app.sandbox.faults.add({ after: 200, answer: FAULT_ANSWERS.held });
      const run = await scene.start(app, { audience: 300, urls });

      let ended = 0;
      while (!(await run.isOver())) {
        ended += await endConnections(app, `application_name LIKE 'pollcast listen %'`);
        if (ended > 3 * urls.length) held.remove();
      }
      expect(await run.end()).toMatchObject({ sentUsers: 300 });
      await run.verify();
      console.log(`${ended} listening connections ended`);
      expect(ended).toBeGreaterThan(3 * urls.length);
    },
  );

  scenario(
    'ends the connections of workers in the middle of statements, again and again: nothing is lost',
    async (scene) => {
      const app = await scene.prepare({
        environment: { LEASE_MS: '5000', RECONCILE_INTERVAL_MS: '500', MESSAGES_PER_SECOND: '100' },
      });
      await app.startApi();
      await app.startWorker();
      await app.startWorker();
      const run = await scene.start(app, { audience: 400, input: { pacing: { chunkSize: 40 } } });

      let ended = 0;
      for (let settled = 20; settled < 400; settled += 10) {
        await run.settled(settled);
        await waitFor('a statement to interrupt', async () => {
          const count = await endConnections(
            app,
            `application_name = 'pollcast engine' AND state = 'active'`,
          );
          ended += count;
          return count > 0 || run.isOver();
        });
      }
      expect(ended).toBeGreaterThan(0);
      // Whatever was being written is written again, and what was claimed for nobody is put back.
      expect(await run.end()).toMatchObject({ sentUsers: 400 });
      await run.verify();
      console.log(`${ended} statements interrupted`);
    },
  );

  scenario(
    'admits nobody for longer than an idle worker waits for a job: no process ends, and a campaign is worked',
    async (scene) => {
      const app = await scene.prepare({
        environment: { LEASE_MS: '3000', RECONCILE_INTERVAL_MS: '300', MESSAGES_PER_SECOND: '100' },
      });
      await app.startApi();
      const worker = await app.startWorker();
      const name = new URL(app.database.url).pathname.slice(1);
      const admin = new Client({ connectionString: testEnvironment().adminUrl });
      await admin.connect();
      try {
        await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
        await endConnections(app, `application_name LIKE 'pollcast%'`);
        await waitForOutput(worker, IDLE_IN_VAIN);
      } finally {
        await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
        await admin.end();
      }
      const run = await scene.start(app, { audience: 100, input: { pacing: { chunkSize: 40 } } });
      expect(await run.end()).toMatchObject({ sentUsers: 100 });
      await run.verify();
      expect(app.processes.map(({ exitCode }) => exitCode())).toEqual([null, null]);
    },
  );

  async function endConnections(app: TestApp, condition: string): Promise<number> {
    const ended = await app.database.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND ${condition}`,
    );
    return ended.length;
  }
});
