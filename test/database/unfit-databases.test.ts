import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { runHosted, startHosted } from '../support/hosted-program.js';
import { waitForOutput } from '../support/process.js';
import { EMPTY_DATABASE, createTestDatabase, type TestDatabase } from '../support/database.js';

const ROLE = 'pollcast_unfit';

let database: TestDatabase;
let empty: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  empty = await createTestDatabase(EMPTY_DATABASE);
  await database.query(`DROP ROLE IF EXISTS ${ROLE}`);
  await database.query(`CREATE ROLE ${ROLE} LOGIN PASSWORD 'a/b#c?d@e%f'`);
});
afterAll(async () => {
  await empty.drop();
  await database.drop();
  const after = await createTestDatabase(EMPTY_DATABASE);
  await after.query(`DROP ROLE ${ROLE}`);
  await after.drop();
});

function urlOf({ url }: TestDatabase, password = encodeURIComponent('a/b#c?d@e%f')): string {
  const { host, pathname } = new URL(url);
  return `postgres://${ROLE}:${password}@${host}${pathname}`;
}

function migrate(
  url: string,
  more: Record<string, string> = {},
): Promise<{ code: number | null; output: string }> {
  return runHosted(['migrate'], { DATABASE_URL: url, ...more });
}

describe('a role', () => {
  test.each(['a/b', 'a#b', 'a?b', 'a@b/c', '100%'])(
    'whose password %s is not encoded is told how it would be',
    async (password) => {
      const { code, output } = await migrate(urlOf(database, password));
      expect(output).toBe(
        'DATABASE_URL must have its user and password percent-encoded, ' +
          'such as %40 for @, %2F for /, %23 for #, %3F for ? and %25 for %.\n',
      );
      expect(code).toBe(2);
    },
  );

  test('without the right to create tables is refused before anything is made', async () => {
    const { code, output } = await migrate(urlOf(empty));
    expect(output).toBe(
      `Role "${ROLE}" may not create tables in schema "public": GRANT CREATE ON SCHEMA "public" TO "${ROLE}".\n`,
    );
    expect(code).toBe(2);
    expect(await empty.query("SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace")).toEqual([]);
  });

  test('without the right to create the extension is refused, and works once somebody has made it', async () => {
    await empty.query(`GRANT CREATE ON SCHEMA public TO ${ROLE}`);
    const refused = await migrate(urlOf(empty));
    expect(refused.output).toContain('let a superuser run CREATE EXTENSION pg_trgm in database');
    expect(refused.code).toBe(2);
    await empty.query('CREATE EXTENSION pg_trgm');
    expect((await migrate(urlOf(empty))).code).toBe(0);
  });

  test('that may read nothing of what others made is told which right it lacks', async () => {
    const { code, output } = await migrate(urlOf(database));
    expect(output).toMatch(/^User "pollcast_unfit" lacks a right .*permission denied for table migration/m);
    expect(code).toBe(2);
  });

  test('with fewer connections than a process takes is refused', async () => {
    await database.query(`ALTER ROLE ${ROLE} CONNECTION LIMIT 20`);
    const { code, output } = await migrate(urlOf(empty));
    expect(output).toBe(
      'The database allows 20 connections, and a process takes up to 40: ' +
        `raise ALTER ROLE "${ROLE}" CONNECTION LIMIT, or set DATABASE_CONNECTIONS lower.\n`,
    );
    expect(code).toBe(2);
    expect((await migrate(urlOf(empty), { DATABASE_CONNECTIONS: '20' })).code).toBe(0);
  });

  test('whose connections are in use for a moment is waited for', async () => {
    await database.query(`ALTER ROLE ${ROLE} CONNECTION LIMIT 14`);
    const busy = Array.from({ length: 14 }, () => new Client({ connectionString: urlOf(empty) }));
    await Promise.all(busy.map((client) => client.connect()));
    const environment = { DATABASE_URL: urlOf(empty), DATABASE_CONNECTIONS: '14', PORT: '0' };
    const running = startHosted(['start'], environment);
    await waitForOutput(running, /has no connection left: waiting for one/);
    await Promise.all(busy.map((client) => client.end()));
    await waitForOutput(running, /GraphQL API at/);
    running.kill();
    expect(await running.exited).toBe(0);
    await database.query(`ALTER ROLE ${ROLE} CONNECTION LIMIT -1`);
  });
});

test('a database of another encoding is refused', async () => {
  const name = 'pollcast_latin';
  await database.query(`DROP DATABASE IF EXISTS ${name}`);
  await database.query(
    `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C' LOCALE_PROVIDER libc`,
  );
  const url = new URL(database.url);
  url.pathname = `/${name}`;
  const { code, output } = await migrate(url.href);
  expect(output).toContain(
    `The database "${name}" is encoded in LATIN1, which has no room for all names: create one with ENCODING 'UTF8'`,
  );
  expect(code).toBe(2);
  await database.query(`DROP DATABASE ${name} WITH (FORCE)`);
});
