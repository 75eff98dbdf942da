/** @long */
import { describe, expect } from '@jest/globals';
import { FAULT_ANSWERS } from '@pollcast/bot-api-sandbox';
import { graphql } from '../../src/cli/graphql.js';
import { scenario, type Scene } from '../support/scene.js';
import type { TestApp } from '../support/app.js';
import { nothingInFlight, runningChunks } from '../support/work-under-way.js';
import {
  campaign,
  createCampaign,
  createOpenPoll,
  createUsers,
  followCampaign,
  startCampaign,
} from '../support/factories.js';
import { watchFields } from '../support/progress.js';
import { waitFor } from '../support/wait.js';
import { change } from '../campaigns/operations.js';

/** Two workers, of which one serves the API as well. */
async function twoWorkers(scene: Scene, environment: Record<string, string>): Promise<TestApp> {
  const app = await scene.prepare({ environment });
  await Promise.all([app.startApi('start'), app.startWorker()]);
  return app;
}

/** Where in the order of all accepted messages those to these people came. */
function placesOf(app: TestApp, people: readonly string[]): number[] {
  const chats = new Set(people.map(Number));
  return app.sandbox.messages.flatMap(({ chatId }, place) => (chats.has(chatId) ? [place] : []));
}

const STOPS = [
  ['pauseCampaign', 'PAUSED'],
  ['cancelCampaign', 'CANCELLED'],
] as const;
for (const [mutation, status] of STOPS) {
  scenario(`${mutation} takes effect on every worker`, async (scene) => {
    const app = await twoWorkers(scene, { MESSAGES_PER_SECOND: '100' });
    const api = app.client();
    await createUsers(app.database, 1000);
    const id = await createCampaign(api, await createOpenPoll(api), { pacing: { chunkSize: 50 } });
    await startCampaign(api, id);
    await waitFor('both workers to send', async () => {
      const busy = await runningChunks(app.database);
      return busy > 1 && app.sandbox.messages.length > 100;
    });

    expect((await change(api, mutation, id)).campaign?.status).toBe(status);
    await waitFor('every chunk to be released', async () => (await runningChunks(app.database)) === 0);
    const { sentUsers, totalUsers } = await campaign(api, id);
    expect(sentUsers).toBe(app.sandbox.messages.length);
    expect(sentUsers).toBeLessThan(totalUsers);
  });
}

describe('the rate', () => {
  /** More than its share of the rate allows for while the small one runs. */
  const LARGE = 2000;
  const SMALL = 20;
  /**
   * Of the messages that leave while the small campaign runs, its own are at least this share: half of what its worker
   * gets would be a quarter of all, one chunk's part among 41 a fortieth.
   */
  const FAIR_SHARE = 0.1;

  scenario('is shared fairly: a small campaign does not wait for the large one before it', async (scene) => {
    const app = await twoWorkers(scene, { MESSAGES_PER_SECOND: '40' });
    const api = app.client();
    await createUsers(app.database, LARGE);
    const pacing = { chunkSize: 50 };
    const large = await createCampaign(api, await createOpenPoll(api), { pacing });
    await startCampaign(api, large);
    await app.sandbox.waitUntil(() => app.sandbox.messages.length > 40);

    const people = await createUsers(app.database, SMALL, 9_000_001);
    const pollId = await createOpenPoll(api);
    await app.database.query(
      `INSERT INTO poll_completion (poll_id, user_id) SELECT $1, id FROM telegram_user WHERE id < 9000001`,
      [pollId],
    );
    const small = await createCampaign(api, pollId, { pacing });
    await startCampaign(api, small);
    expect((await followCampaign(api, small)).at(-1)).toMatchObject({
      status: 'COMPLETED',
      sentUsers: SMALL,
    });

    const places = placesOf(app, people);
    const span = (places.at(-1) ?? 0) - (places[0] ?? 0) + 1;
    expect(SMALL / span).toBeGreaterThan(FAIR_SHARE);
    expect((await campaign(api, large)).status).toBe('PROCESSING');
  });

  /** Makes the bot wait for so long from now on. */
  async function blockBot(app: TestApp, interval: string): Promise<void> {
    await app.database.query('UPDATE rate_limit SET blocked_until = clock_timestamp() + $1::interval', [
      interval,
    ]);
  }

  scenario('serves those who talk to the bot before any campaign', async (scene) => {
    const app = await scene.prepare({ environment: { MESSAGES_PER_SECOND: '10' } });
    await app.startApi('start');
    const api = app.client();
    await createUsers(app.database, 100);
    const id = await createCampaign(api, await createOpenPoll(api), { pacing: { chunkSize: 10 } });
    await startCampaign(api, id);
    await app.sandbox.waitUntil(() => app.sandbox.messages.length > 10);

    await blockBot(app, '1 hour');
    const writer = 7_000_001;
    app.sandbox.userSays(writer, '/start');
    await waitFor('the writer to be heard', async () => {
      const heard = await app.database.query('SELECT FROM telegram_user WHERE id = $1', [writer]);
      return heard.length > 0;
    });
    await nothingInFlight(app.database);
    // By now the answer waits for a slot, and so do all chunks of the campaign.
    const before = app.sandbox.messages.length;
    await blockBot(app, '1 second');
    await app.sandbox.waitUntil(() => app.sandbox.messagesTo(writer).length === 1);
    const first = app.sandbox.messages[before];
    expect(first?.chatId).toBe(writer);
  });
});

