import { describe, expect, test } from '@jest/globals';
import { FAULT_ANSWERS } from '@pollcast/bot-api-sandbox';
import { graphql } from '../../src/cli/graphql.js';
import { VIEWER_TOKEN } from '../support/app.js';
import { useApp } from '../support/use-app.js';
import {
  createCampaign,
  createOpenPoll,
  createUsers,
  followCampaign,
  startCampaign,
} from '../support/factories.js';
import { watchCampaign } from '../support/progress.js';
import { overHttp, overSocket } from '../support/requests.js';
import { waitFor } from '../support/wait.js';
import { scrape, select, valueOf } from './support/samples.js';

const app = useApp({ environment: { MESSAGES_PER_SECOND: '200', RECONCILE_INTERVAL_MS: '1000' } });

/** Until the sample has the value, since some are read from the database, which is done once in two seconds. */
function waitForValue(name: string, labels: Record<string, string>, wanted: number): Promise<true> {
  return waitFor(`${name} ${JSON.stringify(labels)} to be ${wanted}`, async () => {
    return valueOf(await scrape(app.url), name, labels) === wanted || undefined;
  });
}

describe('a campaign', () => {
  test('is counted by outcome, with its waits, its chunks and the silence that Telegram asks for', async () => {
    const api = app.client();
    await createUsers(app.database, 40);
    app.sandbox.faults.add({ chatId: 1_000_003, answer: FAULT_ANSWERS.blocked });
    app.sandbox.faults.add({ chatId: 1_000_004, answer: FAULT_ANSWERS.resetAfter });
    app.sandbox.faults.add({ chatId: 1_000_020, times: 1, answer: FAULT_ANSWERS.throttledBot(1) });
    const id = await createCampaign(api, await createOpenPoll(api), { pacing: { chunkSize: 10 } });
    await waitForValue('pollcast_campaigns', { status: 'PENDING' }, 1);
    await startCampaign(api, id);
    const final = (await followCampaign(api, id)).at(-1);
    expect(final).toMatchObject({ status: 'COMPLETED', sentUsers: 38, failedUsers: 1, unconfirmedUsers: 1 });
    app.sandbox.faults.clear();

    const samples = await scrape(app.url);
    const messages = (outcome: string) => valueOf(samples, 'pollcast_messages_total', { outcome });
    expect(messages('sent')).toBe(38);
    expect(messages('recipient_gone')).toBe(1);
    expect(messages('unconfirmed')).toBe(1);
    expect(messages('throttled')).toBe(app.sandbox.throttled);
    expect(app.sandbox.throttled).toBeGreaterThan(0);
    const requests = app.sandbox.calls.filter(({ method }) => method === 'sendMessage');
    expect(valueOf(samples, 'pollcast_send_duration_seconds_count')).toBe(requests.length);
    expect(valueOf(samples, 'pollcast_limiter_wait_seconds_count')).toBeGreaterThanOrEqual(requests.length);
    await waitFor('the chunks to be released', async () => {
      return (valueOf(await scrape(app.url), 'pollcast_chunk_duration_seconds_count') ?? 0) >= 4;
    });

    // The bot was silent once, for 1 s and the margin, however many requests were told so.
    const lost = valueOf(samples, 'pollcast_throttled_seconds_total');
    const refusedAt = requests.find(({ status }) => status === 429)?.receivedAt ?? NaN;
    expect(lost).toBeGreaterThanOrEqual(1);
    // The refused recipient had its turn after the silence.
    expect(lost).toBeLessThanOrEqual(((requests.at(-1)?.receivedAt ?? NaN) - refusedAt) / 1000);
    await waitForValue('pollcast_campaigns', { status: 'COMPLETED' }, 1);
  });

  test('that needs a repair is counted by its kind', async () => {
    const api = app.client();
    const id = await createCampaign(api, await createOpenPoll(api));
    const before =
      valueOf(await scrape(app.url), 'pollcast_repairs_total', { kind: 'completed_campaigns' }) ?? 0;
    // As a process leaves it that dies between the last result and the end.
    await app.database.query(
      `UPDATE notification_campaign SET status = 'PROCESSING', started_at = now(), planned_at = now() WHERE id = $1`,
      [id],
    );
    await waitFor('the repair', async () => {
      const samples = await scrape(app.url);
      return (valueOf(samples, 'pollcast_repairs_total', { kind: 'completed_campaigns' }) ?? 0) > before;
    });
    await waitFor('the log of it', () => app.output().includes('"repairs":{"completedCampaigns":1}'));
  });

  test('that makes no progress is shown as stuck, and what waits in it with its age', async () => {
    const api = app.client();
    const id = await createCampaign(api, await createOpenPoll(api));
    const [other] = await app.database.query<{ id: string }>(
      `INSERT INTO telegram_user (id, first_name) VALUES (5, 'Late') RETURNING id`,
    );
    // Another worker holds the chunk, and does nothing.
    await app.database.query(
      `WITH campaign AS (
         UPDATE notification_campaign SET status = 'PROCESSING', planned_at = now(), total_users = 1, pending_users = 1,
           started_at = now(), progressed_at = now() - interval '10 minutes' WHERE id = $1
       ), held AS (
         INSERT INTO campaign_chunk (campaign_id, number, state, due_at, lease_token, lease_expires_at)
         VALUES ($1, 0, 'RUNNING', now() - interval '10 minutes', gen_random_uuid(), now() + interval '1 hour')
       ) SELECT 1`,
      [id],
    );
    await app.database.query('INSERT INTO delivery (campaign_id, user_id, chunk_number) VALUES ($1, $2, 0)', [
      id,
      other?.id,
    ]);
    await waitForValue('pollcast_campaigns_stuck', {}, 1);
    await waitForValue('pollcast_chunks_running', {}, 1);
    await app.database.query(
      `UPDATE notification_campaign SET status = 'PAUSED', failure_code = 'REPEATED_FAILURES', failure_message = 'x'
       WHERE id = $1`,
      [id],
    );
    await waitForValue('pollcast_campaigns_stuck', {}, 0);
    await waitForValue('pollcast_campaigns_stopped', { code: 'REPEATED_FAILURES' }, 1);
  });
});

