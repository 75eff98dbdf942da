import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { AudienceStore } from '../../src/campaigns/audience.store.js';
import { createDataSource } from '../../src/app/data-source.js';
import { PeopleStore } from '../../src/people/people.store.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createUsers } from '../support/factories.js';

const FEW = 3;
const MANY = 20_000;
const COMPLETED = 1000;
/** PostgreSQL keeps a plan for all parameters from the sixth execution on. */
const EXECUTIONS = 8;

let database: TestDatabase;
let dataSource: DataSource;
beforeAll(async () => {
  database = await createTestDatabase();
  for (const table of ['telegram_user', 'campaign_chunk', 'poll_completion', 'delivery']) {
    await database.query(`ALTER TABLE ${table} SET (autovacuum_enabled = false)`);
  }
  // One connection, so that what it has planned for small tables is what it would use for large ones.
  dataSource = await createDataSource({ url: database.url, poolSize: 1 }).initialize();
});
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

async function createPoll(): Promise<string> {
  const [poll] = await database.query<{ id: string }>(
    "INSERT INTO poll (title, status) VALUES ('Lunch', 'OPEN') RETURNING id",
  );
  return poll?.id ?? '';
}

async function createCampaign(pollId: string): Promise<string> {
  const [campaign] = await database.query<{ id: string }>(
    `INSERT INTO notification_campaign (topic_id, message_template, chunk_size, chunk_interval_ms, send_interval_ms,
       status) VALUES ($1, 'Hello', 10, 0, 0, 'PROCESSING') RETURNING id`,
    [pollId],
  );
  return campaign?.id ?? '';
}

/** How often the tables that rows refer to were read from one end to the other so far. */
async function scans(): Promise<number> {
  await dataSource.query('SELECT pg_stat_force_next_flush()');
  await database.query('SELECT pg_stat_clear_snapshot()');
  const [row] = await database.query<{ count: number }>(
    `SELECT sum(seq_scan)::integer AS count FROM pg_stat_user_tables
     WHERE relname IN ('telegram_user', 'campaign_chunk')`,
  );
  return row?.count ?? 0;
}

describe('a connection that knows the tables as small', () => {
  test('neither records completions nor plans an audience by reading them for each row', async () => {
    const [people, audience] = [new PeopleStore(dataSource), new AudienceStore(dataSource)];
    const few = await createUsers(database, FEW);
    await database.query('ANALYZE telegram_user, campaign_chunk, poll_completion');
    for (let execution = 0; execution < EXECUTIONS; execution += 1) {
      const pollId = await createPoll();
      await people.recordCompletions(pollId, few.slice(1));
      await audience.plan(pollId, await createCampaign(pollId));
    }
    expect(await scans()).toBeGreaterThan(EXECUTIONS);
    const many = await createUsers(database, MANY, 2_000_001);
    const pollId = await createPoll();
    const before = await scans();

    expect(await people.recordCompletions(pollId, many.slice(0, COMPLETED))).toBe(COMPLETED);
    const plan = await audience.plan(pollId, await createCampaign(pollId));

    const totalUsers = FEW + MANY - COMPLETED;
    expect(plan).toEqual({ totalUsers, chunkCount: Math.ceil(totalUsers / 10) });
    // The audience itself is read as a whole.
    expect((await scans()) - before).toBeLessThan(10);
  });
});
