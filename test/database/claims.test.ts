import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { pino } from 'pino';
import type { DataSource } from 'typeorm';
import { AudienceStore } from '../../src/campaigns/audience.store.js';
import { CampaignStore } from '../../src/campaigns/campaign.store.js';
import { DeliveryStatus } from '../../src/campaigns/delivery.entity.js';
import { createDataSource } from '../../src/database/data-source.js';
import { PeopleStore } from '../../src/people/people.store.js';
import { TelegramUserStatus } from '../../src/people/telegram-user.entity.js';
import { ChunkStore, type LeasedChunk } from '../../src/sending/chunk.store.js';
import { DeliveryStore, type Claim } from '../../src/sending/delivery.store.js';
import { SettlementWriter } from '../../src/sending/settlements.js';
import type { TransactionalSql } from '../../src/database/rows.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createUsers } from '../support/factories.js';
import { waitFor } from '../support/wait.js';

const LEASE = { leaseMs: 60_000, runningMessages: 1000 };

let database: TestDatabase;
let dataSource: DataSource;
let chunks: ChunkStore;
let deliveries: DeliveryStore;

beforeEach(async () => {
  database = await createTestDatabase();
  dataSource = await createDataSource({ url: database.url }).initialize();
  chunks = new ChunkStore(dataSource);
  deliveries = new DeliveryStore(dataSource);
  await database.query("INSERT INTO poll (title, status) VALUES ('Lunch', 'OPEN'), ('Dinner', 'OPEN')");
});
afterEach(async () => {
  await dataSource.destroy();
  await database.drop();
});

async function runningCampaign(pollId: string, chunkSize: number): Promise<string> {
  const [campaign] = await database.query<{ id: string }>(
    `INSERT INTO notification_campaign (topic_id, message_template, chunk_size, chunk_interval_ms, send_interval_ms,
       status) VALUES ($1, 'Hello', $2, 0, 0, 'PROCESSING') RETURNING id`,
    [pollId, chunkSize],
  );
  return campaign?.id ?? '';
}

/** A running campaign with its audience fixed. */
async function plannedCampaign(pollId: string, chunkSize: number): Promise<string> {
  const id = await runningCampaign(pollId, chunkSize);
  await new AudienceStore(dataSource).plan(pollId, id);
  return id;
}

async function leasedChunk(): Promise<LeasedChunk> {
  const chunk = await chunks.claimDue(LEASE);
  if (!chunk) throw new Error('No chunk is due.');
  return chunk;
}

function claim(chunk: LeasedChunk, wanted: number, claimId: string = randomUUID()): Promise<Claim> {
  return deliveries.claim(chunk, { claimId, wanted, lookAhead: 20 });
}

function statuses(): Promise<{ status: string; attempts: number }[]> {
  return database.query('SELECT status, attempts FROM delivery ORDER BY user_id');
}