describe('somebody who writes again and again', () => {
  const WRITES = 40;
  /** Keeps the turns of a chat that lie a second apart; a turn may move to a later slot of the bot. Requests themselves arrive through a network stack and two event loops. */
  const KEEP_TURNS = `
    CREATE TABLE turn_taken (chat_id bigint);
    CREATE FUNCTION keep_turn() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF TG_OP = 'INSERT' OR NEW.next_at >= OLD.next_at + interval '1 second' THEN
        INSERT INTO turn_taken VALUES (NEW.chat_id);
      END IF;
      RETURN NULL;
    END $$;
    CREATE TRIGGER keep_turn AFTER INSERT OR UPDATE ON chat_pacing FOR EACH ROW EXECUTE FUNCTION keep_turn();
  `;
  const TURNS = 'SELECT count(*)::integer AS turns FROM turn_taken WHERE chat_id = $1';

  scenario('gets one answer a second, the newest, and holds up nobody', async (scene) => {
    const app = await twoWorkers(scene, { MESSAGES_PER_SECOND: '50' });
    const api = app.client();
    await app.database.query(KEEP_TURNS);
    await createUsers(app.database, 200);
    const id = await createCampaign(api, await createOpenPoll(api));
    const writer = 7_000_001;
    const writeOften = () => {
      for (let write = 1; write < WRITES / 2; write += 1) app.sandbox.userSays(writer, '/start');
    };
    writeOften();
    await startCampaign(api, id);
    await app.sandbox.waitUntil(() => app.sandbox.messagesTo(writer).length > 0);
    writeOften();
    app.sandbox.userSays(writer, '/stop');
    expect((await followCampaign(api, id)).at(-1)).toMatchObject({ status: 'COMPLETED' });
    const goodbye = () =>
      app.sandbox.messagesTo(writer).some(({ text }) => text.includes('no more reminders'));
    await waitFor('the answer to the last', goodbye);

    const answers = app.sandbox.messagesTo(writer).length;
    const [taken] = await app.database.query<{ turns: number }>(TURNS, [writer]);
    expect(answers).toBeLessThan(WRITES);
    expect(taken?.turns).toBeGreaterThanOrEqual(answers);
    expect(app.sandbox.throttled).toBe(0);
  });
});

describe('the pace of a chunk', () => {
  const SEND_INTERVAL_MS = 2500;
  /** Sends leave on time, but a busy machine may take its time to receive the first of two. */
  const TOLERANCE_MS = 1000;

  scenario('stays the same when the chunk changes hands between two messages', async (scene) => {
    const app = await twoWorkers(scene, { CHUNK_TIME_LIMIT_MS: '1000' });
    const api = app.client();
    await createUsers(app.database, 3);
    const pacing = { sendIntervalMs: SEND_INTERVAL_MS };
    const id = await createCampaign(api, await createOpenPoll(api), { pacing });
    await startCampaign(api, id);
    await followCampaign(api, id);

    const times = app.sandbox.messages.map(({ sentAt }) => sentAt);
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    expect(gaps).toHaveLength(2);
    expect(Math.min(...gaps)).toBeGreaterThan(SEND_INTERVAL_MS - TOLERANCE_MS);
  });
});

