/** @long */
import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { ApiTokenStore } from '../../src/access/api-token.store.js';
import { AuditOutcome } from '../../src/access/audit-entry.entity.js';
import { AuditStore } from '../../src/access/audit.store.js';
import type { AuditFilter } from '../../src/access/audit.types.js';
import { AuditTrail } from '../../src/access/audit-trail.js';
import { AudienceStore } from '../../src/campaigns/audience.store.js';
import type { DeliveryFilter } from '../../src/delivery/delivery.types.js';
import { DeliveryListService } from '../../src/delivery/delivery-list.service.js';
import { UserDeliveryStore } from '../../src/delivery/user-deliveries.store.js';
import { DeliveryListStore } from '../../src/delivery/delivery-list.store.js';
import { CancelledStore } from '../../src/campaigns/cancelled.store.js';
import { DeliveryStatus } from '../../src/delivery/delivery.entity.js';
import { createLogger } from '../../src/config/logger.js';
import { createDataSource } from '../../src/app/data-source.js';
import type { SqlExecutor, TransactionalSql } from '../../src/database/rows.js';
import { GroupService } from '../../src/groups/group.service.js';
import { GroupStore } from '../../src/groups/group.store.js';
import { Participation } from '../../src/people/participation.js';
import { ParticipantService } from '../../src/people/participants.service.js';
import { ParticipantStore } from '../../src/people/participants.store.js';
import type { ParticipantFilter } from '../../src/people/participants.types.js';
import { PollCountStore } from '../../src/people/poll-counts.store.js';
import { PeopleService } from '../../src/people/people.service.js';
import { PeopleListStore } from '../../src/people/people-list.store.js';
import { TelegramUserOrder } from '../../src/people/people.types.js';
import { PeopleStore } from '../../src/people/people.store.js';
import { TelegramUserStatus } from '../../src/people/telegram-user.entity.js';
import { ChunkStore } from '../../src/delivery/chunk.store.js';
import { ClaimStore } from '../../src/delivery/claim.store.js';
import { SettlementStore } from '../../src/delivery/settlement.store.js';
import { analyzeTables, createTestDatabase, type TestDatabase } from '../support/database.js';
import { createUsers } from '../support/factories.js';
import { waitFor } from '../support/wait.js';

const USERS = 20_000;
const LAST_ID = 1_000_000 + USERS;
const CHUNK_SIZE = 100;
const [TOKENS, CALLS] = [5000, 10_000];
const LEASE = { leaseMs: 60_000, capacity: { messages: 10_000, withinMs: 240_000 }, holderKey: null };

let database: TestDatabase;
let planning: string[];

beforeAll(async () => {
  database = await createTestDatabase();
  await createUsers(database, USERS);
  await database.query("INSERT INTO poll (title, status) VALUES ('Lunch', 'OPEN')");
  await database.query(
    `INSERT INTO notification_campaign (topic_id, message_template, chunk_size, chunk_interval_ms, send_interval_ms,
       status) VALUES (1, 'Hello', ${CHUNK_SIZE}, 0, 0, 'PROCESSING')`,
  );
  planning = [];
  await connected(async (dataSource) => {
    const recorded = (executor: SqlExecutor): SqlExecutor => ({
      query: (sql, parameters) => {
        planning.push(sql);
        return executor.query(sql, parameters);
      },
    });
    const recorder: TransactionalSql = {
      ...recorded(dataSource),
      transaction: (work) => dataSource.transaction((manager) => work(recorded(manager))),
    };
    await new AudienceStore(recorder).plan('1', '1');
  });
  await database.query(
    `INSERT INTO api_token (name, role, token_hash)
     SELECT 'token-' || place, 'VIEWER', sha256(place::text::bytea) FROM generate_series(1, ${TOKENS}) place`,
  );
  await database.query(
    `INSERT INTO audit_entry (actor, role, action, campaign_id)
     SELECT 'token-' || place % 100, 'ADMIN', 'startCampaign', place % 1000 FROM generate_series(1, ${CALLS}) place`,
  );
  await database.query(`UPDATE delivery SET reason = 'BOT_BLOCKED' WHERE user_id > ${LAST_ID - 100}`);
  // Poll 2 is for everybody and poll 3 for a tenth; of both, a quarter has completed it, and few have begun.
  await database.query(`
    INSERT INTO poll (title, status) VALUES ('Dinner', 'OPEN'), ('For some', 'OPEN');
    INSERT INTO user_group (name, name_key) VALUES ('Some', 'some');
    INSERT INTO group_member SELECT 1, id FROM telegram_user WHERE id % 10 = 0; INSERT INTO poll_group VALUES (3, 1);
    INSERT INTO poll_completion (poll_id, user_id) SELECT poll, id FROM telegram_user, unnest(ARRAY[2, 3]) poll WHERE id % 4 = 0;
    INSERT INTO poll_start (poll_id, user_id) SELECT poll, id FROM telegram_user, unnest(ARRAY[2, 3]) poll WHERE id % 100 = 10`);
  await connected((dataSource) => new PollCountStore(dataSource).reconcile());
  await analyzeTables(database);
});
afterAll(() => database.drop());