describe('a campaign whose status changes while it is planned', () => {
  /** Plans a campaign, and changes its status on another connection once the recipients have been written. */
  async function planMeanwhile(id: string, status: string): Promise<unknown> {
    const sql: TransactionalSql = {
      query: (text, parameters) => dataSource.query(text, parameters),
      transaction: (work) =>
        dataSource.transaction((manager) =>
          work({
            query: async (text, parameters) => {
              const result: unknown = await manager.query(text, parameters);
              // This would wait for ever if the planning held the campaign.
              if (text.includes('INSERT INTO delivery'))
                await database.query('UPDATE notification_campaign SET status = $2 WHERE id = $1', [
                  id,
                  status,
                ]);
              return result;
            },
          }),
        ),
    };
    return new AudienceStore(sql).plan('1', id);
  }

  test.each([
    ['PAUSED', 3],
    ['CANCELLED', 0],
  ])('to %s has %i recipients', async (status, recipients) => {
    await createUsers(database, 3);
    const id = await runningCampaign('1', 10);
    const plan = await planMeanwhile(id, status);
    expect(plan).toEqual(recipients > 0 ? { totalUsers: recipients, chunkCount: 1 } : undefined);
    expect(await statuses()).toHaveLength(recipients);
    const [campaign] = await database.query('SELECT status, total_users FROM notification_campaign');
    expect(campaign).toEqual({ status, total_users: recipients });
  });

  test('is broken off also when that is asked for before the statement has begun', async () => {
    await createUsers(database, 3);
    const id = await runningCampaign('1', 10);
    const blocker = new Client({ connectionString: database.url });
    await blocker.connect();
    await blocker.query('BEGIN; LOCK TABLE campaign_chunk IN ACCESS EXCLUSIVE MODE');
    const stopping = new AbortController();
    let asked = 0;
    const sql: TransactionalSql = {
      query: async (text, parameters) => {
        const result: unknown = await dataSource.query(text, parameters);
        if (text.includes('pg_cancel_backend')) asked += 1;
        return result;
      },
      transaction: (work) =>
        dataSource.transaction((manager) =>
          work({
            query: async (text, parameters) => {
              if (text.includes('INSERT INTO delivery')) {
                stopping.abort();
                await waitFor('the first request to break it off', () => asked > 0);
              }
              const result: unknown = await manager.query(text, parameters);
              return result;
            },
          }),
        ),
    };
    expect(await new AudienceStore(sql).plan('1', id, stopping.signal)).toBeUndefined();
    await blocker.end();
    expect(await new AudienceStore(dataSource).plan('1', id)).toEqual({ totalUsers: 3, chunkCount: 1 });
  });

  test('is planned once, by whoever comes first', async () => {
    await createUsers(database, 50);
    const id = await runningCampaign('1', 10);
    const plans = await Promise.all([1, 2, 3, 4].map(() => new AudienceStore(dataSource).plan('1', id)));
    expect(plans.filter((plan) => plan !== undefined)).toEqual([{ totalUsers: 50, chunkCount: 5 }]);
    expect(await statuses()).toHaveLength(50);
  });
});

describe('skipping whom a cancelled campaign has left', () => {
  async function cancelledCampaign(pollId: string): Promise<string> {
    const id = await plannedCampaign(pollId, 1000);
    await database.query(`UPDATE notification_campaign SET status = 'CANCELLED' WHERE id = $1`, [id]);
    return id;
  }

  function counters(): Promise<object[]> {
    return database.query('SELECT pending_users, skipped_users FROM notification_campaign ORDER BY id');
  }

  test('goes on from batch to batch and from campaign to campaign', async () => {
    await createUsers(database, 6000);
    await cancelledCampaign('1');
    await cancelledCampaign('2');
    await plannedCampaign('1', 1000);
    expect(await new CampaignStore(dataSource).skipAllCancelled()).toBe(12_000);
    const none = { pending_users: 0, skipped_users: 6000 };
    expect(await counters()).toEqual([none, none, { pending_users: 6000, skipped_users: 0 }]);
  });

  test('begins no batch once it is told to end', async () => {
    await createUsers(database, 3);
    const id = await cancelledCampaign('1');
    const store = new CampaignStore(dataSource);
    expect(await store.skipAllCancelled(AbortSignal.abort())).toBe(0);
    expect(await store.skipSomeCancelled(id)).toBe(false);
    expect(await counters()).toEqual([{ pending_users: 0, skipped_users: 3 }]);
  });
});

describe('a claim whose answer was lost', () => {
  test('is put back, and only that one, however late and often', async () => {
    await createUsers(database, 3);
    await plannedCampaign('1', 10);
    const chunk = await leasedChunk();
    const [lost, other] = [randomUUID(), randomUUID()];
    await claim(chunk, 1, lost);
    await claim(chunk, 1, other);
    await deliveries.putBackUnsent(chunk, lost);
    expect(await statuses()).toEqual([
      { status: 'PENDING', attempts: 0 },
      { status: 'SENDING', attempts: 1 },
      { status: 'PENDING', attempts: 0 },
    ]);

    // The same statement, executed once more after the recipient was handed out anew.
    await database.query('DELETE FROM chat_pacing');
    await claim(chunk, 1);
    await deliveries.putBackUnsent(chunk, lost);
    expect((await statuses()).map(({ status }) => status)).toEqual(['SENDING', 'SENDING', 'PENDING']);
  });
});

