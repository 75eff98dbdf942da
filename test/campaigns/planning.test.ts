import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { AudienceStore } from '../../src/campaigns/audience.store.js';
import { CancelledStore } from '../../src/campaigns/cancelled.store.js';
import { createDataSource } from '../../src/app/data-source.js';
import type { TransactionalSql } from '../../src/database/rows.js';
import { PollDeletionStore } from '../../src/delivery/poll-deletion.store.js';
import { PeopleStore } from '../../src/people/people.store.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createUsers } from '../support/factories.js';
import { waitFor } from '../support/wait.js';
import { plannedCampaign, runningCampaign } from '../support/running-campaign.js';

let database: TestDatabase;
let dataSource: DataSource;

beforeEach(async () => {
  database = await createTestDatabase();
  dataSource = await createDataSource({ url: database.url }).initialize();
  await database.query("INSERT INTO poll (title, status) VALUES ('Lunch', 'OPEN'), ('Dinner', 'OPEN')");
});
afterEach(async () => {
  await dataSource.destroy();
  await database.drop();
});

function statuses(): Promise<{ status: string; attempts: number }[]> {
  return database.query('SELECT status, attempts FROM delivery ORDER BY user_id');
}

describe('a campaign whose status changes while it is planned', () => {
  /** Plans a campaign, and does something on another connection once the recipients have been written. */
  async function planMeanwhile(id: string, meanwhile: () => Promise<unknown>): Promise<unknown> {
    const sql: TransactionalSql = {
      query: (text, parameters) => dataSource.query(text, parameters),
      transaction: (work) =>
        dataSource.transaction((manager) =>
          work({
            query: async (text, parameters) => {
              const result: unknown = await manager.query(text, parameters);
              // This would wait for ever if it waited for the planning.
              if (text.includes('INSERT INTO delivery')) await meanwhile();
              return result;
            },
          }),
        ),
    };
    return new AudienceStore(sql).plan('1', id);
  }

  const becomes = (id: string, status: string) =>
    database.query('UPDATE notification_campaign SET status = $2 WHERE id = $1', [id, status]);

  test.each([
    ['PAUSED', 3],
    ['CANCELLED', 0],
  ])('to %s has %i recipients', async (status, recipients) => {
    await createUsers(database, 3);
    const id = await runningCampaign(database, '1', 10);
    const plan = await planMeanwhile(id, () => becomes(id, status));
    expect(plan).toEqual(recipients > 0 ? { totalUsers: recipients, chunkCount: 1 } : undefined);
    expect(await statuses()).toHaveLength(recipients);
    const [campaign] = await database.query('SELECT status, total_users FROM notification_campaign');
    expect(campaign).toEqual({ status, total_users: recipients });
  });

  test('is not deleted with its poll before the planning is over', async () => {
    await createUsers(database, 3);
    const id = await runningCampaign(database, '1', 10);
    const polls = new PollDeletionStore(dataSource);
    let deletion: unknown;
    await planMeanwhile(id, async () => {
      await becomes(id, 'PAUSED');
      await database.query(`UPDATE poll SET status = 'CLOSED' WHERE id = 1`);
      deletion = await polls.delete('1');
    });
    expect(deletion).toEqual({ deleted: false, busyCampaign: id });
    expect(await statuses()).toHaveLength(3);
    expect(await polls.delete('1')).toEqual({ deleted: true });
    expect(await statuses()).toEqual([]);
  });

  test('is broken off also when that is asked for before the statement has begun', async () => {
    await createUsers(database, 3);
    const id = await runningCampaign(database, '1', 10);
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

  test('is planned once, by the first of several', async () => {
    await createUsers(database, 50);
    const id = await runningCampaign(database, '1', 10);
    const plans = await Promise.all([1, 2, 3, 4].map(() => new AudienceStore(dataSource).plan('1', id)));
    expect(plans.filter((plan) => plan !== undefined)).toEqual([{ totalUsers: 50, chunkCount: 5 }]);
    expect(await statuses()).toHaveLength(50);
  });
});

describe('skipping whom a cancelled campaign has left', () => {
  async function cancelledCampaign(pollId: string): Promise<string> {
    const id = await plannedCampaign(database, dataSource, pollId, 1000);
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
    await plannedCampaign(database, dataSource, '1', 1000);
    expect(await new CancelledStore(dataSource).skipAll()).toBe(12_000);
    const none = { pending_users: 0, skipped_users: 6000 };
    expect(await counters()).toEqual([none, none, { pending_users: 6000, skipped_users: 0 }]);
  });

  test('begins no batch once it is told to end', async () => {
    await createUsers(database, 3);
    const id = await cancelledCampaign('1');
    const store = new CancelledStore(dataSource);
    expect(await store.skipAll(AbortSignal.abort())).toBe(0);
    expect(await store.skipSome(id)).toBe(false);
    expect(await counters()).toEqual([{ pending_users: 0, skipped_users: 3 }]);
  });
});

describe('a campaign with as many chunks as recipients, an hour apart', () => {
  test('is planned for weeks ahead', async () => {
    await createUsers(database, 600);
    const id = await runningCampaign(database, '1', 1);
    await database.query('UPDATE notification_campaign SET chunk_interval_ms = 3600000');
    expect(await new AudienceStore(dataSource).plan('1', id)).toEqual({ totalUsers: 600, chunkCount: 600 });
    const [last] = await database.query(
      `SELECT extract(epoch FROM max(due_at) - min(due_at))::integer / 3600 AS hours FROM campaign_chunk`,
    );
    expect(last).toEqual({ hours: 599 });
  });
});

describe('completions that are recorded twice at once', () => {
  test('wait for each other, in whatever order they are given', async () => {
    const [first, second] = await createUsers(database, 2);
    const other = new Client({ connectionString: database.url });
    await other.connect();
    const record = 'INSERT INTO poll_completion (poll_id, user_id) VALUES (1, $1)';
    await other.query('BEGIN');
    await other.query(record, [first]);
    const recorded = new PeopleStore(dataSource).recordCompletions('1', [second ?? '', first ?? '']);
    await waitFor('the call to wait', async () => {
      const [row] = await database.query<{ waiting: number }>(
        `SELECT count(*)::integer AS waiting FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event = 'transactionid' AND query LIKE '%poll_completion%'`,
      );
      return row?.waiting === 1;
    });
    await other.query(record, [second]);
    await other.query('COMMIT');
    await other.end();
    expect(await recorded).toBe(0);
  });
});