/** Does the work on connections of its own, which have reported what they did once this returns. */
async function connected<T>(work: (dataSource: DataSource) => Promise<T>): Promise<T> {
  const dataSource = await createDataSource({
    url: database.url,
    applicationName: 'pollcast plans',
  }).initialize();
  try {
    return await work(dataSource);
  } finally {
    await dataSource.destroy();
    await waitFor('the connections to be gone', async () => {
      const open = await database.query(
        "SELECT FROM pg_stat_activity WHERE application_name = 'pollcast plans'",
      );
      return open.length === 0;
    });
  }
}

/** How often each large table was read from one end to the other so far. */
async function scans(): Promise<Record<string, number>> {
  // A connection reports what it has done once in a while only, also this one.
  await database.query('SELECT pg_stat_force_next_flush(), pg_stat_clear_snapshot()');
  const tables = await database.query<{ relname: string; count: number }>(
    `SELECT relname, seq_scan::integer AS count FROM pg_stat_user_tables
     WHERE relname IN ('delivery', 'telegram_user', 'api_token', 'audit_entry')`,
  );
  return Object.fromEntries(tables.map(({ relname, count }) => [relname, count]));
}

/** How many deliveries were read so far, by whichever way. */
async function readDeliveries(): Promise<number> {
  await database.query('SELECT pg_stat_force_next_flush(), pg_stat_clear_snapshot()');
  const [row] = await database.query<{ count: number }>(
    `SELECT (seq_tup_read + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relname = 'delivery'))::integer
       AS count FROM pg_stat_user_tables WHERE relname = 'delivery'`,
  );
  return row?.count ?? 0;
}

/** Fails when the work reads a large table as a whole. */
async function withoutScans<T>(work: (dataSource: DataSource) => Promise<T>): Promise<T> {
  const before = await scans();
  const result = await connected(work);
  expect(await scans()).toEqual(before);
  return result;
}

