import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/app/data-source.js';
import { ChunkStore, MAX_CHUNK_ATTEMPTS } from '../../src/delivery/chunk.store.js';
import type { LeasedChunk } from '../../src/delivery/leased-chunk.js';
import { TakeoverStore } from '../../src/engine/takeover.store.js';
import { EMPTY_DATABASE, createTestDatabase, type TestDatabase } from '../support/database.js';
import { createUsers } from '../support/factories.js';
import { waitFor } from '../support/wait.js';
import { plannedCampaign, runningCampaign } from '../support/running-campaign.js';

const LEASE_MS = 60_000;
/** Of both signs: the lock shows it as two halves without one. */
const KEYS = ['-9223372036854775808', '-1', '4294967296', '9223372036854775807'];

let database: TestDatabase;
let dataSource: DataSource;
let chunks: ChunkStore;
let store: TakeoverStore;
let holder: Client;

beforeEach(async () => {
  database = await createTestDatabase();
  dataSource = await createDataSource({ url: database.url }).initialize();
  chunks = new ChunkStore(dataSource);
  store = new TakeoverStore(dataSource);
  holder = new Client({ connectionString: database.url });
  await holder.connect();
  await database.query("INSERT INTO poll (title, status) VALUES ('Lunch', 'OPEN')");
});
afterEach(async () => {
  await holder.end();
  await dataSource.destroy();
  await database.drop();
});

function look(reconnectedAt: string | null = null) {
  return store.look({ leaseMs: LEASE_MS, reconnectedAt, overduePlanMs: 0 });
}

async function leased(holderKey: string | null): Promise<LeasedChunk> {
  const chunk = await chunks.claimDue({
    leaseMs: LEASE_MS,
    capacity: { messages: 1000, withinMs: 240_000 },
    holderKey,
  });
  if (!chunk) throw new Error('No chunk is due.');
  return chunk;
}

/** Chunks that are held under each of the keys. */
async function held(keys: readonly (string | null)[]): Promise<LeasedChunk[]> {
  await createUsers(database, keys.length);
  await plannedCampaign(database, dataSource, '1', 1);
  const all: LeasedChunk[] = [];
  for (const key of keys) all.push(await leased(key));
  await store.noticeServer();
  return all;
}

async function lock(key: string): Promise<void> {
  await holder.query('SELECT pg_advisory_lock($1::bigint)', [key]);
}

describe('a lease is abandoned', () => {
  test('when the lock of its holder is free, and not before', async () => {
    for (const key of KEYS) await lock(key);
    const all = await held(KEYS);
    expect((await look()).abandonedLeases).toEqual([]);
    await holder.query('SELECT pg_advisory_unlock_all()');
    const { abandonedLeases, leaseHasExpired } = await look();
    expect(abandonedLeases.sort()).toEqual(all.map(({ leaseToken }) => leaseToken).sort());
    expect(leaseHasExpired).toBe(false);
    expect(await chunks.reapDeadLeases(abandonedLeases)).toMatchObject({ releasedChunks: KEYS.length });
    expect((await look()).abandonedLeases).toEqual([]);
  });

  test('not when another database holds or frees the same key', async () => {
    const other = await createTestDatabase(EMPTY_DATABASE);
    await other.query('SELECT pg_advisory_lock(7)');
    await held(['7']);
    expect((await look()).abandonedLeases).toHaveLength(1);
    await other.drop();
  });

  test('not when it has no key, as those of an older version', async () => {
    await held([null]);
    expect((await look()).abandonedLeases).toEqual([]);
  });

  test('not when an older version has claimed the chunk since, which leaves the key as it was', async () => {
    await held(['7']);
    await database.query('UPDATE campaign_chunk SET lease_token = $1', [randomUUID()]);
    expect((await look()).abandonedLeases).toEqual([]);
  });

  test('not when that would quarantine the chunk: its lease decides', async () => {
    await held(['7']);
    await database.query('UPDATE campaign_chunk SET attempts = $1', [MAX_CHUNK_ATTEMPTS]);
    expect((await look()).abandonedLeases).toEqual([]);
    await database.query('UPDATE campaign_chunk SET lease_expires_at = now()');
    expect((await look()).leaseHasExpired).toBe(true);
    expect(await chunks.reapDeadLeases()).toMatchObject({ releasedChunks: 0, quarantinedChunks: 1 });
  });

  test('not for one lease after a restart or a failover of the server', async () => {
    await held(['7']);
    await database.query(`UPDATE known_server SET started_at = started_at - interval '1 day'`);
    expect(await look()).toMatchObject({ serverIsKnown: false, abandonedLeases: [] });
    await store.noticeServer();
    expect(await look()).toMatchObject({ serverIsKnown: true, abandonedLeases: [] });
    await database.query("UPDATE known_server SET noticed_at = noticed_at - $1 * interval '1 ms'", [
      LEASE_MS,
    ]);
    expect((await look()).abandonedLeases).toHaveLength(1);
  });

  test('not for one lease after a reconnection of the one who looks', async () => {
    await held(['7']);
    const [row] = await database.query<{ at: string }>('SELECT clock_timestamp()::text AS at');
    expect((await look(row?.at)).abandonedLeases).toEqual([]);
    const [earlier] = await database.query<{ at: string }>(
      `SELECT (clock_timestamp() - $1 * interval '1 ms')::text AS at`,
      [LEASE_MS],
    );
    expect((await look(earlier?.at)).abandonedLeases).toHaveLength(1);
  });

  test('and is taken back only where it still is that lease', async () => {
    await held(['7']);
    const { abandonedLeases } = await look();
    await chunks.reapDeadLeases(abandonedLeases);
    const next = await leased('8');
    expect(await chunks.reapDeadLeases(abandonedLeases)).toMatchObject({ releasedChunks: 0 });
    expect(await chunks.renew([next.leaseToken], LEASE_MS)).toEqual(new Set([next.leaseToken]));
  });
});

describe('an attempt', () => {
  async function attempts(): Promise<number> {
    const [chunk] = await database.query<{ attempts: number }>('SELECT attempts FROM campaign_chunk');
    return chunk?.attempts ?? -1;
  }

  test('that was lost with a session is refunded, also when another has claimed the chunk meanwhile', async () => {
    const [lost] = await held(['7']);
    if (!lost) throw new Error('No chunk is due.');
    await chunks.reapDeadLeases([lost.leaseToken]);
    await leased('8');
    expect(await attempts()).toBe(2);
    await chunks.refundAttempt(lost);
    expect(await attempts()).toBe(1);
  });

  test('of a lease that stands is not', async () => {
    const [lease] = await held(['7']);
    if (!lease) throw new Error('No chunk is due.');
    await chunks.refundAttempt(lease);
    expect(await attempts()).toBe(1);
  });
});

describe('a plan is overdue', () => {
  test('when nobody is at it', async () => {
    const id = await runningCampaign(database, '1', 10);
    await database.query(`UPDATE notification_campaign SET progressed_at = now() - interval '1 s'`);
    expect((await look()).overduePlans).toEqual([id]);
    await holder.query(`SELECT pg_advisory_lock(hashtextextended('plan campaign ' || $1::text, 0))`, [id]);
    expect((await look()).overduePlans).toEqual([]);
  });

  test('when a scheduled campaign was not started', async () => {
    const id = await runningCampaign(database, '1', 10);
    await database.query(
      `UPDATE notification_campaign SET status = 'SCHEDULED', scheduled_for = now() + interval '2 s'`,
    );
    expect((await look()).overduePlans).toEqual([]);
    await waitFor('the schedule', async () => (await look()).overduePlans.includes(id));
  });
});