describe('a claim whose connection was lost', () => {
  test('is put back also when the server ends it later', async () => {
    await createUsers(database, 2);
    await plannedCampaign('1', 10);
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
    const puttingBack = deliveries.putBackUnsent(chunk, lost);
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
    await people.welcome({ id: userId });
    const campaignId = await plannedCampaign('1', 10);
    const { recipients } = await claim(await leasedChunk(), 1);
    await meanwhile(people, userId);
    const gone = { status: DeliveryStatus.FAILED as const, userStatus: TelegramUserStatus.BLOCKED };
    const results = recipients.map(({ fence }) => ({ campaignId, userId, fence, ...gone }));
    await deliveries.settle(campaignId, results, { reason: null, count: 0, broken: false });
    expect(await statuses()).toEqual([{ status: 'FAILED', attempts: 1 }]);
    return (await people.find(userId))?.status ?? '';
  }

  test('makes the recipient unreachable, also one who was imported anew meanwhile', async () => {
    expect(await refusedAfter((people, id) => people.import([{ id }]))).toBe('BLOCKED');
  });

  test('after /start leaves the recipient reachable', async () => {
    expect(await refusedAfter((people, id) => people.welcome({ id }))).toBe('ACTIVE');
  });

  test('after /stop leaves it at that', async () => {
    expect(await refusedAfter((people, id) => people.optOut(id))).toBe('OPTED_OUT');
  });
});

describe('a worker whose lease is over', () => {
  test.each<[string, () => Promise<unknown>]>([
    ['and was not taken back yet', () => Promise.resolve()],
    ['and was taken back', () => chunks.reapDeadLeases()],
    ["and is another worker's", () => chunks.reapDeadLeases().then(leasedChunk)],
  ])('%s claims nobody', async (_how, meanwhile) => {
    await createUsers(database, 3);
    await plannedCampaign('1', 10);
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
    await plannedCampaign('1', 10);
    await plannedCampaign('2', 10);
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
    await plannedCampaign('1', 10);
    await plannedCampaign('2', 10);
    const [first, second] = [await leasedChunk(), await leasedChunk()];
    await claim(first, 1);
    await claim(second, 1);
    const { retryInMs } = await claim(second, 1);
    expect(retryInMs).toBeGreaterThan(0);
    expect(retryInMs).toBeLessThanOrEqual(1000);
  });
});

describe('a result that cannot be written', () => {
  test('leaves its delivery UNCONFIRMED, and the others of its group are written', async () => {
    await createUsers(database, 3);
    const campaignId = await plannedCampaign('1', 10);
    const { recipients } = await claim(await leasedChunk(), 3);
    const writer = new SettlementWriter(deliveries, () => Promise.resolve(), pino({ level: 'silent' }));
    await Promise.all(
      recipients.map(({ userId, fence }, place) => {
        const messageId = place === 1 ? 'no number' : userId;
        return writer.add({ campaignId, userId, fence, status: DeliveryStatus.SENT, messageId });
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
    await plannedCampaign('1', 10);
    const chunk = await leasedChunk();
    const { recipients, pending } = await claim(chunk, 3);
    expect(recipients.map(({ chatId }) => chatId)).toEqual(['-100500', '1000003']);
    expect(pending).toBe(1);
  });
});

describe('running chunks', () => {
  test('hold no more messages together than end in time, whatever their size', async () => {
    await createUsers(database, 900);
    await plannedCampaign('1', 10);
    for (let chunk = 0; chunk < 60; chunk += 1) await leasedChunk();
    const large = await plannedCampaign('2', 150);
    const next: string[] = [];
    for (let chunk = 0; chunk < 12; chunk += 1) next.push((await leasedChunk()).campaignId);

    // 60 chunks of 10 leave room for 2 of 150, and after these for 10 of 10.
    expect(next).toEqual([large, large, ...Array<string>(10).fill('1')]);
    expect(await chunks.claimDue(LEASE)).toBeUndefined();
  });
});
