/** @jobs @long */
import { expect } from '@jest/globals';
import type { TestApp } from '../support/app.js';
import { createOpenPoll, createUsers, followCampaign } from '../support/factories.js';
import type { PollcastProcess } from '../support/process.js';
import { waitFor } from '../support/wait.js';
import type { CampaignRun } from '../support/campaign-run.js';
import { deliveriesOf, tally } from '../support/record.js';
import { startOwnServer } from './support/own-server.js';
import { scenario } from '../support/scene.js';

/** What every installation begins with; the other tests send faster. Each repair of the reconciler is logged. */
const DEFAULTS = {
  MESSAGES_PER_SECOND: '28',
  CHUNK_INTERVAL_MS: '2000',
  SEND_INTERVAL_MS: '1000',
  LOG_LEVEL: 'debug',
};
/** What is done within the test is done without the reconciler. */
const NEVER_RECONCILES = { RECONCILE_INTERVAL_MS: '3600000' };
const AT_ONCE = { chunkIntervalMs: 0, sendIntervalMs: 200 };

interface Lease {
  number: number;
  token: string;
  attempts: number;
  hasRunOut: boolean;
}

async function leases(app: TestApp): Promise<Lease[]> {
  return app.database.query<Lease>(
    `SELECT number, lease_token AS token, attempts, lease_expires_at < clock_timestamp() AS "hasRunOut"
     FROM campaign_chunk WHERE state = 'RUNNING' ORDER BY number`,
  );
}

/** Whether leases that were taken before this moment could have run out by now without a heartbeat. */
async function instant(app: TestApp, sql: string): Promise<string> {
  const [row] = await app.database.query<{ at: string }>(`SELECT (${sql})::text AS at`);
  return row?.at ?? '';
}

async function isPast(app: TestApp, at: string): Promise<boolean> {
  const [row] = await app.database.query<{ past: boolean }>(
    'SELECT $1::timestamptz < clock_timestamp() AS past',
    [at],
  );
  return row?.past ?? true;
}

/** Chunks of the campaign to which a message was accepted after the first so many. */
async function chunksSentTo(app: TestApp, run: CampaignRun, first: number): Promise<Set<number>> {
  const chunkOf = new Map((await deliveriesOf(app, run.id)).map((row) => [row.chat_id, row.chunk_number]));
  return new Set(app.sandbox.messages.slice(first).map(({ chatId }) => chunkOf.get(String(chatId)) ?? -1));
}

async function kill(worker: PollcastProcess): Promise<void> {
  worker.kill('SIGKILL');
  await worker.exited;
}

async function endSessions(app: TestApp): Promise<number> {
  const ended = await app.database.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'pollcast worker session'`,
  );
  return ended.length;
}

function reconciliations(app: TestApp): number {
  return app.output().split('reconciled').length - 1;
}

scenario(
  'at default settings the chunks of a killed worker go on before their leases run out, without the reconciler',
  async (scene) => {
    const app = await scene.prepare({ environment: DEFAULTS });
    await app.startApi();
    const victim = await app.startWorker({}, 'own');
    // It goes on for longer than the other worker takes to start.
    const pacing = { chunkSize: 40, chunkIntervalMs: 0 };
    const run = await scene.start(app, { audience: 120, input: { pacing } });
    await run.accepted(6);
    const survivor = await app.startWorker();
    const held = await leases(app);
    expect(held.map(({ number }) => number)).toEqual([0, 1, 2]);

    await kill(victim);
    const runsOut = await instant(app, 'SELECT min(lease_expires_at) FROM campaign_chunk');
    const before = { sent: app.sandbox.messages.length, reconciliations: reconciliations(app) };
    await waitFor(
      'a message of each chunk',
      async () => (await chunksSentTo(app, run, before.sent)).size === 3,
    );

    expect(await isPast(app, runsOut)).toBe(false);
    expect(reconciliations(app)).toBe(before.reconciliations);
    expect(survivor.exitCode()).toBeNull();
    await run.end();
    await run.verify();
    // In flight, or settled but not yet written: one a chunk.
    expect(tally(await deliveriesOf(app, run.id)).UNCONFIRMED ?? 0).toBeLessThanOrEqual(3);
  },
);

scenario('chunks whose jobs are locked by the dead are worked when they are due', async (scene) => {
  const app = await scene.prepare({ environment: NEVER_RECONCILES, mongodbUrl: '' });
  await app.startApi();
  await app.startWorker();
  const pacing = { chunkSize: 10, chunkIntervalMs: 4000 };
  const run = await scene.start(app, { audience: 30, input: { pacing } });
  await run.settled(10);
  // But for one that the worker has taken already, shortly before its time.
  const locked = await app.database.query(
    `UPDATE agenda_jobs SET locked_at = now() + interval '1 day'
     WHERE name = 'send-chunk' AND next_run_at > now() AND locked_at IS NULL RETURNING id`,
  );
  expect(locked.length).toBeGreaterThan(0);
  expect(await run.end()).toMatchObject({ sentUsers: 30 });
  await run.verify();
  const left = await app.database.query(`SELECT FROM agenda_jobs WHERE name = 'send-chunk'`);
  expect(left).toHaveLength(locked.length);
});

scenario(
  'a campaign whose plan job could not be made, or is lost, is planned all the same',
  async (scene) => {
    const app = await scene.prepare({ environment: NEVER_RECONCILES });
    await app.startApi();
    const api = app.client();
    await createUsers(app.database, 5);
    const pollId = await createOpenPoll(api);
    const [campaign] = await app.database.query<{ id: string }>(
      `INSERT INTO notification_campaign (topic_id, message_template, chunk_size, chunk_interval_ms, send_interval_ms,
       status, started_at, progressed_at) VALUES ($1, 'Hello', 5, 0, 0, 'PROCESSING', now(), now()) RETURNING id`,
      [pollId],
    );
    await app.startWorker();
    const last = (await followCampaign(api, campaign?.id ?? '')).at(-1);
    expect(last).toMatchObject({ status: 'COMPLETED', sentUsers: 5 });
  },
);

scenario(
  'a worker that is killed while it plans holds up no campaign: its statement ends with it',
  async (scene) => {
    const app = await scene.prepare({ environment: NEVER_RECONCILES });
    await app.database.query(`
    CREATE FUNCTION take_long() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(60); RETURN NULL; END $$;
    CREATE TRIGGER take_long AFTER INSERT ON campaign_chunk FOR EACH STATEMENT EXECUTE FUNCTION take_long();
  `);
    await app.startApi();
    const victim = await app.startWorker({}, 'own');
    const run = await scene.start(app, { audience: 20 });
    await waitFor('the planning', async () => {
      const planning = await app.database.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`,
      );
      return planning.length > 0;
    });
    await app.startWorker();
    await kill(victim);
    await app.database.query('DROP FUNCTION take_long CASCADE');
    expect(await run.end()).toMatchObject({ sentUsers: 20 });
    await run.verify();
  },
);

