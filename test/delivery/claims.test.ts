import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { pino } from 'pino';
import type { DataSource } from 'typeorm';
import { DeliveryStatus } from '../../src/delivery/delivery.entity.js';
import { createDataSource } from '../../src/app/data-source.js';
import { WishStore } from '../../src/questionnaire/wish.store.js';
import { PeopleStore } from '../../src/people/people.store.js';
import { TelegramUserStatus } from '../../src/people/telegram-user.entity.js';
import { ChunkStore } from '../../src/delivery/chunk.store.js';
import type { LeasedChunk } from '../../src/delivery/leased-chunk.js';
import { ClaimStore, type Claim } from '../../src/delivery/claim.store.js';
import { SettlementStore } from '../../src/delivery/settlement.store.js';
import { SettlementWriter } from '../../src/engine/settlements.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createUsers } from '../support/factories.js';
import { waitFor } from '../support/wait.js';
import { plannedCampaign } from '../support/running-campaign.js';

const LEASE = { leaseMs: 60_000, capacity: { messages: 1000, withinMs: 240_000 }, holderKey: null };

let database: TestDatabase;
let dataSource: DataSource;
let chunks: ChunkStore;
let deliveries: SettlementStore;
let claims: ClaimStore;

beforeEach(async () => {
  database = await createTestDatabase();
  dataSource = await createDataSource({ url: database.url }).initialize();
  chunks = new ChunkStore(dataSource);
  deliveries = new SettlementStore(dataSource);
  claims = new ClaimStore(dataSource);
  await database.query("INSERT INTO poll (title, status) VALUES ('Lunch', 'OPEN'), ('Dinner', 'OPEN')");
});
afterEach(async () => {
  await dataSource.destroy();
  await database.drop();
});

async function leasedChunk(): Promise<LeasedChunk> {
  const chunk = await chunks.claimDue(LEASE);
  if (!chunk) throw new Error('No chunk is due.');
  return chunk;
}

function claim(
  chunk: LeasedChunk,
  wanted: number,
  claimId: string = randomUUID(),
  sendInMs = 0,
): Promise<Claim> {
  const { contentVersion } = chunk;
  return claims.claim(chunk, { claimId, wanted, lookAhead: 20, contentVersion, sendInMs });
}

function statuses(): Promise<{ status: string; attempts: number }[]> {
  return database.query('SELECT status, attempts FROM delivery ORDER BY user_id');
}

test('a claim brings the content that is newer than what the worker knows, once', async () => {
  await createUsers(database, 2);
  await plannedCampaign(database, dataSource, '1', 10);
  const chunk = await leasedChunk();
  expect(chunk).toMatchObject({ messageTemplate: 'Hello', buttonText: null, sendIntervalMs: 0 });
  expect((await claim(chunk, 1)).content).toBeNull();
  await database.query(`UPDATE notification_campaign SET message_template = 'Hi', button_text = 'Go',
    send_interval_ms = 5, content_version = content_version + 1`);
  const { recipients, content } = await claim(chunk, 1);
  expect(recipients).toHaveLength(1);
  const version = chunk.contentVersion + 1;
  expect(content).toEqual({
    messageTemplate: 'Hi',
    buttonText: 'Go',
    translations: [],
    asksFirstQuestion: false,
    sendIntervalMs: 5,
    contentVersion: version,
  });
  expect((await claim({ ...chunk, contentVersion: version }, 1)).content).toBeNull();
});

test.each([
  ['BOT_BLOCKED', 'BOT_BLOCKED'],
  ['ANSWER_LOST', 'RECIPIENT_GONE'],
  [null, 'RECIPIENT_GONE'],
])('a claim that passes over somebody unreachable who was %s before says %s', async (before, after) => {
  await createUsers(database, 1);
  await plannedCampaign(database, dataSource, '1', 10);
  await database.query('UPDATE delivery SET reason = $1', [before]);
  await database.query("UPDATE telegram_user SET status = 'BLOCKED'");
  expect(await claim(await leasedChunk(), 1)).toMatchObject({ recipients: [], skipped: 1 });
  expect(await database.query('SELECT status, reason FROM delivery')).toEqual([
    { status: 'SKIPPED', reason: after },
  ]);
});

describe('a claim whose answer was lost', () => {
  test('is requeued, and only that one, however late and often', async () => {
    await createUsers(database, 3);
    await plannedCampaign(database, dataSource, '1', 10);
    const chunk = await leasedChunk();
    const [lost, other] = [randomUUID(), randomUUID()];
    await claim(chunk, 1, lost);
    await claim(chunk, 1, other);
    await claims.requeueUnsent(chunk, lost);
    expect(await statuses()).toEqual([
      { status: 'PENDING', attempts: 0 },
      { status: 'SENDING', attempts: 1 },
      { status: 'PENDING', attempts: 0 },
    ]);

    // The same statement, executed once more after the recipient was claimed again.
    await database.query('DELETE FROM chat_pacing');
    await claim(chunk, 1);
    await claims.requeueUnsent(chunk, lost);
    expect((await statuses()).map(({ status }) => status)).toEqual(['SENDING', 'SENDING', 'PENDING']);
  });
});

