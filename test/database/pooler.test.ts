import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import {
  createCampaign,
  createOpenPoll,
  createUsers,
  followCampaign,
  startCampaign,
} from '../support/factories.js';
import { runHosted } from '../support/hosted-program.js';
import { findPgBouncer, startPooler, type Pooler } from './support/pooler.js';

const program = findPgBouncer();
if (!program) console.warn('PgBouncer is not installed: the tests with it are skipped.');
const describeWithPooler = program ? describe : describe.skip;

let database: TestDatabase;
let pooler: Pooler;

/** A campaign to its end, by an api and a worker that are configured like this. */
async function campaignWith(database: TestDatabase, environment: Record<string, string>): Promise<string> {
  const app = await TestApp.prepare({ database, environment });
  try {
    await app.startApi();
    await app.startWorker();
    await createUsers(database, 30);
    const api = app.client();
    const id = await createCampaign(api, await createOpenPoll(api), { pacing: { chunkSize: 10 } });
    const following = followCampaign(api, id);
    await startCampaign(api, id);
    expect((await following).at(-1)).toMatchObject({ status: 'COMPLETED', sentUsers: 30 });
    expect(new Set(app.sandbox.messages.map(({ chatId }) => chatId)).size).toBe(30);
    return app.output();
  } finally {
    await app.stop();
  }
}

describeWithPooler('PgBouncer in transaction mode', () => {
  beforeAll(async () => {
    database = await createTestDatabase();
    pooler = await startPooler(program ?? '', database.url, 'transaction');
  });
  afterAll(async () => {
    await pooler.stop();
  });

  test('alone is noticed and refused', async () => {
    const { code, output } = await runHosted(['worker'], { DATABASE_URL: pooler.url });
    expect(output).toContain(
      'DATABASE_URL leads through a pooler in transaction mode, which keeps no session: set DATABASE_DIRECT_URL',
    );
    expect(code).toBe(2);
  });

  test('on both ways is refused, too', async () => {
    const { code, output } = await runHosted(['worker'], {
      DATABASE_URL: pooler.url,
      DATABASE_DIRECT_URL: pooler.url.replace('127.0.0.1', 'localhost'),
    });
    expect(output).toContain('DATABASE_DIRECT_URL leads through a pooler in transaction mode, too');
    expect(code).toBe(2);
  });

  test('beside a way to another database is refused', async () => {
    const other = await createTestDatabase();
    const environment = { DATABASE_URL: pooler.url, DATABASE_DIRECT_URL: other.url };
    const { code, output } = await runHosted(['worker'], environment);
    await other.drop();
    expect(output).toContain('DATABASE_URL and DATABASE_DIRECT_URL lead to different databases');
    expect(code).toBe(2);
  });

  test('with DATABASE_DIRECT_URL carries a campaign to its end', async () => {
    const output = await campaignWith(database, {
      DATABASE_URL: pooler.url,
      DATABASE_DIRECT_URL: database.url,
    });
    expect(output).not.toMatch(/prepared statement|does not exist|ERROR/);
  });
});

describeWithPooler('PgBouncer in session mode', () => {
  beforeAll(async () => {
    database = await createTestDatabase();
    pooler = await startPooler(program ?? '', database.url, 'session');
  });
  afterEach(() => pooler.stop());

  test('needs nothing but DATABASE_URL', async () => {
    await campaignWith(database, { DATABASE_URL: pooler.url });
  });
});

const STYLES = ['German', 'SQL, DMY', 'Postgres, MDY'];

describe('a database with settings of its own', () => {
  test.concurrent.each(STYLES)('such as DateStyle %s carries a campaign to its end', async (style) => {
    const own = await createTestDatabase();
    const [row] = await own.query<{ name: string }>('SELECT current_database() AS name');
    for (const setting of [
      `datestyle = '${style}'`,
      `timezone = 'Asia/Kolkata'`,
      `intervalstyle = 'sql_standard'`,
      `bytea_output = 'escape'`,
      'standard_conforming_strings = off',
      'extra_float_digits = -10',
    ])
      await own.query(`ALTER DATABASE ${row?.name} SET ${setting}`);
    await campaignWith(own, {});
  });
});