describe('a campaign that stands still', () => {
  const STOOD_STILL = `UPDATE notification_campaign SET progressed_at = now() - interval '3 minutes' WHERE id = $1`;

  function stuckLines(app: TestApp, id: string): string[] {
    const lines = app.output().split('\n');
    return lines.filter(
      (line) => line.includes(`"campaignId":"${id}"`) && line.includes('campaign is stuck'),
    );
  }

  async function reconciliations(app: TestApp, count: number): Promise<void> {
    const seen = () => app.output().split('"msg":"reconciled"').length;
    const before = seen();
    await waitFor(`${count} reconciliations`, () => seen() >= before + count);
  }

  async function standstill(
    app: TestApp,
    id: string,
  ): Promise<{ code: string; message: string; until: string | null } | null> {
    const query = graphql('query ($id: ID!) { campaign(id: $id) { standstill { code message until } } }');
    return (await app.client().run(query, { id })).campaign?.standstill ?? null;
  }

  scenario('says so when no process works jobs, and when Telegram makes the bot wait', async (scene) => {
    const app = await scene.prepare();
    await app.startApi('api');
    const api = app.client();
    await createUsers(app.database, 50);
    const id = await createCampaign(api, await createOpenPoll(api));
    expect(await standstill(app, id)).toBeNull();
    await startCampaign(api, id);
    // Found out every second, and pushed like any other change.
    const query = graphql(`subscription ($campaignId: ID!) { campaignProgress(campaignId: $campaignId) {
      version standstill { code } } }`);
    const { events } = watchFields(api, id, query);
    await waitFor('the event', () => events.at(-1)?.standstill?.code === 'NO_WORKER');
    expect(await standstill(app, id)).toMatchObject({ code: 'NO_WORKER', until: null });

    app.sandbox.faults.add({ times: 1, answer: FAULT_ANSWERS.throttledBot(5) });
    await app.startWorker();
    const { askedAt, until } = await waitFor('the bot to be throttled', async () => {
      const askedAt = Date.now();
      const reason = await standstill(app, id);
      return reason?.code === 'BOT_THROTTLED' && { askedAt, until: Date.parse(reason.until ?? '') };
    });
    expect(until).toBeGreaterThan(askedAt);
    expect((await followCampaign(api, id)).at(-1)).toMatchObject({ status: 'COMPLETED', sentUsers: 50 });
    expect(await standstill(app, id)).toBeNull();

    // As it is after a retry_after of hours for the one chat that is left.
    await app.database.query(
      `UPDATE delivery SET status = 'PENDING', not_before = now() + interval '3 hours' WHERE user_id = 1000001`,
    );
    await app.database.query(
      `UPDATE notification_campaign SET status = 'PROCESSING', pending_users = 1, sent_users = 49 WHERE id = $1`,
      [id],
    );
    const parked = await waitFor('the last chat to be parked', async () => {
      const reason = await standstill(app, id);
      return reason?.code === 'CHAT_THROTTLED' && reason;
    });
    expect(Date.parse(parked.until ?? '')).toBeGreaterThan(Date.now() + 3_600_000);
    await app.database.query(
      `UPDATE delivery SET not_before = now() + interval '10 seconds' WHERE user_id = 1000001`,
    );
    await waitFor('the end of the standstill', async () => (await standstill(app, id)) === null);
  });

  scenario('without a reason is reported as stuck; paused or throttled it is not', async (scene) => {
    const environment = { RECONCILE_INTERVAL_MS: '300', REQUEST_TIMEOUT_MS: '60000', LOG_LEVEL: 'debug' };
    const app = await scene.prepare({ environment });
    await app.startApi('start');
    const api = app.client();
    app.sandbox.faults.add({ chatId: 1_000_001, answer: FAULT_ANSWERS.hangBefore });
    await createUsers(app.database, 3);
    // The second recipient waits for the first, whose answer does not come.
    const pacing = { sendIntervalMs: 10 };
    const stuck = await createCampaign(api, await createOpenPoll(api), { pacing });
    await startCampaign(api, stuck);
    await waitFor('the hanging request', () => app.sandbox.calls.some(({ chatId }) => chatId === 1_000_001));
    expect(stuckLines(app, stuck)).toEqual([]);
    await app.database.query(
      `UPDATE campaign_chunk SET due_at = due_at - interval '3 minutes' WHERE campaign_id = $1`,
      [stuck],
    );
    await app.database.query(STOOD_STILL, [stuck]);
    await waitFor('the report', () => stuckLines(app, stuck).length > 0);
    await waitFor('the reason', async () => (await standstill(app, stuck))?.code === 'NO_PROGRESS');

    await app.database.query(`UPDATE rate_limit SET blocked_until = now() + interval '1 hour'`);
    await reconciliations(app, 2);
    const whenThrottled = stuckLines(app, stuck).length;
    await reconciliations(app, 2);
    expect(stuckLines(app, stuck)).toHaveLength(whenThrottled);

    await change(api, 'pauseCampaign', stuck);
    await app.database.query(`UPDATE rate_limit SET blocked_until = NULL`);
    await app.database.query(STOOD_STILL, [stuck]);
    await reconciliations(app, 2);
    expect(stuckLines(app, stuck)).toHaveLength(whenThrottled);
  });
});
