import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { dumpSchema } from '../../src/database/schema-dump.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { runHosted, startHosted } from '../support/hosted-program.js';
import { startProcess } from '../support/process.js';
import { waitFor } from '../support/wait.js';

let database: TestDatabase;
let schema: string;
beforeEach(async () => {
  database = await createTestDatabase();
  schema = await dumpSchema(database.url);
  await database.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
});
afterEach(() => database.drop());

describe('migrate', () => {
  test('makes the schema once, however many programs start on an empty database', async () => {
    const environment = { DATABASE_URL: database.url };
    const runs = await Promise.all(Array.from({ length: 5 }, () => runHosted(['migrate'], environment)));

    expect(runs.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0]);
    const said = runs.map(({ output }) => output.trim().split('\n').at(-1) ?? '').sort();
    expect(said.filter((line) => line.startsWith('Ran InitialSchema'))).toHaveLength(1);
    expect(said.filter((line) => line === 'The database schema is up to date.')).toHaveLength(4);
    expect(await dumpSchema(database.url)).toBe(schema);
  });

  test('says so when the connection that keeps others from migrating is lost, and can be run again', async () => {
    const environment = { DATABASE_URL: database.url };
    // Somebody else is about to make the same table: the migration waits for them, and its lock is idle.
    const rival = new Client({ connectionString: database.url });
    await rival.connect();
    await rival.query('BEGIN; CREATE TABLE migration (id integer)');
    const running = startProcess(['migrate'], environment);
    await waitFor('the migration to wait', async () => {
      const [waiting] = await database.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return waiting !== undefined;
    });
    await database.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'pollcast migrate'`,
    );
    expect(await running.exited).toBe(1);
    expect(running.output().trim().split('\n').at(-1)).toMatch(/lost its lock.*run it again\.$/);
    await rival.end();

    expect(await runHosted(['migrate'], environment)).toMatchObject({ code: 0 });
    expect(await dumpSchema(database.url)).toBe(schema);
  });

  test('lets statements pass while somebody else holds a table that is to change', async () => {
    const environment = { DATABASE_URL: database.url };
    expect(await runHosted(['migrate'], environment)).toMatchObject({ code: 0 });
    await database.query(`
      ALTER TABLE campaign_chunk DROP COLUMN last_sent_at;
      DELETE FROM migration WHERE name LIKE 'ChunkLastSent%'`);
    const reader = new Client({ connectionString: database.url });
    await reader.connect();
    await reader.query('BEGIN; SELECT FROM campaign_chunk');
    const running = startHosted(['migrate'], environment);
    await waitFor('the migration to give way', () => running.output().includes('trying again'));
    await database.query('UPDATE campaign_chunk SET attempts = 0');
    expect(running.exitCode()).toBeNull();
    await reader.query('COMMIT');
    await reader.end();

    expect(await running.exited).toBe(0);
    expect(running.output()).toMatch(/^Ran ChunkLastSent\d+\.$/m);
    expect(await dumpSchema(database.url)).toBe(schema);
  });

  test('waits while somebody else is about to make its own table', async () => {
    const rival = new Client({ connectionString: database.url });
    await rival.connect();
    await rival.query('BEGIN; CREATE TABLE migration (id integer)');
    const running = startHosted(['migrate'], { DATABASE_URL: database.url });
    await waitFor('the migration to give way', () => running.output().includes('trying again'));
    await rival.query('ROLLBACK');
    await rival.end();

    expect({ code: await running.exited, output: running.output() }).toEqual({
      code: 0,
      output: expect.stringContaining('Ran InitialSchema'),
    });
    expect(await dumpSchema(database.url)).toBe(schema);
  });

  test('leaves a database that it cannot migrate as it was', async () => {
    await database.query('CREATE TABLE delivery (parcel text)');
    const { code, output } = await runHosted(['migrate'], { DATABASE_URL: database.url });

    expect({ code, output }).toEqual({
      code: 1,
      output: expect.stringContaining('relation "delivery" already exists'),
    });
    const tables = await database.query<{ table: string }>(
      `SELECT tablename AS table FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`,
    );
    expect(tables.map(({ table }) => table)).toEqual(['delivery', 'migration']);
  });
});
