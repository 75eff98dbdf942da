/** @long */
import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { FAULT_ANSWERS, type FaultHandle } from '@pollcast/bot-api-sandbox';
import { graphql } from '../../src/cli/graphql.js';
import { useApp } from '../support/use-app.js';
import { createCampaign, createOpenPoll, createUsers, startCampaign } from '../support/factories.js';
import {
  expectEventsToAddUp,
  PROGRESS,
  PROGRESS_FIELDS,
  watchCampaign,
  watchFields,
  type ProgressEvent,
  type Watch,
} from '../support/progress.js';
import { waitForOutput, type PollcastProcess } from '../support/process.js';
import { statementsOf } from '../support/statements.js';
import { startDatabaseProxy } from '../support/tcp-proxy.js';
import { waitFor } from '../support/wait.js';

const AUDIENCE = 60;
const SLOW = { pacing: { sendIntervalMs: 40 } };

const app = useApp({ run: [] });
/** Campaigns are started on B and worked by C; subscribers are on A unless a test says otherwise. */
let apiA: PollcastProcess;
let urlB: string;
let pollId: string;

beforeAll(async () => {
  urlB = await app.startApi();
  await app.startWorker();
  await app.startApi('api', { LOG_LEVEL: 'trace' }, 'own');
  apiA = lastStarted();
  await createUsers(app.database, AUDIENCE);
  pollId = await createOpenPoll(app.client(undefined, urlB));
  // What each change was, and when it was made: by then its transaction had not even ended.
  await app.database.query(`
    CREATE TABLE change (campaign_id bigint, version integer, at timestamptz);
    CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO change VALUES (NEW.id, NEW.version, NEW.updated_at);
      RETURN NULL;
    END $$;
    CREATE TRIGGER note_change AFTER UPDATE ON notification_campaign FOR EACH ROW EXECUTE FUNCTION note_change()`);
});

function lastStarted(): PollcastProcess {
  const [running] = app.processes.slice(-1);
  if (!running) throw new Error('No process has been started.');
  return running;
}

let id: string;
beforeEach(async () => {
  id = await createCampaign(app.client(undefined, urlB), pollId, SLOW);
});
afterEach(() => {
  app.sandbox.faults.clear();
});

/** Holds the answers to all reminders back: the campaign gets as far as the test lets it. */
function hold(): FaultHandle {
  return app.sandbox.faults.add({ answer: FAULT_ANSWERS.held });
}

async function startOnB(): Promise<void> {
  const { userErrors } = await startCampaign(app.client(undefined, urlB), id);
  expect(userErrors).toEqual([]);
}

async function statusInDatabase(): Promise<string | undefined> {
  const [campaign] = await app.database.query<{ status: string }>(
    'SELECT status FROM notification_campaign WHERE id = $1',
    [id],
  );
  return campaign?.status;
}

function firstEvent({ events }: Watch): Promise<ProgressEvent> {
  return waitFor('the first event', () => events[0]);
}

/** The connections on which API processes listen, as the server sees them. */
function listeners(): Promise<{ pid: number; port: number }[]> {
  return app.database.query(
    `SELECT pid, client_port AS port FROM pg_stat_activity
     WHERE datname = current_database() AND application_name LIKE 'pollcast listen%campaign_changed%' ORDER BY backend_start`,
  );
}

/** Until both have come back from what a test did to them before. */
function bothListeners(): ReturnType<typeof listeners> {
  return waitFor('both api processes to listen', async () => {
    const found = await listeners();
    return found.length === 2 && found;
  });
}

async function endListening(): Promise<void> {
  const pids = (await bothListeners()).map(({ pid }) => pid);
  await app.database.query('SELECT pg_terminate_backend(pid) FROM unnest($1::integer[]) pid', [pids]);
}

function expectWhole(events: ProgressEvent[]): void {
  expect(events.at(-1)).toMatchObject({ status: 'COMPLETED', sentUsers: AUDIENCE, pendingUsers: 0 });
  expectEventsToAddUp(events);
}

describe('a subscriber on api A of a campaign that is started on api B and worked by worker C', () => {
  const STEPS = 10;

  test('sees it from the start to the end, and each change', async () => {
    const gate = hold();
    let released = 0;
    const events: ProgressEvent[] = [];
    const subscription = app.client().subscribe(PROGRESS, {
      campaignId: id,
    });
    for await (const { campaignProgress } of subscription) {
      events.push(campaignProgress);
      if (events.length === 1) await startOnB();
      // Each of the first reminders is answered when the event of the one before it has come.
      else if (campaignProgress.sentUsers === released) {
        if (released === STEPS) gate.remove();
        else gate.release(1);
        released += 1;
      }
    }

    expectWhole(events);
    expect(events[0]).toMatchObject({ status: 'PENDING' });
    expect(events.filter(({ status }) => status === 'PROCESSING').length).toBeGreaterThanOrEqual(STEPS);
    const changes = await app.database.query<{ version: number }>(
      'SELECT version FROM change WHERE campaign_id = $1 ORDER BY version',
      [id],
    );
    expect(changes.length).toBeGreaterThan(STEPS);
    const last = events.at(-1)?.version ?? 0;
    expect(changes.filter(({ version }) => version > last)).toEqual([]);
  });
});

