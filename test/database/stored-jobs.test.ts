import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Pool } from 'pg';
import { pino } from 'pino';
import { PostgresListener } from '../../src/database/listener.js';
import { PoolSql } from '../../src/database/pool-sql.js';
import { openSession } from '../../src/database/preflight.js';
import { JobAnnouncements } from '../../src/jobs/job-announcements.js';
import { JobScheduler } from '../../src/jobs/job-scheduler.js';
import { PostgresJobs } from '../../src/jobs/postgres-jobs.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { waitFor } from '../support/wait.js';

let database: TestDatabase;
let pool: Pool;
let listener: PostgresListener;
let scheduler: JobScheduler;
beforeEach(async () => {
  database = await createTestDatabase();
  pool = new Pool({ connectionString: database.url });
  // A connection that is ended may still be there when the database is dropped: idle in the pool, or in somebody's hands.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  const logger = pino({ level: 'silent' });
  listener = new PostgresListener(await openSession(database.url), { url: database.url, logger });
  scheduler = new JobScheduler({
    storage: new PostgresJobs(pool, () => new JobAnnouncements(listener, new PoolSql(pool))),
    lockMs: 15_000,
    chunkConcurrency: 1,
    reconcileIntervalMs: 60_000,
    tickMs: 50,
    logger,
  });
});
afterEach(async () => {
  await scheduler.stop();
  await listener.close();
  await pool.end();
  await database.drop();
});

test.each(['drive-campaign', 'plan-campaign'])(
  'a job that is stored as %s drives its campaign',
  async (name) => {
    await database.query(`INSERT INTO agenda_jobs (name, data, next_run_at) VALUES ($1, $2, now())`, [
      name,
      { campaignId: '7' },
    ]);
    const driven: string[] = [];
    await scheduler.start({
      drive: (campaignId) => Promise.resolve(void driven.push(campaignId)),
      sendChunk: () => Promise.resolve(),
      reconcile: () => Promise.resolve(),
    });
    await waitFor('the job to run', () => Promise.resolve(driven.length > 0));
    expect(driven).toEqual(['7']);
  },
);
