/** @long */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Client, Pool } from 'pg';
import { DeliveryStatus } from '../../src/delivery/delivery.entity.js';
import { createDataSource } from '../../src/app/data-source.js';
import { PreparedSql } from '../../src/database/prepared.js';
import type { SqlExecutor } from '../../src/database/rows.js';
import { engineSession, keyedSession } from '../../src/database/session.js';
import { ChunkStore } from '../../src/delivery/chunk.store.js';
import type { LeasedChunk } from '../../src/delivery/leased-chunk.js';
import { ClaimStore } from '../../src/delivery/claim.store.js';
import { SettlementStore } from '../../src/delivery/settlement.store.js';
import { TakeoverStore } from '../../src/engine/takeover.store.js';
import {
  analyzeTables,
  createTestDatabase,
  type ClonedDatabase,
  type TestDatabase,
} from '../support/database.js';
import { createNamelessUsers } from '../support/factories.js';
import { plannedCampaign } from '../support/running-campaign.js';
import { waitFor } from '../support/wait.js';

/** Enough for a plan that reads all of a campaign to be noticed. */
const USERS = 10_000;
/** Of a larger share, reading all of the campaign would be the better plan for a settlement. */
const CLAIMED = USERS / 400;
const LEASE = { leaseMs: 60_000, capacity: { messages: 100_000, withinMs: 240_000 }, holderKey: null };

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Index Cond'?: string;
  'Actual Rows'?: number;
  'Actual Loops'?: number;
  'Rows Removed by Filter'?: number;
  Plans?: PlanNode[];
}

/** What an index must be asked for so that it reads no more than a chunk, or the reminders of one person. */
const SELECTIVE: Readonly<Record<string, readonly string[]>> = {
  delivery_pk: ['campaign_id', 'user_id'],
  delivery_open_idx: ['campaign_id', 'chunk_number'],
  delivery_sending_idx: ['campaign_id', 'chunk_number'],
  delivery_user_idx: ['user_id'],
};

type Known = 'nothing' | 'empty tables' | 'another campaign' | 'a small campaign';
type Step = (database: TestDatabase) => Promise<void>;

const REST = { idleMs: 0, sentAgoMs: null };

/** Databases that are cloned for a test, by what their statistics know. */
const templates = new Map<Known, string>();
const made: ClonedDatabase[] = [];

let database: TestDatabase;
let client: Client;

async function template(from: Known | undefined, ...steps: readonly Step[]): Promise<string> {
  const next = await createTestDatabase(from && templates.get(from));
  made.push(next);
  for (const step of steps) await step(next);
  return next.becomeTemplate();
}

beforeAll(async () => {
  templates.set('nothing', await template(undefined, fill));
  templates.set('empty tables', await template('nothing', analyzeTables));
  templates.set('another campaign', await template('empty tables', finishedCampaign, analyzeTables));
  templates.set('a small campaign', await template('empty tables', forFew, finishedCampaign, analyzeTables));
});
afterAll(async () => {
  for (const each of made) await each.drop();
});

async function useDatabase(known: Known): Promise<void> {
  database = await createTestDatabase(templates.get(known));
  client = new Client({ connectionString: database.url });
  await client.connect();
}
afterEach(async () => {
  await client.end();
  await database.drop();
});

async function fill(filled: TestDatabase): Promise<void> {
  await createNamelessUsers(filled, USERS);
  await filled.query(
    `ALTER TABLE delivery SET (autovacuum_enabled = false);
     ALTER TABLE campaign_chunk SET (autovacuum_enabled = false);
     INSERT INTO poll (title, status) VALUES ('Lunch', 'OPEN'), ('Dinner', 'OPEN')`,
  );
}

async function plan(
  planned: TestDatabase,
  pollId: string,
  chunkSize: number,
  notRemindedForHours?: number,
): Promise<void> {
  const dataSource = await createDataSource({ url: planned.url }).initialize();
  await plannedCampaign(planned, dataSource, pollId, chunkSize, notRemindedForHours);
  await dataSource.destroy();
  // A connection adds what it has read to the statistics of the table before it is gone.
  const connections =
    "SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'pollcast'";
  await waitFor('the end of its connections', async () => (await planned.query(connections)).length === 0);
}

/** A campaign that is over. */
async function finishedCampaign(filled: TestDatabase): Promise<void> {
  await plan(filled, '1', 100);
  await filled.query(
    `UPDATE delivery SET status = 'SENT'; UPDATE campaign_chunk SET state = 'DONE';
     UPDATE notification_campaign SET pending_users = 0, sent_users = total_users, status = 'COMPLETED'`,
  );
}

