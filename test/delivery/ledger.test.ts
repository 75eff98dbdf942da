import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { pino } from 'pino';
import type { DataSource } from 'typeorm';
import { AudienceStore } from '../../src/campaigns/audience.store.js';
import { requeueFinished } from '../../src/delivery/retry.store.js';
import type { RetrySelection } from '../../src/delivery/delivery.types.js';
import { CancelledStore } from '../../src/campaigns/cancelled.store.js';
import { CampaignEnding } from '../../src/campaigns/ending.js';
import { CampaignStore, type RunResult } from '../../src/campaigns/campaign.store.js';
import { DeliveryStatus } from '../../src/delivery/delivery.entity.js';
import { estimateFinish } from '../../src/campaigns/progress.js';
import { CampaignSchedule } from '../../src/campaigns/schedule.store.js';
import { createDataSource } from '../../src/app/data-source.js';
import type { TransactionalSql } from '../../src/database/rows.js';
import { PeopleStore } from '../../src/people/people.store.js';
import { TelegramUserStatus } from '../../src/people/telegram-user.entity.js';
import { ChunkStore } from '../../src/delivery/chunk.store.js';
import { SettlementStore, type Settlement } from '../../src/delivery/settlement.store.js';
import { CampaignDriver } from '../../src/engine/campaign-driver.js';
import type { JobQueue, RepairCounts } from '../../src/engine/ports.js';
import { SettlementWriter } from '../../src/engine/settlements.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createUsers } from '../support/factories.js';
import { waitFor } from '../support/wait.js';

const SILENT = pino({ level: 'silent' });
const JOB = { touch: () => Promise.resolve() };
const { SENT, FAILED, SKIPPED, UNCONFIRMED } = DeliveryStatus;

let database: TestDatabase;
let dataSource: DataSource;
let campaigns: CampaignStore;
let deliveries: SettlementStore;

beforeEach(async () => {
  database = await createTestDatabase();
  dataSource = await createDataSource({ url: database.url }).initialize();
  campaigns = new CampaignStore(dataSource);
  deliveries = new SettlementStore(dataSource);
  await database.query("INSERT INTO poll (title, status) VALUES ('Lunch', 'OPEN'), ('Dinner', 'CLOSED')");
});
afterEach(async () => {
  await dataSource.destroy();
  await database.drop();
});

function retry(id: string, selection: RetrySelection): Promise<RunResult & { retriedCount: number }> {
  return campaigns.retry(id, (sql) => requeueFinished(sql, id, selection));
}

async function insertCampaign(status: string, scheduledFor?: string, pollId = '1'): Promise<string> {
  const [campaign] = await database.query<{ id: string }>(
    `INSERT INTO notification_campaign (topic_id, message_template, chunk_size, chunk_interval_ms, send_interval_ms,
       status, scheduled_for) VALUES ($1, 'Hello', 10, 0, 0, $2, now() + $3::interval) RETURNING id`,
    [pollId, status, scheduledFor],
  );
  return campaign?.id ?? '';
}

/** A running campaign with one recipient for each status, all in one chunk, and claimed once. */
async function campaignOf(statuses: readonly string[]): Promise<{ id: string; users: string[] }> {
  const users = await createUsers(database, statuses.length);
  const id = await insertCampaign('PROCESSING');
  await new AudienceStore(dataSource).plan('1', id);
  await database.query(
    `UPDATE delivery SET status = given.status, fence = 1, attempts = 1
     FROM unnest($1::bigint[], $2::text[]) AS given (user_id, status) WHERE delivery.user_id = given.user_id`,
    [users, statuses],
  );
  await database.query(`
    UPDATE notification_campaign SET
      pending_users = count.pending, sent_users = count.sent, failed_users = count.failed,
      skipped_users = count.skipped, unconfirmed_users = count.unconfirmed
    FROM (
      SELECT count(*) FILTER (WHERE status IN ('PENDING', 'SENDING')) AS pending,
        count(*) FILTER (WHERE status = 'SENT') AS sent, count(*) FILTER (WHERE status = 'FAILED') AS failed,
        count(*) FILTER (WHERE status = 'SKIPPED') AS skipped,
        count(*) FILTER (WHERE status = 'UNCONFIRMED') AS unconfirmed
      FROM delivery) count
  `);
  return { id, users };
}

async function statuses(): Promise<string[]> {
  const rows = await database.query<{ status: string }>('SELECT status FROM delivery ORDER BY user_id');
  return rows.map(({ status }) => status);
}

async function counters(): Promise<number[]> {
  const [row] = await database.query<{ counts: number[] }>(
    `SELECT ARRAY[pending_users, sent_users, failed_users, skipped_users, unconfirmed_users] AS counts
     FROM notification_campaign`,
  );
  return row?.counts ?? [];
}

async function campaignRow(id: string): Promise<object | undefined> {
  const [row] = await database.query<{ status: string; failure_code: string | null }>(
    'SELECT status, failure_code FROM notification_campaign WHERE id = $1',
    [id],
  );
  return row;
}

