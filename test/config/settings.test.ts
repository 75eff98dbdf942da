import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { projectPath } from '../../src/config/paths.js';
import { SettingsError } from '../../src/config/settings-error.js';
import { loadSettings } from '../../src/config/settings.js';
import { runHosted } from '../support/hosted-program.js';
import { runCommand } from '../support/process.js';

const TOKEN = '1234567890:AAAAAAAAAAAAAAAAAAAAAAAA';
const SAME = 'the-same-token-0001';

/** The sentence with which an environment is refused. */
function refusal(environment: Record<string, string>): string {
  try {
    loadSettings(environment);
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
  throw new Error('It was accepted.');
}

const WRONG: [string, string, RegExp][] = [
  ['PORT', '-1', /a whole number from 0 to 65535/],
  ['PORT', '65536', /from 0 to 65535/],
  ['PORT', '4e3', /whole number/],
  ['PORT', 'http', /whole number/],
  ['WORKER_PORT', '65536', /from 0 to 65535/],
  ['DATABASE_URL', 'mysql://localhost/polls', /must be a URL such as postgres:\/\//],
  ['DATABASE_URL', 'postgres://user:p/w@localhost/polls', /percent-encoded/],
  ['DATABASE_URL', 'postgres://localhost:port/polls', /must be a URL such as/],
  ['DATABASE_DIRECT_URL', 'postgres://localhost/polls', /must go with DATABASE_URL/],
  ['DATABASE_CONNECTIONS', '13', /from 14 to 500/],
  ['DATABASE_URL', 'localhost:5432', /postgres:\/\//],
  ['MONGODB_URL', 'postgres://localhost/polls', /mongodb:\/\/host:27017\/pollcast/],
  ['MONGODB_URL', 'mongodb://', /mongodb:\/\/host:27017\/pollcast/],
  ['TELEGRAM_API_ROOT', 'api.telegram.org', /http:\/\/ or https:\/\//],
  ['BOT_TOKEN', 'secret', /bot token from @BotFather/],
  ['BOT_TOKEN', `${TOKEN} `, /bot token/],
  ['ADMIN_TOKEN', 'short', /at least 16/],
  ['ADMIN_TOKEN', 'with spaces in the middle', /without spaces/],
  ['VIEWER_TOKEN', 'short', /at least 16/],
  ['MESSAGES_PER_SECOND', '0', /from 1 to 1000/],
  ['MESSAGES_PER_SECOND', '1001', /from 1 to 1000/],
  ['PAID_BROADCAST', 'yes', /true or false/],
  ['CHUNK_SIZE', '0', /from 1 to 10000/],
  ['CHUNK_INTERVAL_MS', '-5', /from 0 to 3600000/],
  ['SEND_INTERVAL_MS', '1.5', /whole number/],
  ['LOG_LEVEL', 'loud', /fatal, error, warn, info, debug, trace or silent/],
  ['NODE_ENV', 'staging', /development, test or production/],
  ['LEASE_MS', '499', /from 500/],
  ['RECONCILE_INTERVAL_MS', '0', /from 200/],
  ['JOB_TICK_MS', '99', /from 100/],
  ['CHUNK_TIME_LIMIT_MS', '999', /from 1000/],
  ['PLAN_TIME_LIMIT_MS', '999', /from 1000/],
  ['REQUEST_TIMEOUT_MS', '99', /from 100/],
  ['CORS_ORIGINS', '*', /origins such as/],
  ['CORS_ORIGINS', 'https://dashboard.example/', /origins such as/],
  ['CORS_ORIGINS', 'https://a.example,ftp://b.example', /origins such as/],
  ['TRUSTED_PROXIES', 'proxy', /addresses or networks/],
  ['TRUSTED_PROXIES', '10.0.0.0/33', /addresses or networks/],
  ['TRUSTED_PROXIES', '10.1', /addresses or networks/],
  ['TRUSTED_PROXIES', '10.0.0.1,fd00::/129', /addresses or networks/],
  ['REQUESTS_PER_MINUTE_PER_TOKEN', '0', /from 1/],
  ['REQUESTS_PER_MINUTE_PER_ADDRESS', 'many', /whole number/],
  ['MAX_SOCKETS', '0', /from 1/],
  ['MAX_SOCKETS_PER_ADDRESS', '100001', /to 100000/],
];

describe('a setting that cannot be used', () => {
  test.each(WRONG)('%s=%s is refused with one sentence that names it', (name, value, rule) => {
    const sentence = refusal({ [name]: value });
    expect(sentence).toMatch(new RegExp(`^${name} must `));
    expect(sentence).toMatch(rule);
    expect(sentence).toMatch(/^[^\n]*\.$/);
  });

  test('more than 30 messages a second are refused where they would cost money unasked', () => {
    const rate = { MESSAGES_PER_SECOND: '31' };
    expect(refusal({ ...rate, BOT_TOKEN: TOKEN })).toMatch(/^MESSAGES_PER_SECOND must be at most 30/);
    for (const free of [
      {},
      { BOT_TOKEN: TOKEN, PAID_BROADCAST: 'true' },
      { BOT_TOKEN: TOKEN, TELEGRAM_API_ROOT: 'http://127.0.0.1:8081' },
    ]) {
      expect(loadSettings({ ...rate, ...free }).messagesPerSecond).toBe(31);
    }
  });

  test('addresses and networks of both versions are proxies', () => {
    const TRUSTED_PROXIES = '10.0.0.7, 10.0.0.0/8, ::1, fd00::/8';
    const { trustedProxies } = loadSettings({ TRUSTED_PROXIES });
    expect(trustedProxies).toEqual(['10.0.0.7', '10.0.0.0/8', '::1', 'fd00::/8']);
  });

  test('one token for both roles is refused', () => {
    expect(refusal({ ADMIN_TOKEN: SAME, VIEWER_TOKEN: SAME })).toBe(
      'VIEWER_TOKEN must differ from ADMIN_TOKEN.',
    );
  });

  test('an empty value counts as not set', () => {
    expect(loadSettings({ PORT: '', BOT_TOKEN: '', NODE_ENV: '' })).toEqual(loadSettings({}));
  });
});

describe('a process', () => {
  test.each([
    ['start', { PORT: 'http' }, 'PORT'],
    ['api', { BOT_TOKEN: 'not-a-bot-token' }, 'BOT_TOKEN'],
    ['worker', { DATABASE_URL: 'mysql://localhost' }, 'DATABASE_URL'],
    ['migrate', { ADMIN_TOKEN: SAME, VIEWER_TOKEN: SAME }, 'VIEWER_TOKEN'],
  ])('%s ends with exit code 2 and the sentence alone', async (command, environment, name) => {
    const { code, output } = await runHosted([command], environment);
    expect(code).toBe(2);
    expect(output).toMatch(new RegExp(`^${name} must .*\\.\\n$`));
    for (const value of Object.values(environment)) expect(output).not.toContain(value);
  });
});

describe('in production', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pollcast-production-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const production = { NODE_ENV: 'production' };
  // Nothing listens there: who gets that far ends with another exit code.
  const database = { ...production, DATABASE_URL: 'postgres://localhost:1/polls' };
  const bot = { ...database, BOT_TOKEN: TOKEN };
  test.each<[string, Record<string, string>, string]>([
    ['worker', production, 'DATABASE_URL'],
    ['api', production, 'DATABASE_URL'],
    ['migrate', production, 'DATABASE_URL'],
    ['seed', production, 'DATABASE_URL'],
    ['token list', production, 'DATABASE_URL'],
    ['worker', database, 'BOT_TOKEN'],
    ['start', database, 'BOT_TOKEN'],
    ['api', bot, 'ADMIN_TOKEN'],
    ['start', bot, 'ADMIN_TOKEN'],
    ['worker', { ...database, SANDBOX: 'false' }, 'BOT_TOKEN'],
  ])('%s ends with exit code 2 and a sentence about what is missing', async (command, environment, name) => {
    const { code, output } = await runHosted(command.split(' '), environment);
    expect(output).toMatch(new RegExp(`^${name} must be set with NODE_ENV=production.*\\.\\n$`));
    expect(code).toBe(2);
  });

  test.each<[string, Record<string, string>]>([
    ['worker', bot],
    ['worker', { ...database, SANDBOX: 'true' }],
    ['api', { ...database, SANDBOX: 'true' }],
    ['migrate', database],
  ])('%s needs no more than that', async (command, environment) => {
    const { code, output } = await runHosted([command], environment);
    expect(output).toMatch(/localhost:1/);
    expect(code).toBe(1);
  });

  test('a misspelt setting is warned of, from the environment and from a file', async () => {
    await writeFile(join(folder, '.env'), 'MESSAGE_PER_SECOND=5\n');
    const environment = { ...bot, ADMIN_TOKN: 'x', MESSAGES_PER_SECOND: '7' };
    for (const command of ['worker', 'migrate']) {
      const { output } = await runCommand([command], environment, folder);
      expect(output).toContain('ADMIN_TOKN is no setting: ADMIN_TOKEN was probably meant.');
      expect(output).toContain('MESSAGE_PER_SECOND is no setting: MESSAGES_PER_SECOND was probably meant.');
    }
  });
});

/** botToken is BOT_TOKEN; only `production` has another name. */
function variableOf(setting: string): string {
  if (setting === 'production') return 'NODE_ENV';
  return setting.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

describe('.env.example', () => {
  test('lists every setting, with its default', async () => {
    const example = parseEnv(await readFile(projectPath('.env.example'), 'utf8'));
    const defaults = loadSettings({});
    expect(Object.keys(example).sort()).toEqual(Object.keys(defaults).map(variableOf).sort());
    expect(loadSettings(example as Record<string, string>)).toEqual(defaults);
  });
});