/** Makes the first poll one for a few people. */
async function forFew(filled: TestDatabase): Promise<void> {
  await filled.query(
    `INSERT INTO user_group (name, name_key) VALUES ('Few', 'few');
     INSERT INTO group_member SELECT 1, id FROM telegram_user WHERE id <= 1000030;
     INSERT INTO poll_group VALUES (1, 1)`,
  );
}

function nodesOf(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}

/** Every way by which a plan reads deliveries that may be more than those of a chunk. */
function wideReads(plan: PlanNode): string[] {
  return nodesOf(plan).flatMap((node) => {
    const index = node['Index Name'];
    if (index?.startsWith('delivery_')) {
      const wanted = SELECTIVE[index] ?? ['nothing that would do'];
      const asked = node['Index Cond'] ?? '';
      return wanted.every((column) => asked.includes(column)) ? [] : [`${index} by ${asked}`];
    }
    return node['Relation Name'] === 'delivery' && node['Node Type'] === 'Seq Scan' ? ['Seq Scan'] : [];
  });
}

/** How many deliveries a plan that was run has read. */
function deliveriesRead(plan: PlanNode): number {
  return nodesOf(plan)
    .filter((node) => node['Relation Name'] === 'delivery' && node['Node Type'].endsWith('Scan'))
    .reduce((sum, node) => {
      const rows = (node['Actual Rows'] ?? 0) + (node['Rows Removed by Filter'] ?? 0);
      return sum + rows * (node['Actual Loops'] ?? 0);
    }, 0);
}

interface Explained {
  sql: string;
  wideReads: string[];
  deliveriesRead: number;
}

/** Runs statements, and nothing else. */
function plainSql(): SqlExecutor {
  return {
    query: async (sql, parameters) => (await client.query<Record<string, unknown>>(sql, parameters)).rows,
  };
}

async function explain(sql: string, parameters?: unknown[]): Promise<PlanNode> {
  const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(sql, parameters);
  const plan = rows[0]?.['QUERY PLAN'][0].Plan;
  if (!plan) throw new Error('There is no plan.');
  return plan;
}

/** Runs statements like the engine, and explains each before by a trial that is undone. */
class ExplainingSql implements SqlExecutor {
  readonly explained: Explained[] = [];

  async query(sql: string, parameters: unknown[] = []): Promise<unknown[]> {
    await client.query('BEGIN');
    const plan = await explain(`EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`, parameters);
    await client.query('ROLLBACK');
    this.explained.push({
      sql,
      wideReads: wideReads(plan),
      deliveriesRead: deliveriesRead(plan),
    });
    return (await client.query<Record<string, unknown>>(sql, parameters)).rows;
  }

  wide(): Explained[] {
    return this.explained.filter((statement) => statement.wideReads.length > 0);
  }

  mostRead(): number {
    return Math.max(...this.explained.map((statement) => statement.deliveriesRead));
  }
}

const FLUSH_STATISTICS = 'SELECT pg_stat_force_next_flush()';

async function deliveriesReadSoFar(sql: SqlExecutor): Promise<number> {
  await sql.query(FLUSH_STATISTICS);
  const [row] = await database.query<{ count: number }>(
    `SELECT (seq_tup_read + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relname = 'delivery'))::integer
       AS count FROM pg_stat_user_tables WHERE relname = 'delivery'`,
  );
  return row?.count ?? 0;
}

async function leasedChunk(chunks: ChunkStore): Promise<LeasedChunk> {
  const chunk = await chunks.claimDue(LEASE);
  if (!chunk) throw new Error('No chunk is due.');
  return chunk;
}

/** Claims so many of the chunk that reading all of the campaign looks cheaper than one by one, and settles all but one, whose claim is taken for lost. */
async function workChunk(chunk: LeasedChunk, sql: SqlExecutor, keyedSql = sql): Promise<void> {
  const [claims, deliveries] = [new ClaimStore(keyedSql), new SettlementStore(sql)];
  const claimId = randomUUID();
  const { recipients } = await claims.claim(chunk, {
    claimId,
    wanted: CLAIMED,
    lookAhead: 20,
    sendInMs: 0,
    contentVersion: 1,
  });
  expect(recipients).toHaveLength(CLAIMED);
  const settlements = recipients.slice(1).map(({ userId, fencingToken }) => ({
    campaignId: chunk.campaignId,
    userId,
    fencingToken,
    status: DeliveryStatus.SENT as const,
    messageId: userId,
  }));
  const streak = { reason: null, count: 0, broken: true };
  await deliveries.settle(chunk.campaignId, settlements.slice(0, 1), streak);
  await deliveries.settle(chunk.campaignId, settlements.slice(1), streak);
  await claims.requeueUnsent(chunk, claimId);
}