describe('a claim whose connection was lost', () => {
  test('is requeued also when the server ends it later', async () => {
    await createUsers(database, 2);
    await plannedCampaign(database, dataSource, '1', 10);
    const chunk = await leasedChunk();
    const blocker = new Client({ connectionString: database.url });
    await blocker.connect();
    await blocker.query('BEGIN; INSERT INTO chat_pacing (chat_id, next_at) VALUES (1000001, now())');
    const waiting = (count: number) =>
      waitFor(`${count} statements to wait`, async () => {
        const backends = await database.query(
          "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
        );
        return backends.length === count;
      });
    const lost = randomUUID();
    const claiming = claim(chunk, 2, lost);
    await waiting(1);
    const puttingBack = claims.requeueUnsent(chunk, lost);
    await waiting(2);
    await blocker.end();
    expect((await claiming).recipients).toHaveLength(2);
    await puttingBack;
    expect(await statuses()).toEqual(Array<object>(2).fill({ status: 'PENDING', attempts: 0 }));
  });
});

describe('a refusal that is written', () => {
  /** Claims the one recipient, lets something happen, and then writes that Telegram had called them gone. */
  async function refusedAfter(
    meanwhile: (people: PeopleStore, userId: string) => Promise<unknown>,
  ): Promise<string> {
    const [userId = ''] = await createUsers(database, 1);
    const people = new PeopleStore(dataSource);
    await people.recordWriter({ id: userId }, 1);
    const campaignId = await plannedCampaign(database, dataSource, '1', 10);
    const { recipients } = await claim(await leasedChunk(), 1);
    await meanwhile(people, userId);
    const gone = { status: DeliveryStatus.FAILED, userStatus: TelegramUserStatus.BLOCKED } as const;
    const results = recipients.map(({ fencingToken }) => ({ campaignId, userId, fencingToken, ...gone }));
    await deliveries.settle(campaignId, results, { reason: null, count: 0, broken: false });
    expect(await statuses()).toEqual([{ status: 'FAILED', attempts: 1 }]);
    return (await people.find(userId))?.status ?? '';
  }

  test('makes the recipient unreachable, also one who was imported again meanwhile', async () => {
    expect(await refusedAfter((people, id) => people.import([{ id }]))).toBe('BLOCKED');
  });

  test('after /start leaves the recipient reachable', async () => {
    expect(await refusedAfter((people, id) => people.recordWriter({ id }, 2))).toBe('ACTIVE');
  });

  test('after an unblock leaves the recipient reachable', async () => {
    expect(
      await refusedAfter((_people, userId) =>
        new WishStore(dataSource).setBlocked({ userId, updateId: 1 }, false),
      ),
    ).toBe('ACTIVE');
  });

  test('after /stop leaves it at that', async () => {
    const stop = async (people: PeopleStore, id: string) => {
      await people.recordWriter({ id }, 2);
      await people.setReminders(id, false);
    };
    expect(await refusedAfter(stop)).toBe('OPTED_OUT');
  });
});

describe('a worker whose lease is over', () => {
  test.each<[string, () => Promise<unknown>]>([
    ['and was not taken back yet', () => Promise.resolve()],
    ['and was taken back', () => chunks.reapDeadLeases()],
    ["and is another worker's", () => chunks.reapDeadLeases().then(leasedChunk)],
  ])('%s claims nobody', async (_how, meanwhile) => {
    await createUsers(database, 3);
    await plannedCampaign(database, dataSource, '1', 10);
    const chunk = await leasedChunk();
    await database.query('UPDATE campaign_chunk SET lease_expires_at = clock_timestamp()');
    await meanwhile();
    expect(await claim(chunk, 3)).toMatchObject({
      leased: false,
      running: false,
      recipients: [],
      skipped: 0,
    });
    expect(await statuses()).toEqual(Array(3).fill({ status: 'PENDING', attempts: 0 }));
  });
});

describe('two campaigns for the same people', () => {
  test('leave a second between their messages to one chat', async () => {
    await createUsers(database, 2);
    await plannedCampaign(database, dataSource, '1', 10);
    await plannedCampaign(database, dataSource, '2', 10);
    const [first, second] = [await leasedChunk(), await leasedChunk()];
    expect(second.campaignId).not.toBe(first.campaignId);
    expect((await claim(first, 2)).recipients).toHaveLength(2);
    const refused = await claim(second, 2);
    expect(refused).toMatchObject({ leased: true, running: true, recipients: [], pending: 2 });

    await database.query(`UPDATE chat_pacing SET next_at = next_at - interval '1 second'`);
    await database.query('UPDATE delivery SET not_before = NULL');
    expect((await claim(second, 2)).recipients).toHaveLength(2);
  });

  test('wait for no more than that second', async () => {
    await createUsers(database, 1);
    await plannedCampaign(database, dataSource, '1', 10);
    await plannedCampaign(database, dataSource, '2', 10);
    const [first, second] = [await leasedChunk(), await leasedChunk()];
    await claim(first, 1);
    await claim(second, 1);
    const { retryInMs } = await claim(second, 1);
    expect(retryInMs).toBeGreaterThan(0);
    expect(retryInMs).toBeLessThanOrEqual(1000);
  });
});

