import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { runHosted } from '../support/hosted-program.js';
import { BareServer } from './support/bare-server.js';

const HBA = (type: string) => `${type} all all 127.0.0.1/32 scram-sha-256\nlocal all all scram-sha-256\n`;

let server: BareServer;
beforeAll(async () => {
  server = await BareServer.create();
});
afterAll(() => server.drop());

function migrate(url: string): Promise<{ code: number | null; output: string }> {
  return runHosted(['migrate'], { DATABASE_URL: url });
}

test('a server without TLS is used without, and one sentence says so to a URL that demands it', async () => {
  await server.start();
  const { code, output } = await migrate(server.url('127.0.0.1', '?sslmode=verify-full'));
  expect(output).toContain(`The database at 127.0.0.1:${server.port} does not speak TLS: take sslmode out`);
  expect(code).toBe(2);
  await server.stop();
});

describe('a socket', () => {
  test('is named by ?host= where the URL has no host', async () => {
    await server.start();
    const query = `host=${encodeURIComponent(server.folder)}&port=${server.port}`;
    const { code, output } = await migrate(`postgres://pollcast:${server.password}@/postgres?${query}`);
    expect(output).toMatch(/Ran .*InitialSchema/);
    expect(code).toBe(0);
    await server.stop();
  });

  test('that is not there is told by its place', async () => {
    const { code, output } = await migrate('postgres://pollcast@/postgres?host=/nowhere');
    expect(output).toMatch(
      /^The database at \/nowhere:?\d* cannot be reached \(ENOENT\): start PostgreSQL there/m,
    );
    expect(code).toBe(1);
  });
});

describe('a server that demands TLS', () => {
  let authority: string;
  beforeAll(async () => {
    authority = await server.useTls();
    await server.write('pg_hba.conf', HBA('hostssl'));
    await server.start('ssl=on');
  });
  afterAll(() => server.stop());

  test('says so to one who comes without', async () => {
    const { code, output } = await migrate(server.url());
    expect(output).toContain('demands TLS: add sslmode=verify-full to DATABASE_URL.');
    expect(code).toBe(2);
  });

  test('of an unknown authority is not trusted, and one sentence says how it would be', async () => {
    const { code, output } = await migrate(server.url('localhost', '?sslmode=verify-full'));
    expect(output).toContain("name the authority's file by sslmode=verify-full&sslrootcert=/path/ca.pem");
    expect(code).toBe(2);
  });

  test('of a known authority is worked with', async () => {
    const query = `?sslmode=verify-full&sslrootcert=${encodeURIComponent(authority)}`;
    const { code, output } = await migrate(server.url('localhost', query));
    expect(output).toMatch(/up to date|Ran /);
    expect(code).toBe(0);
  });

  test('is asked nothing where the file of the authority is missing', async () => {
    const { code, output } = await migrate(server.url('localhost', '?sslrootcert=/nowhere/ca.pem'));
    expect(output).toMatch(/^DATABASE_URL must name files that can be read: .*\/nowhere\/ca\.pem/m);
    expect(code).toBe(2);
  });
});

test('a standby is refused with the way to the primary server', async () => {
  await server.write('pg_hba.conf', HBA('host'));
  await server.write('standby.signal', '');
  await server.start();
  const { code, output } = await migrate(server.url());
  expect(output).toContain(
    'The database is a standby, which takes no changes: let DATABASE_URL name the primary',
  );
  expect(code).toBe(2);
});

test('a place where nothing listens is told', async () => {
  const { code, output } = await migrate(
    `postgres://pollcast@/postgres?host=${join(server.folder, 'nothing')}`,
  );
  expect(output).toContain('cannot be reached (ENOENT)');
  expect(code).toBe(1);
});