describe(`a campaign of ${USERS}`, () => {
  test.each<[string, Known]>([
    ['know another one only', 'another campaign'],
    ['know a small one only', 'a small campaign'],
    ['were made of empty tables', 'empty tables'],
    ['were never made', 'nothing'],
  ])('is worked chunk by chunk where the statistics %s', async (_which, known) => {
    await useDatabase(known);
    await plan(database, '2', 200);
    const sql = new ExplainingSql();
    const chunks = new ChunkStore(sql);
    const chunk = await leasedChunk(chunks);
    await chunks.renew([chunk.leaseToken], LEASE.leaseMs);
    await new TakeoverStore(sql).look({ leaseMs: LEASE.leaseMs, reconnectedAt: null, overduePlanMs: 0 });
    await workChunk(chunk, sql);
    expect(await chunks.release(chunk, REST)).toMatchObject({ state: 'WAITING' });
    expect(sql.wide()).toEqual([]);
    expect(sql.mostRead()).toBeLessThan(1000);
  });

  test.each<[string, Known]>([
    ['the tables were small', 'a small campaign'],
    ['only another campaign was known, which was deleted', 'another campaign'],
  ])('is worked chunk by chunk also by plans that were made while %s', async (_when, known) => {
    await useDatabase(known);
    await database.query('TRUNCATE delivery');
    const pools = [engineSession(10_000), keyedSession(10_000)].map(
      (session) => new Pool({ connectionString: database.url, max: 1, ...session }),
    );
    // They end a little later than their end() says, and the database is dropped by force.
    for (const pool of pools) pool.on('error', () => undefined);
    const [sql, keyedSql] = pools.map((pool) => new PreparedSql(pool)) as [PreparedSql, PreparedSql];
    const readSoFar = async () => {
      await keyedSql.query(FLUSH_STATISTICS);
      return deliveriesReadSoFar(sql);
    };
    const chunks = new ChunkStore(sql);
    const [claims, deliveries] = [new ClaimStore(keyedSql), new SettlementStore(sql)];
    const absent = { campaignId: '2', number: 0, leaseToken: randomUUID() } as LeasedChunk;
    // PostgreSQL keeps a plan for any parameters from the sixth time on.
    for (let time = 0; time < 10; time += 1) {
      await chunks.claimDue(LEASE);
      await claims.claim(absent, {
        claimId: randomUUID(),
        wanted: CLAIMED,
        lookAhead: 20,
        sendInMs: 0,
        contentVersion: 1,
      });
      await deliveries.settle('1', [], { reason: null, count: 0, broken: false });
      await chunks.release(absent, REST);
    }
    await plan(database, '2', 200);
    const before = await readSoFar();
    const chunk = await leasedChunk(chunks);
    await workChunk(chunk, sql, keyedSql);
    await chunks.release(chunk, REST);
    expect((await readSoFar()) - before).toBeLessThan(USERS / 8);
    await Promise.all(pools.map((pool) => pool.end()));
  });

  test('that leaves out who was reminded is planned in one pass, and worked chunk by chunk', async () => {
    await useDatabase('empty tables');
    await plan(database, '2', 100);
    await database.query(
      `UPDATE delivery SET status = CASE user_id % 3 WHEN 0 THEN 'UNCONFIRMED' WHEN 1 THEN 'SENT' ELSE 'SENDING' END,
         updated_at = now() - user_id % 2 * interval '3 hours';
       UPDATE campaign_chunk SET state = 'DONE'; UPDATE notification_campaign SET status = 'PAUSED'`,
    );
    const before = await deliveriesReadSoFar(plainSql());
    await plan(database, '2', 200, 2);
    expect((await deliveriesReadSoFar(plainSql())) - before).toBeLessThan(5 * USERS);
    const sql = new ExplainingSql();
    const chunk = await leasedChunk(new ChunkStore(sql));
    await workChunk(chunk, sql);
    expect(sql.wide()).toEqual([]);
    expect(sql.mostRead()).toBeLessThan(1000);
    const [counts] = await database.query(
      `SELECT total_users AS planned, sent_users AS sent FROM notification_campaign WHERE id = $1`,
      [chunk.campaignId],
    );
    expect(counts).toEqual({ planned: USERS / 2, sent: CLAIMED - 1 });
  });

  test('costs a claim no more for the size of its chunks', async () => {
    await useDatabase('another campaign');
    await plan(database, '2', USERS / 4);
    const chunk = await leasedChunk(new ChunkStore(plainSql()));
    const sql = new ExplainingSql();
    await workChunk(chunk, sql);
    expect(sql.wide()).toEqual([]);
    expect(sql.mostRead()).toBeLessThan(1000);
  });
});