describe(`with ${USERS} recipients`, () => {
  test('planning takes four statements, the lock included, whatever the audience', async () => {
    expect(planning).toHaveLength(4);
    const [campaign] = await database.query(
      'SELECT total_users, pending_users, chunk_count FROM notification_campaign',
    );
    expect(campaign).toEqual({ total_users: USERS, pending_users: USERS, chunk_count: USERS / CHUNK_SIZE });
    const [chunks] = await database.query<{ smallest: number; largest: number }>(
      `SELECT min(size)::integer AS smallest, max(size)::integer AS largest
       FROM (SELECT count(*) AS size FROM delivery GROUP BY chunk_number) sizes`,
    );
    expect(chunks).toEqual({ smallest: CHUNK_SIZE, largest: CHUNK_SIZE });
  });

  test('a scan would be noticed', async () => {
    const before = await scans();
    await connected((dataSource) => dataSource.query('SELECT max(updated_at) FROM delivery'));
    expect((await scans()).delivery).toBeGreaterThan(before.delivery ?? 0);
  });

  test('the work on a chunk scans nothing', async () => {
    const sent = await withoutScans(async (dataSource) => {
      const [chunks, claims] = [new ChunkStore(dataSource), new ClaimStore(dataSource)];
      const deliveries = new SettlementStore(dataSource);
      const chunk = await chunks.claimDue(LEASE);
      if (!chunk) throw new Error('No chunk is due.');
      const claimId = randomUUID();
      await chunks.renew([chunk.leaseToken], LEASE.leaseMs);
      const { recipients } = await claims.claim(chunk, {
        claimId,
        wanted: 10,
        lookAhead: 20,
        sendInMs: 0,
        contentVersion: 1,
      });
      const settlements = recipients.slice(1).map(({ userId, fencingToken }) => ({
        campaignId: chunk.campaignId,
        userId,
        fencingToken,
        status: DeliveryStatus.SENT as const,
        messageId: userId,
      }));
      await deliveries.settle(chunk.campaignId, settlements, { reason: null, count: 0, broken: true });
      await claims.requeueUnsent(chunk, claimId);
      expect((await chunks.release(chunk, { idleMs: 0, sentAgoMs: null }))?.state).toBe('WAITING');
      return settlements.length;
    });
    const [campaign] = await database.query('SELECT sent_users, pending_users FROM notification_campaign');
    expect(campaign).toEqual({ sent_users: sent, pending_users: USERS - sent });
    expect(sent).toBe(9);
    const open = await database.query(
      "SELECT status, attempts FROM delivery WHERE status = 'SENDING' OR attempts > 1",
    );
    expect(open).toEqual([]);
  });

  test('taking a chunk back from a dead worker scans nothing', async () => {
    await withoutScans(async (dataSource) => {
      const chunks = new ChunkStore(dataSource);
      await chunks.claimDue({ ...LEASE, leaseMs: 0 });
      await waitFor('the lease to end', async () => (await chunks.reapDeadLeases()).releasedChunks > 0);
    });
  });

  test('looking for what dead workers left in flight reads nothing that is pending', async () => {
    const before = await readDeliveries();
    await connected((dataSource) => new SettlementStore(dataSource).settleOrphans(0));
    expect((await readDeliveries()) - before).toBeLessThan(USERS / 1000);
  });

  test.each<[string, DeliveryFilter | undefined]>([
    ['all', undefined],
    ['those of some statuses', { status: [DeliveryStatus.FAILED, DeliveryStatus.SENT] }],
    ['those of some reasons', { reason: ['BOT_BLOCKED', 'OPTED_OUT'] }],
    ['to whom a frequent search finds', { search: 'person' }],
    ['to whom a rare search finds', { search: `son ${LAST_ID / 10 - 1}` }],
  ])('the pages of a list of deliveries, %s, scan nothing', async (_which, filter) => {
    await withoutScans(async (source) => {
      const lists = new DeliveryListService(new DeliveryListStore(source), new UserDeliveryStore(source));
      const page = await lists.deliveries('1', filter, { first: 5 });
      expect(page.nodes).toHaveLength(5);
      const next = await lists.deliveries('1', filter, { first: 5, after: page.pageInfo.endCursor });
      const end = await lists.deliveries('1', filter, { last: 5, before: next.pageInfo.endCursor });
      expect(end.nodes.map(({ userId }) => userId)).toContain(page.nodes[4]?.userId);
      expect(next.pageInfo.hasPreviousPage).toBe(true);
      expect(next.nodes.map(({ userId }) => userId)).not.toContain(page.nodes[0]?.userId);
    });
  });

  test.each([
    ['all', undefined],
    ['those of a status', { status: [TelegramUserStatus.ACTIVE] }],
    ['those of every status', { status: Object.values(TelegramUserStatus) }],
    ['those of a name', { usernameContains: `person_${LAST_ID / 1000 - 10}` }],
    ['a frequent search', { search: 'person' }],
    ['a rare search', { search: `son ${LAST_ID / 100 - 100}` }],
    ['a search of two letters', { search: 'pe' }],
    ['a username', { search: `@person_${LAST_ID / 1000 - 10}` }],
    ['a frequent search with a status', { search: 'person', status: [TelegramUserStatus.ACTIVE] }],
  ])('the pages of a list of people, %s, scan nothing', async (_which, filter) => {
    await withoutScans(async (source) => {
      const groups = new GroupService(new GroupStore(source));
      const [store, lists] = [new PeopleStore(source), new PeopleListStore(source)];
      const people = new PeopleService(store, lists, () => Promise.resolve(true), groups);
      for (const order of Object.values(TelegramUserOrder)) {
        const page = await people.list(filter, order, { first: 50 });
        expect(page.nodes).toHaveLength(50);
        const end = await people.list(filter, order, { last: 50, before: page.pageInfo.endCursor });
        expect(end.nodes).toEqual(page.nodes.slice(0, -1));
      }
    });
  });

  test.each<[string, ParticipantFilter]>([
    ['who have begun', { participation: [Participation.STARTED] }],
    ['who are missing', { participation: [Participation.NOT_STARTED, Participation.STARTED] }],
  ])('the pages of the participants of polls, %s, and their lengths scan nobody', async (_which, filter) => {
    await withoutScans(async (dataSource) => {
      const counts = new PollCountStore(dataSource);
      const groups = new GroupService(new GroupStore(dataSource));
      const service = new ParticipantService(new ParticipantStore(dataSource), groups, (ids) =>
        counts.read(ids),
      );
      for (const poll of ['2', '3']) {
        const page = await service.ofPoll(poll, filter, { first: 10 });
        expect(page.nodes).toHaveLength(10);
        if (poll === '2') expect(await page.count()).toBeGreaterThan(100);
      }
    });
  });

  test('a preview reads deliveries of the same poll only', async () => {
    const before = await readDeliveries();
    const found = await withoutScans(async (dataSource) => {
      const audience = new AudienceStore(dataSource);
      return audience.reminded(await audience.scope('2'), 48);
    });
    expect(found).toEqual({ tooLately: 0, lately: 0 });
    expect((await readDeliveries()) - before).toBeLessThan(10);
  });

  test('a page of polls reads no people', async () => {
    const counts = await withoutScans((source) => new PollCountStore(source).read(['1', '2', '3']));
    expect(counts.map(({ participantCount }) => participantCount)).toEqual([USERS, USERS, USERS / 10]);
  });

  test('skipping whom a cancelled campaign has left sorts nothing, and reads little more than it skips', async () => {
    await database.query("UPDATE notification_campaign SET status = 'CANCELLED'");
    const before = await readDeliveries();
    const skipped = await withoutScans((dataSource) => new CancelledStore(dataSource).skipAll());
    expect(skipped).toBeGreaterThan(USERS - 100);
    expect((await readDeliveries()) - before).toBeLessThan(1.1 * USERS);
  });
});