describe('the API', () => {
  test('is measured by root field: names that clients choose make no labels', async () => {
    const fields = async () => {
      const samples = await scrape(app.url);
      return new Set(
        select(samples, 'pollcast_graphql_duration_seconds_count').map(({ labels }) => labels.field),
      );
    };
    const before = await fields();
    const counted = async (field: string) =>
      valueOf(await scrape(app.url), 'pollcast_graphql_duration_seconds_count', { field }) ?? 0;
    const polls = await counted('polls');
    for (let index = 0; index < 5; index += 1) {
      const alias = `a${index}`;
      await overHttp(app.url, { query: `query Q${index} { ${alias}: polls { totalCount } }` });
      await overSocket(app.url, { query: `query Q${index} { ${alias}: polls { totalCount } }` });
      await overHttp(app.url, { query: `query Q${index} { nonsense${index} }` });
      await overSocket(app.url, { query: `query Q${index} { nonsense${index} }` });
    }
    await overHttp(app.url, { query: '{ polls { totalCount } campaigns { totalCount } }' });
    await overHttp(app.url, { query: '{ __schema { description } }' });
    expect(await fields()).toEqual(before);
    expect(await counted('polls')).toBe(polls + 10);
    expect(await counted('other')).toBeGreaterThanOrEqual(10);
    expect(await counted('several')).toBe(1);
    expect(await counted('introspection')).toBe(1);
  });

  test('has its errors counted and timed by field and code, over both transports', async () => {
    const counted = async (field: string, code: string) =>
      valueOf(await scrape(app.url), 'pollcast_graphql_errors_total', { field, code }) ?? 0;
    const change = { query: 'mutation { openPoll(id: "1") { userErrors { code } } }' };
    const timed = async () => {
      const labels = { field: 'openPoll', code: 'FORBIDDEN' };
      return valueOf(await scrape(app.url), 'pollcast_graphql_duration_seconds_count', labels) ?? 0;
    };
    const [refused, timedBefore] = [await counted('openPoll', 'FORBIDDEN'), await timed()];
    await overHttp(app.url, change, VIEWER_TOKEN);
    await overSocket(app.url, change, VIEWER_TOKEN);
    expect(await counted('openPoll', 'FORBIDDEN')).toBe(refused + 2);
    expect(await timed()).toBe(timedBefore + 2);

    const invalid = await counted('other', 'GRAPHQL_VALIDATION_FAILED');
    await overHttp(app.url, { query: '{ nonsense }' });
    await overSocket(app.url, { query: '{ nonsense }' });
    expect(await counted('other', 'GRAPHQL_VALIDATION_FAILED')).toBe(invalid + 2);

    const strangers = await counted('other', 'UNAUTHENTICATED');
    await overHttp(app.url, { query: '{ polls { totalCount } }' }, null);
    expect(await counted('other', 'UNAUTHENTICATED')).toBe(strangers + 1);

    const missing = await counted('campaignProgress', 'NOT_FOUND');
    await overSocket(app.url, { query: 'subscription { campaignProgress(campaignId: "999") { status } }' });
    expect(await counted('campaignProgress', 'NOT_FOUND')).toBe(missing + 1);
  });

  test('shows how many subscribe over how many sockets', async () => {
    const api = app.client();
    const id = await createCampaign(api, await createOpenPoll(api));
    await waitForValue('pollcast_websockets', {}, 0);
    const watches = [watchCampaign(api, id), watchCampaign(api, id)];
    await waitForValue('pollcast_subscribers', {}, 2);
    await waitForValue('pollcast_websockets', {}, 2);
    await api.run(graphql('mutation ($id: ID!) { cancelCampaign(id: $id) { userErrors { code } } }'), { id });
    await Promise.all(watches.map(({ completed }) => completed));
    await waitForValue('pollcast_subscribers', {}, 0);
    await waitForValue('pollcast_websockets', {}, 0);
  });

  test('shows the use of its database connections', async () => {
    const samples = await scrape(app.url);
    for (const pool of ['application', 'jobs', 'engine']) {
      expect(valueOf(samples, 'pollcast_database_connections', { pool })).toBeGreaterThan(0);
      expect(valueOf(samples, 'pollcast_database_waiting', { pool })).toBe(0);
    }
  });
});