/** Runs the work while another session holds a person, and looks whether it has taken another one meanwhile. */
async function holdsBefore(held: string, other: string, work: () => Promise<unknown>): Promise<boolean> {
  const blocker = new Client({ connectionString: database.url });
  await blocker.connect();
  await blocker.query('BEGIN');
  await blocker.query('SELECT FROM telegram_user WHERE id = $1 FOR UPDATE', [held]);
  const done = work();
  await waitFor('the work to wait', async () => {
    const waiting = await database.query(
      "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    );
    return waiting.length > 0;
  });
  const free = await database.query('SELECT FROM telegram_user WHERE id = $1 FOR UPDATE SKIP LOCKED', [
    other,
  ]);
  await blocker.end();
  await done;
  return free.length === 0;
}

describe('a result', () => {
  const streak = { reason: null, count: 0, broken: false };

  function result(campaignId: string, userId: string, change: Partial<Settlement> = {}): Settlement {
    return { campaignId, userId, fencingToken: 1, status: SENT, messageId: '7', ...change };
  }

  test('of an older claim settles nothing', async () => {
    const { id, users } = await campaignOf(['SENDING']);
    await database.query('UPDATE delivery SET fence = 2');
    await deliveries.settle(id, [result(id, users[0] ?? '')], streak);
    expect([await statuses(), await counters()]).toEqual([['SENDING'], [1, 0, 0, 0, 0]]);
  });

  test('that comes after the delivery was given up counts when it says SENT', async () => {
    const { id, users } = await campaignOf(['UNCONFIRMED', 'UNCONFIRMED', 'PENDING']);
    const [first = '', second = '', third = ''] = users;
    const results = [result(id, first), result(id, second, { status: FAILED }), result(id, third)];
    await deliveries.settle(id, results, streak);
    expect([await statuses(), await counters()]).toEqual([
      [SENT, UNCONFIRMED, SENT],
      [0, 2, 0, 0, 1],
    ]);
  });

  test('is written also when it comes at the very moment the one before has been', async () => {
    const { id, users } = await campaignOf(['SENDING', 'SENDING']);
    const writer = new SettlementWriter(deliveries, () => Promise.resolve(), SILENT);
    for (const user of users) await writer.add(result(id, user));
    expect(await statuses()).toEqual([SENT, SENT]);
  });

  test('and an import take people in the order of their ids', async () => {
    const { id, users } = await campaignOf(['SENDING', 'SENDING']);
    const [first = '', second = ''] = users;
    const gone = [second, first].map((user) =>
      result(id, user, { status: FAILED, userStatus: TelegramUserStatus.BLOCKED }),
    );
    expect(await holdsBefore(first, second, () => deliveries.settle(id, gone, streak))).toBe(false);
    const people = new PeopleStore(dataSource);
    expect(await holdsBefore(first, second, () => people.import([{ id: second }, { id: first }]))).toBe(
      false,
    );
  });
});

describe('a retry', () => {
  const ALL = [SENT, FAILED, SKIPPED, UNCONFIRMED];

  test.each([
    [[UNCONFIRMED], [SENT, FAILED, SKIPPED, 'PENDING'], [1, 1, 1, 1, 0]],
    [[SKIPPED], [SENT, FAILED, 'PENDING', UNCONFIRMED], [1, 1, 1, 0, 1]],
    [
      [FAILED, SKIPPED],
      [SENT, 'PENDING', 'PENDING', UNCONFIRMED],
      [2, 1, 0, 0, 1],
    ],
  ])('of what is %s puts back that and nothing else', async (wanted, then, counts) => {
    const { id } = await campaignOf(ALL);
    await database.query("UPDATE campaign_chunk SET state = 'DONE'");
    expect(await retry(id, { statuses: wanted })).toEqual({
      runs: true,
      retriedCount: wanted.length,
    });
    expect([await statuses(), await counters()]).toEqual([then, counts]);
    const [chunk] = await database.query('SELECT state FROM campaign_chunk');
    expect(chunk).toEqual({ state: 'WAITING' });
    const [{ started } = { started: null }] = await database.query<{ started: Date | null }>(
      'SELECT started_at AS started FROM notification_campaign',
    );
    expect(started).toBeInstanceOf(Date);
  });

  test('keeps reason and attempts, and counts refusals from the start', async () => {
    const { id, users } = await campaignOf([FAILED]);
    await database.query(`UPDATE delivery SET reason = 'TELEGRAM_UNAVAILABLE', attempts = 5, refusals = 5`);
    await retry(id, { statuses: [FAILED] });
    expect(await database.query('SELECT status, reason, attempts, refusals FROM delivery')).toEqual([
      { status: 'PENDING', reason: 'TELEGRAM_UNAVAILABLE', attempts: 5, refusals: 0 },
    ]);
    // Telegram makes the bot wait, which is no result.
    await database.query(`UPDATE delivery SET status = 'SENDING'`);
    const requeued = {
      campaignId: id,
      userId: users[0] ?? '',
      fencingToken: 1,
      status: DeliveryStatus.PENDING,
    } as const;
    await deliveries.settle(id, [requeued], { reason: null, count: 0, broken: false });
    expect(await database.query('SELECT status, reason FROM delivery')).toEqual([
      { status: 'PENDING', reason: 'TELEGRAM_UNAVAILABLE' },
    ]);
  });

  test('is refused where no audience is known yet', async () => {
    const id = await insertCampaign('PAUSED');
    expect(await retry(id, { statuses: [FAILED] })).toEqual({ runs: false, retriedCount: 0 });
    expect(await campaignRow(id)).toMatchObject({ status: 'PAUSED' });
  });
});

describe('a campaign that begins to run', () => {
  test.each<[string, string, (id: string) => Promise<boolean>, number]>([
    ['started', 'PENDING', async (id) => (await campaigns.start(id)).runs, 3],
    ['resumed', 'PAUSED', async (id) => (await campaigns.resume(id)).runs, 3],
    ['retried', 'COMPLETED', async (id) => (await retry(id, { statuses: [FAILED] })).runs, 2],
    ['retried while it runs', 'PROCESSING', async (id) => (await retry(id, { statuses: [FAILED] })).runs, 2],
  ])('being %s is judged by what it does from then on', async (_how, status, begin, doneBefore) => {
    const { id } = await campaignOf(['PENDING', SENT, SENT, FAILED]);
    await database.query(
      `UPDATE notification_campaign SET status = $2, done_before = 1,
         started_at = clock_timestamp() - interval '16 hours', running_since = clock_timestamp() - interval '16 hours'
       WHERE id = $1`,
      [id, status],
    );
    const before = Date.now();
    expect(await begin(id)).toBe(true);
    const campaign = await campaigns.find(id);
    if (!campaign) throw new Error('The campaign is gone.');
    const finish = estimateFinish(campaign, 28, new Date());
    expect(campaign.doneBefore).toBe(doneBefore);
    expect(campaign.runningSince?.getTime()).toBeGreaterThanOrEqual(before - 1000);
    expect((finish?.getTime() ?? Infinity) - before).toBeLessThan(60_000);
  });
});

describe('a campaign that is due', () => {
  test.each([
    ['-10 seconds', '1', { status: 'PROCESSING', failure_code: null }],
    ['-61 minutes', '1', { status: 'PAUSED', failure_code: 'MISSED_SCHEDULE' }],
    ['-10 seconds', '2', { status: 'PAUSED', failure_code: 'POLL_CLOSED' }],
    ['1 minute', '1', { status: 'SCHEDULED', failure_code: null }],
  ])('since %s for poll %s', async (scheduledFor, pollId, row) => {
    const id = await insertCampaign('SCHEDULED', scheduledFor, pollId);
    const started = await new CampaignSchedule(dataSource, campaigns, SILENT).startDue();
    expect(await campaignRow(id)).toEqual(row);
    expect(started).toEqual(row.status === 'PROCESSING' ? [id] : []);
  });

  function createDriver(queue: JobQueue, sql: TransactionalSql, repairs: Partial<RepairCounts>[] = []) {
    return new CampaignDriver({
      store: campaigns,
      cancelled: new CancelledStore(dataSource),
      schedule: new CampaignSchedule(dataSource, campaigns, SILENT),
      audience: new AudienceStore(sql),
      chunks: new ChunkStore(dataSource),
      queue,
      ending: new CampaignEnding(campaigns, SILENT),
      capacity: { messages: 1000, withinMs: 240_000 },
      overdueMs: 60_000,
      meter: { repaired: (counts) => void repairs.push(counts) },
      logger: SILENT,
    });
  }

  test('beside another is planned by a job of its own, and what was stranded is counted as a repair', async () => {
    const { id } = await campaignOf(['PENDING']);
    await database.query("UPDATE campaign_chunk SET state = 'DONE'");
    await database.query("INSERT INTO poll (title, status) VALUES ('Dinner', 'OPEN')");
    const due = await insertCampaign('SCHEDULED', '-1 second', '3');
    const planned: string[] = [];
    const repairs: Partial<RepairCounts>[] = [];
    const queue: JobQueue = {
      enqueueDrive: (campaignId) => Promise.resolve(void planned.push(campaignId)),
      enqueueChunks: () => Promise.resolve(),
    };
    await createDriver(queue, dataSource, repairs).drive(id, new AbortController().signal, JOB);
    expect({ planned, repairs }).toEqual({ planned: [due], repairs: [{ reopenedChunks: 1 }] });
  });

  test('has its jobs before statistics are made, which take their time', async () => {
    await createUsers(database, 3);
    const id = await insertCampaign('PROCESSING');
    const steps: string[] = [];
    const queue: JobQueue = {
      enqueueDrive: () => Promise.resolve(),
      enqueueChunks: (chunks) => Promise.resolve(void steps.push(`${chunks.length} jobs`)),
    };
    const sql: TransactionalSql = {
      query: (text, parameters) => {
        steps.push(text);
        return dataSource.query(text, parameters);
      },
      transaction: (work) => dataSource.transaction(work),
    };
    await createDriver(queue, sql).drive(id, new AbortController().signal, JOB);
    expect(steps).toEqual(['1 jobs', 'ANALYZE campaign_chunk, delivery']);
  });
});
