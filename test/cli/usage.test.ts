import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { runHosted } from '../support/hosted-program.js';
import { runCommand } from '../support/process.js';
import { WorkFolder } from './support.js';

const COMMANDS = [
  'start',
  'api',
  'worker',
  'bot',
  'demo',
  'test-notifications',
  'migrate',
  'seed',
  'generate',
  'token',
];

let database: TestDatabase;
let folder: WorkFolder;
beforeAll(async () => {
  database = await createTestDatabase();
  folder = await WorkFolder.create();
});
afterAll(async () => {
  await database.drop();
  await folder.remove();
});

function run(argv: string[], environment: Record<string, string> = {}) {
  return runHosted(argv, { LOG_LEVEL: 'warn', ...environment });
}

/** Fails unless the output is one line that ends like a sentence. */
function expectOneSentence(output: string): void {
  expect(output).toMatch(/^[A-Z-][^\n]*\.\n$/);
}

describe('--help', () => {
  test('lists every command and what the exit codes mean', async () => {
    const { code, output } = await runCommand(['--help'], {}, folder.path);
    expect(code).toBe(0);
    for (const command of COMMANDS) expect(output).toMatch(new RegExp(`^  ${command} `, 'm'));
    expect(output).toContain('Exit codes: 0 done, 1 failed, 2 a wrong setting or option');
  });

  test.each(COMMANDS)('of %s explains it and touches nothing', async (command) => {
    const { code, output } = await run([command, '--help'], { PORT: 'wrong' });
    expect({ code, output }).toEqual({
      code: 0,
      output: expect.stringContaining(`Usage: pollcast ${command}`),
    });
  });
});

describe('a wrong command line', () => {
  test.each([
    [['seed', '--sizes', '3'], "unknown option '--sizes'"],
    [['sow'], "unknown command 'sow'"],
    [['migrate', 'now'], "too many arguments for 'migrate'"],
    [['bot', 'adop'], "too many arguments for 'bot'"],
    [['seed', '--users', 'many'], 'It must be a whole number.'],
    [['demo', '--completed', '-1'], 'It must be a whole number.'],
    [['test-notifications'], "required option '--poll <id>' not specified"],
    [['seed', '--users', '5', '--completed', '9'], '--completed must be at most --users'],
    [['demo', '--users', '5', '--completed', '9'], '--completed must be at most --users'],
  ])('%j ends with 2 and says why', async (argv, reason) => {
    const { code, output } = await run(argv);
    expect({ code, output }).toEqual({ code: 2, output: expect.stringContaining(reason) });
    expect(output.trim().split('\n')).toHaveLength(1);
  });

  test('without a command shows the help and ends with 2', async () => {
    const { code, output } = await run([]);
    expect({ code, output }).toEqual({ code: 2, output: expect.stringContaining('Usage: pollcast') });
  });
});

describe('a wrong setting', () => {
  test.each([
    ['start', { PORT: '70000' }, 'PORT must be'],
    ['worker', { BOT_TOKEN: 'secret-of-somebody' }, 'BOT_TOKEN must be'],
    ['migrate', { DATABASE_URL: 'mysql://localhost/polls' }, 'DATABASE_URL must be'],
    ['seed', { DATA_DIR: '/dev/null/data' }, 'DATA_DIR /dev/null/data cannot be'],
    ['demo', { LOG_LEVEL: 'loud' }, 'LOG_LEVEL must be'],
  ])('ends %s with 2 and one sentence: %j', async (command, environment, beginning) => {
    const { code, output } = await run([command], environment);
    expect({ code, output }).toEqual({ code: 2, output: expect.stringContaining(beginning) });
    expectOneSentence(output);
    expect(output).not.toContain('secret-of-somebody');
  });

  test('is found in .env as well', async () => {
    const other = await WorkFolder.create();
    await writeFile(join(other.path, '.env'), 'CHUNK_SIZE=none\n');
    const { code, output } = await runCommand(['migrate'], {}, other.path);
    await other.remove();
    expect(code).toBe(2);
    expect(output).toBe('CHUNK_SIZE must be a whole number from 1 to 10000.\n');
  });

  test('of the address is one, too', async () => {
    const settings = { DATABASE_URL: database.url, HOST: '192.0.2.1', PORT: '0' };
    const { code, output } = await run(['api'], settings);
    expect(code).toBe(2);
    expect(output).toBe(
      'HOST 192.0.2.1 is no address of this machine: use 127.0.0.1, or 0.0.0.0 for all its addresses.\n',
    );
  });

  test('of the database is one, too, and its password stays secret', async () => {
    const url = new URL(database.url);
    url.pathname = '/no_such_database';
    const missing = await run(['migrate'], { DATABASE_URL: url.href });
    expect(missing.code).toBe(2);
    expectOneSentence(missing.output);
    expect(missing.output).toContain('no database "no_such_database"');
    url.password = 'not-the-password';
    const refused = await run(['migrate'], { DATABASE_URL: url.href });
    expect([missing.output, refused.output].join()).not.toMatch(/not-the-password/);
  });
});

describe('what is not there to be used', () => {
  let taken: Server;
  let port: string;
  beforeAll(async () => {
    taken = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = taken.address();
    port = typeof address === 'object' && address ? String(address.port) : '';
  });
  afterAll(() => {
    taken.close();
  });

  test('is a port that another process has', async () => {
    const { code, output } = await run(['api'], { DATABASE_URL: database.url, PORT: port });
    expect(code).toBe(1);
    expect(output).toBe(
      `Port ${port} is in use by another process: end that one, or set PORT to a free port.\n`,
    );
  });

  test('is a database that does not answer', async () => {
    taken.close();
    await once(taken, 'close');
    const url = `postgres://me:my-password@127.0.0.1:${port}/polls`;
    const { code, output } = await run(['migrate'], { DATABASE_URL: url });
    expect(code).toBe(1);
    expect(output).toBe(
      `The database at 127.0.0.1:${port} cannot be reached (ECONNREFUSED): ` +
        'start PostgreSQL there, or correct DATABASE_URL.\n',
    );
  });
});