describe('when the connection on which api A listens breaks', () => {
  test('again and again, the subscriber sees all the same how the campaign goes on', async () => {
    const watch = watchCampaign(app.client(), id);
    await firstEvent(watch);
    const gate = hold();
    await startOnB();
    let released = 0;
    for (const more of [10, 20, 20]) {
      gate.release(more);
      released += more;
      await waitFor('more reminders', () => watch.events.at(-1)?.sentUsers === released);
      await endListening();
    }
    gate.remove();
    expectWhole(await watch.completed);
  });

  test('and the campaign ends before it is back, the subscriber still gets the final event', async () => {
    const watch = watchCampaign(app.client(), id);
    await firstEvent(watch);
    const gate = hold();
    await startOnB();
    gate.release(1);
    await waitFor('a reminder', () => watch.events.find(({ sentUsers }) => sentUsers > 0));
    await bothListeners();
    // While A is stopped it cannot come back, so that it certainly misses what is announced.
    apiA.kill('SIGSTOP');
    await endListening();
    gate.remove();
    await waitFor('the end', async () => (await statusInDatabase()) === 'COMPLETED');
    expect(watch.events.at(-1)?.status).toBe('PROCESSING');
    apiA.kill('SIGCONT');

    expectWhole(await watch.completed);
  });

  test('without a word, api A finds out by itself, and no final event is lost', async () => {
    const { proxy, url: through } = await startDatabaseProxy(app.database.url);
    const known = await bothListeners();
    const { url: urlA } = app;
    const url = await app.startApi('api', { DATABASE_URL: through });
    app.url = urlA;
    const running = lastStarted();
    const watch = watchCampaign(app.client(undefined, url), id);
    await firstEvent(watch);
    const added = (await listeners()).filter(({ pid }) => !known.some((one) => one.pid === pid));
    expect(added).toHaveLength(1);
    for (const { port } of added) proxy.silence(port);

    await startOnB();
    await waitFor('the end', async () => (await statusInDatabase()) === 'COMPLETED');
    expectWhole(await watch.completed);
    await waitForOutput(running, /The connection does not answer[^]*listening again/);
    running.kill('SIGTERM');
    expect(await running.exited).toBe(0);
    await proxy.close();
  });
});

describe('what an api process reads of a campaign that changes', () => {
  const CHANGES = 5;
  /** Events of one campaign come at most this close together. */
  const TICK_MS = 250;

  /** Changes the campaign and waits until every subscriber has seen it. */
  async function change(watches: Watch[]): Promise<void> {
    const [changed] = await app.database.query<{ version: number }>(
      'UPDATE notification_campaign SET failure_streak = failure_streak WHERE id = $1 RETURNING version',
      [id],
    );
    const version = changed?.version ?? Infinity;
    await waitFor('everybody to see it', () =>
      watches.every(({ events }) => (events.at(-1)?.version ?? 0) >= version),
    );
  }

  test.each([1, 50])('does not grow with its subscribers: %i', async (subscribers) => {
    const withPoll = graphql(`subscription ($campaignId: ID!) {
      campaignProgress(campaignId: $campaignId) { ${PROGRESS_FIELDS} campaign { topic { title } } }
    }`);
    const watches = Array.from({ length: subscribers }, () => watchFields(app.client(), id, withPoll));
    await Promise.all(watches.map(firstEvent));
    await change(watches);

    const oneByOne = await statementsOf(app, async () => {
      for (let index = 0; index < CHANGES; index += 1) await change(watches);
    });
    const startedAt = performance.now();
    const atOnce = await statementsOf(app, async () => {
      await app.database.query(
        `DO $$ BEGIN FOR i IN 1..100 LOOP
           UPDATE notification_campaign SET failure_streak = failure_streak WHERE id = ${id}; COMMIT;
         END LOOP; END $$`,
      );
      await change(watches);
    });
    expect(oneByOne.filter((sql) => sql.includes('FROM "notification_campaign"'))).toHaveLength(CHANGES);
    const polls = oneByOne.filter((sql) => sql.includes('FROM "poll"')).length;
    expect(polls).toBeGreaterThanOrEqual(CHANGES);
    // A subscriber whose event has not left yet asks a little later.
    expect(polls).toBeLessThanOrEqual(3 * CHANGES);
    // Once a tick, of which the first comes at once.
    const ticks = 2 + Math.floor((performance.now() - startedAt) / TICK_MS);
    expect(atOnce.filter((sql) => sql.includes('FROM "notification_campaign"')).length).toBeLessThanOrEqual(
      ticks,
    );

    await app.database.query(`UPDATE notification_campaign SET status = 'CANCELLED' WHERE id = $1`, [id]);
    for (const { completed } of watches) expect((await completed).at(-1)?.status).toBe('CANCELLED');
  });
});
