import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { projectPath } from '../../src/config/paths.js';
import { createDataSource } from '../../src/app/data-source.js';
import { dumpSchema } from '../../src/database/schema-dump.js';
import { emitSchema } from '../../src/app/emit-schema.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { runCommand } from '../support/process.js';

let database: TestDatabase;
let dataSource: DataSource;
beforeEach(async () => {
  database = await createTestDatabase();
  dataSource = await createDataSource({ url: database.url }).initialize();
});
afterEach(async () => {
  await dataSource.destroy();
  await database.drop();
});

async function differences(): Promise<string[]> {
  const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
  return upQueries.map(({ query }) => query);
}

function committed(name: string): Promise<string> {
  return readFile(projectPath('schema', name), 'utf8');
}

describe('the entities', () => {
  test('say what the migrations have made', async () => {
    expect(await differences()).toEqual([]);
  });

  test('are found to differ when a migration is missing', async () => {
    await database.query('ALTER TABLE delivery DROP COLUMN not_before');
    expect(await differences()).toEqual([expect.stringContaining('"not_before"')]);
  });
});

describe('what is generated', () => {
  test('is committed: the API', async () => {
    expect(await committed('schema.graphql')).toBe(await emitSchema());
  });

  test('is committed: the database', async () => {
    expect(await committed('database.sql')).toBe(await dumpSchema(database.url));
  });

  test('is what "generate --check" holds against the repository', async () => {
    const { code, output } = await runCommand(['generate', '--check'], { DATABASE_URL: database.url });
    expect({ code, output }).toEqual({ code: 0, output: 'The generated files are what the code says.\n' });
    const left = await database.query("SELECT FROM pg_database WHERE datname LIKE 'pollcast_generate_%'");
    expect(left).toHaveLength(0);
  });

  test.each([
    ['a column', 'ALTER TABLE poll ADD COLUMN colour text'],
    ['a default', "ALTER TABLE poll ALTER COLUMN status SET DEFAULT 'OPEN'"],
    ['a constraint', 'ALTER TABLE notification_campaign DROP CONSTRAINT notification_campaign_ledger_check'],
    ['an index', 'DROP INDEX delivery_user_idx'],
    ['a trigger', 'DROP TRIGGER notification_campaign_changed ON notification_campaign'],
    ['a function', 'ALTER FUNCTION notification_campaign_changed() RENAME TO other'],
    ['a storage parameter', 'ALTER TABLE delivery RESET (fillfactor)'],
  ])('would show a change of %s', async (_what, change) => {
    const before = await dumpSchema(database.url);
    await database.query(change);
    expect(await dumpSchema(database.url)).not.toBe(before);
  });
});

describe('the migrations', () => {
  test('take back all they have made, and make it again', async () => {
    const before = await dumpSchema(database.url);
    for (let left = dataSource.migrations.length; left > 0; left -= 1) await dataSource.undoLastMigration();

    const [left] = await database.query<{ tables: string[]; functions: number }>(
      `SELECT (SELECT array_agg(tablename::text) FROM pg_tables WHERE schemaname = 'public') AS tables,
         (SELECT count(*)::integer FROM pg_proc
          WHERE pronamespace = 'public'::regnamespace
            AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')) AS functions`,
    );
    expect(left).toEqual({ tables: ['migration'], functions: 0 });

    const ran = await dataSource.runMigrations();
    expect(ran).toHaveLength(dataSource.migrations.length);
    expect(await dumpSchema(database.url)).toBe(before);
  });

  test('judge the campaigns there are from their start, until they begin to run again', async () => {
    const column = "SELECT FROM information_schema.columns WHERE column_name = 'running_since'";
    while ((await database.query(column)).length > 0) await dataSource.undoLastMigration();
    await database.query("INSERT INTO poll (title, status) VALUES ('Lunch', 'OPEN')");
    await database.query(`
      INSERT INTO notification_campaign (topic_id, message_template, chunk_size, chunk_interval_ms, send_interval_ms,
        status, started_at)
      VALUES (1, 'Hello', 10, 0, 0, 'PROCESSING', '2026-01-01'), (1, 'Hello', 10, 0, 0, 'PENDING', NULL)
    `);
    await dataSource.runMigrations();
    const kept = await database.query(
      `SELECT running_since = started_at AS "asStarted", done_before AS "doneBefore"
       FROM notification_campaign ORDER BY id`,
    );
    expect(kept).toEqual([
      { asStarted: true, doneBefore: 0 },
      { asStarted: null, doneBefore: 0 },
    ]);
  });

  test('carry over who has opted out, there and back', async () => {
    const column = "SELECT FROM information_schema.columns WHERE column_name = 'opted_out_at'";
    while ((await database.query(column)).length > 0) await dataSource.undoLastMigration();
    await database.query(`INSERT INTO telegram_user (id, status, updated_at) VALUES
      (1, 'OPTED_OUT', '2026-01-01'), (2, 'BLOCKED', '2026-01-01'), (3, 'ACTIVE', '2026-01-01')`);
    const before = await database.query('SELECT id, status FROM telegram_user ORDER BY id');
    await dataSource.runMigrations();
    const kept = await database.query(
      'SELECT status, opted_out_at = updated_at AS "optedOut" FROM telegram_user ORDER BY id',
    );
    expect(kept).toEqual([
      { status: 'ACTIVE', optedOut: true },
      { status: 'BLOCKED', optedOut: null },
      { status: 'ACTIVE', optedOut: null },
    ]);
    while ((await database.query(column)).length > 0) await dataSource.undoLastMigration();
    expect(await database.query('SELECT id, status FROM telegram_user ORDER BY id')).toEqual(before);
  });
});