scenario(
  'sessions that end while their workers live cost no chunk an attempt, and nobody a reminder',
  async (scene) => {
    const app = await scene.prepare({ environment: NEVER_RECONCILES });
    await app.startApi();
    await Promise.all([app.startWorker(), app.startWorker()]);
    const [bot] = app.sandbox.token.split(':');
    await app.database.query(`INSERT INTO rate_limit (bot, blocked_until) VALUES ($1, 'infinity')`, [bot]);
    const run = await scene.start(app, { audience: 40, input: { pacing: { chunkSize: 20, ...AT_ONCE } } });

    let ended = 0;
    for (let round = 0; round < 8; round += 1) {
      const held = await waitFor('both chunks to be claimed', async () => {
        const now = await leases(app);
        return now.length === 2 && now;
      });
      ended += await endSessions(app);
      await waitFor('the leases to be given up', async () => {
        const now = await leases(app);
        return held.every(({ token }) => now.every((lease) => lease.token !== token));
      });
    }
    await waitFor('both chunks to be claimed', async () => (await leases(app)).length === 2);
    expect(ended).toBeGreaterThanOrEqual(8);
    for (const { attempts } of await leases(app)) expect(attempts).toBeLessThanOrEqual(2);
    await app.database.query('DELETE FROM rate_limit');
    expect(await run.end()).toMatchObject({ sentUsers: 40 });
    await run.verify();
  },
);

scenario(
  'a worker whose session has ended sends nothing more under its leases, and goes on under a new session',
  async (scene) => {
    const app = await scene.prepare({ environment: NEVER_RECONCILES });
    await app.startApi();
    await app.startWorker();
    const run = await scene.start(app, { audience: 120, input: { pacing: { chunkSize: 60, ...AT_ONCE } } });
    for (let sent = 10; sent < 60; sent += 10) {
      await run.accepted(sent);
      const held = await leases(app);
      await endSessions(app);
      await waitFor('other leases', async () => {
        const now = (await leases(app)).map(({ token }) => token);
        return now.length === 2 && held.every(({ token }) => !now.includes(token));
      });
    }
    // Who was in flight is settled by the worker itself: it lives.
    expect(await run.end()).toMatchObject({ sentUsers: 120 });
    await run.verify();
  },
);

scenario(
  'a restart of PostgreSQL frees the locks of the living, who do not rob each other',
  async (scene) => {
    const database = await startOwnServer();
    const app = await scene.prepare({
      database,
      environment: { ...NEVER_RECONCILES, MESSAGES_PER_SECOND: '40' },
    });
    await app.startApi();
    await Promise.all([app.startWorker(), app.startWorker()]);
    const run = await scene.start(app, { audience: 200, input: { pacing: { chunkSize: 20, ...AT_ONCE } } });
    for (const [index, signal] of (['SIGINT', 'SIGKILL'] as const).entries()) {
      await run.accepted(50 * (index + 1));
      await database.crash(signal);
      // Nor does one that has not seen the server before.
      await app.startWorker();
    }
    await run.end();
    await run.verify();
    const robbed = app.output().match(/"releasedChunks":[1-9]\d*/g);
    expect(robbed).toBeNull();
  },
);

scenario(
  'a worker that stands still for most of its lease keeps its chunks: one heartbeat carries them',
  async (scene) => {
    const app = await scene.prepare({ environment: NEVER_RECONCILES });
    await app.startApi();
    const worker = await app.startWorker({}, 'own');
    await app.startWorker();
    const run = await scene.start(app, {
      audience: 60,
      input: { pacing: { chunkSize: 30, sendIntervalMs: 1000 } },
    });
    await run.accepted(6);
    const held = await leases(app);
    worker.kill('SIGSTOP');
    const nearlyOver = await instant(
      app,
      `SELECT min(lease_expires_at) - interval '5 s' FROM campaign_chunk`,
    );
    await waitFor('most of the lease to be over', () => isPast(app, nearlyOver));
    worker.kill('SIGCONT');
    const over = await instant(app, `SELECT max(lease_expires_at) FROM campaign_chunk`);
    await waitFor('the lease as it was to be over', () => isPast(app, over));
    const now = await leases(app);
    expect(now.map(({ token }) => token)).toEqual(held.map(({ token }) => token));
    expect(now.map(({ hasRunOut }) => hasRunOut)).toEqual(held.map(() => false));
    expect(await run.end()).toMatchObject({ sentUsers: 60 });
    await run.verify();
  },
);