describe('a claim whose messages leave later', () => {
  test('keeps their chats for a second from then', async () => {
    await createUsers(database, 2);
    await plannedCampaign(database, dataSource, '1', 10);
    const [before] = await database.query<{ at: string }>('SELECT clock_timestamp()::text AS at');
    expect((await claim(await leasedChunk(), 2, randomUUID(), 400)).recipients).toHaveLength(2);
    const early = await database.query(
      "SELECT FROM chat_pacing WHERE next_at < $1::timestamptz + interval '1400 milliseconds'",
      [before?.at],
    );
    expect(early).toEqual([]);
  });
});

describe('a chunk whose job is being made', () => {
  const withoutJob = () => chunks.withoutJob({ overdueMs: 60_000, capacity: LEASE.capacity, limit: 10 });

  test('has one afterwards, unless it was rescheduled meanwhile', async () => {
    await createUsers(database, 1);
    await plannedCampaign(database, dataSource, '1', 10);
    const before = await withoutJob();
    expect(before).toHaveLength(1);
    // As when the campaign is resumed.
    await database.query(`UPDATE campaign_chunk SET due_at = due_at + interval '3 milliseconds'`);
    await chunks.markEnqueued(before);
    const rescheduled = await withoutJob();
    expect(rescheduled).toHaveLength(1);
    await chunks.markEnqueued(rescheduled);
    expect(await withoutJob()).toEqual([]);
  });
});

describe('a result that cannot be written', () => {
  test('leaves its delivery UNCONFIRMED, and the others of its group are written', async () => {
    await createUsers(database, 3);
    const campaignId = await plannedCampaign(database, dataSource, '1', 10);
    const { recipients } = await claim(await leasedChunk(), 3);
    const writer = new SettlementWriter(deliveries, () => Promise.resolve(), pino({ level: 'silent' }));
    await Promise.all(
      recipients.map(({ userId, fencingToken }, place) => {
        const messageId = place === 1 ? 'no number' : userId;
        return writer.add({ campaignId, userId, fencingToken, status: DeliveryStatus.SENT, messageId });
      }),
    );
    expect((await statuses()).map(({ status }) => status)).toEqual(['SENT', 'UNCONFIRMED', 'SENT']);
    expect(
      await database.query('SELECT sent_users, unconfirmed_users, pending_users FROM notification_campaign'),
    ).toEqual([{ sent_users: 2, unconfirmed_users: 1, pending_users: 0 }]);
  });
});

describe('two people with one chat', () => {
  test('get their messages one after the other', async () => {
    await createUsers(database, 3);
    await database.query('UPDATE telegram_user SET chat_id = -100500 WHERE id <> 1000003');
    await plannedCampaign(database, dataSource, '1', 10);
    const chunk = await leasedChunk();
    const { recipients } = await claim(chunk, 3);
    expect(recipients.map(({ chatId }) => chatId)).toEqual(['-100500', '1000003']);
    expect(await claim(chunk, 1)).toMatchObject({ recipients: [], pending: 1 });
    expect((await claim(chunk, 1)).retryInMs).toBeGreaterThan(0);
  });
});

describe('running chunks', () => {
  test('hold no more messages together than end in time, whatever their size', async () => {
    await createUsers(database, 900);
    await plannedCampaign(database, dataSource, '1', 10);
    for (let chunk = 0; chunk < 60; chunk += 1) await leasedChunk();
    const large = await plannedCampaign(database, dataSource, '2', 150);
    const next: string[] = [];
    for (let chunk = 0; chunk < 12; chunk += 1) next.push((await leasedChunk()).campaignId);

    // 60 chunks of 10 leave room for 2 of 150, and after these for 10 of 10.
    expect(next).toEqual([large, large, ...Array<string>(10).fill('1')]);
    expect(await chunks.claimDue(LEASE)).toBeUndefined();
  });

  test('count with what their pace lets them send: a drip leaves the rest to others', async () => {
    await createUsers(database, 900);
    const drip = await plannedCampaign(database, dataSource, '1', 10);
    await database.query('UPDATE notification_campaign SET send_interval_ms = 60000');
    // Four messages of a chunk within the four minutes, so that all 90 chunks hold no more than 360.
    for (let chunk = 0; chunk < 90; chunk += 1) expect((await leasedChunk()).campaignId).toBe(drip);
    const other = await plannedCampaign(database, dataSource, '2', 100);
    for (let chunk = 0; chunk < 6; chunk += 1) expect((await leasedChunk()).campaignId).toBe(other);
    expect(await chunks.claimDue(LEASE)).toBeUndefined();
  });
});