describe(`with ${TOKENS} tokens and ${CALLS} entries in the audit log`, () => {
  test('finding a token and looking at those in use scan nothing', async () => {
    await withoutScans(async (dataSource) => {
      const tokens = new ApiTokenStore(dataSource);
      const known = createHash('sha256').update('77').digest();
      expect(await tokens.findValid(known)).toMatchObject({ name: 'token-77' });
      expect(await tokens.findValid(createHash('sha256').digest())).toBeUndefined();
      expect(await tokens.validAmong(['1', '2', '999999'])).toHaveLength(2);
    });
  });

  test.each<[string, AuditFilter | undefined, number]>([
    ['all', undefined, 5],
    ['those of a campaign', { campaignId: '7' }, 5],
    ['those of a token', { actor: 'token-7' }, 5],
    ['those of a mutation', { action: 'startCampaign' }, 5],
    ['those of a mutation that was never called', { action: 'closePoll' }, 0],
    ['those of an outcome that was rare', { outcome: [AuditOutcome.FAILED] }, 0],
    ['those of a poll', { pollId: '7' }, 0],
    [
      'those of an hour',
      { after: new Date(Date.now() - 3_600_000), before: new Date(Date.now() + 60_000) },
      5,
    ],
  ])('the pages of the audit log, %s, scan nothing', async (_which, filter, length) => {
    await withoutScans(async (dataSource) => {
      const trail = new AuditTrail(new AuditStore(dataSource), createLogger({ logLevel: 'silent' }));
      const page = await trail.list(filter, { first: 5 });
      expect(page.nodes).toHaveLength(length);
      const next = await trail.list(filter, { first: 5, after: page.pageInfo.endCursor });
      expect(next.nodes).toHaveLength(length);
    });
  });
});
