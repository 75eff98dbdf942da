import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { projectPath } from '../../src/config/paths.js';
import { SECRET_SETTINGS, SETTING_NAMES } from '../../src/config/setting-table.js';
import { loadSettings, type Settings } from '../../src/config/settings.js';
import { composeText, environmentOf, readComposeFile, serviceOf } from './compose-file.js';
import { imageEnvironment } from './dockerfile.js';

const run = promisify(execFile);
const file = readComposeFile();
const OURS = ['api', 'worker', 'bot', 'migrate'];
const BOT_TOKEN = '123456:token-of-the-test-of-secrets';
const MOUNTED = '/run/secrets/';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pollcast-deploy-'));
  await cp(projectPath('deploy', 'make-secrets'), join(folder, 'deploy', 'make-secrets'));
  await makeSecrets();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const makeSecrets = (environment: Record<string, string> = {}) =>
  run(join(folder, 'deploy', 'make-secrets'), { env: { PATH: process.env.PATH ?? '', ...environment } });

const secret = async (name: string) => (await readFile(join(folder, 'secrets', name), 'utf8')).trim();

/** What the service's processes find in their environment, its secrets mounted from what the script has made. */
function mountedEnvironment(name: string, variables: Record<string, string> = {}): Record<string, string> {
  const environment = { ...imageEnvironment(), ...environmentOf(serviceOf(file, name), variables) };
  return Object.fromEntries(
    Object.entries(environment).map(([variable, value]) => [
      variable,
      value.replace(MOUNTED, `${folder}/secrets/`),
    ]),
  );
}

const settingsOf = (name: string, variables?: Record<string, string>): Settings =>
  loadSettings(mountedEnvironment(name, variables));

describe('deploy/make-secrets', () => {
  test('makes the files that docker-compose.yml mounts, in a folder closed to others', async () => {
    const named = Object.entries(file.secrets).map(([name, { file: path }]) => {
      expect(path).toBe(`./secrets/${name}`);
      return name;
    });
    expect((await readdir(join(folder, 'secrets'))).sort()).toEqual(named.sort());
    expect((await stat(join(folder, 'secrets'))).mode & 0o777).toBe(0o700);
    // Mounted as they are, they are read by the users inside the containers.
    for (const name of named) expect((await stat(join(folder, 'secrets', name))).mode & 0o004).not.toBe(0);
  });

  test('makes each secret once, and different ones', async () => {
    const names = ['postgres-password', 'mongo-password', 'admin-token'];
    const made = await Promise.all(names.map(secret));
    for (const value of made) expect(value).toMatch(/^[\da-f]{48}$/);
    expect(new Set(made).size).toBe(3);
    const { stdout } = await makeSecrets();
    expect(stdout).not.toContain('made');
    expect(await Promise.all(names.map(secret))).toEqual(made);
  });

  test('leaves the token of the bot to you, and without it nothing starts', async () => {
    const empty = join(folder, 'secrets', 'bot-token');
    await writeFile(empty, '');
    expect((await makeSecrets()).stdout).toMatch(/bot-token is empty/);
    for (const name of ['api', 'worker', 'bot']) {
      expect(() => settingsOf(name)).toThrow(
        `BOT_TOKEN_FILE must name a file with a value in it; ${empty} is empty.`,
      );
      expect(settingsOf(name, { BOT_TOKEN_FILE: '' }).botToken).toBeUndefined();
    }
    await makeSecrets({ BOT_TOKEN });
    expect(await secret('bot-token')).toBe(BOT_TOKEN);
  });

  test('is kept out of the repository and of the image', async () => {
    expect((await readFile(projectPath('.gitignore'), 'utf8')).split('\n')).toEqual(
      expect.arrayContaining(['secrets/', 'pollcast.env']),
    );
    const ignored = (await readFile(projectPath('.dockerignore'), 'utf8')).split('\n');
    expect(ignored.find((line) => line !== '' && !line.startsWith('#'))).toBe('*');
    expect(ignored).not.toContain('!secrets');
  });
});

describe('the environment in docker-compose.yml', () => {
  const known = [...SETTING_NAMES, ...SECRET_SETTINGS.map((name) => `${name}_FILE`)];

  test.each(OURS)('of %s consists of settings', (name) => {
    const variables = Object.keys(mountedEnvironment(name));
    expect(variables.filter((variable) => !known.includes(variable))).toEqual([]);
  });

  test.each(OURS)('of %s is accepted, with the passwords that the databases get', async (name) => {
    await makeSecrets({ BOT_TOKEN });
    const settings = settingsOf(name);
    const { username, password, host, pathname } = new URL(settings.databaseUrl ?? '');
    const { environment } = serviceOf(file, 'postgres');
    expect(settings.production).toBe(true);
    expect([username, pathname]).toEqual([environment?.POSTGRES_USER, `/${environment?.POSTGRES_DB}`]);
    expect([password, host]).toEqual([await secret('postgres-password'), 'postgres:5432']);
    if (name !== 'migrate') expect(settings.botToken).toBe(BOT_TOKEN);
    // Nothing is kept in DATA_DIR, which the read-only container could not write.
    if (name === 'api') expect(settings.adminToken).toBe(await secret('admin-token'));
  });

  test('of api and worker leads to MongoDB with its password', async () => {
    const { username, password, host, searchParams } = new URL(await secret('mongodb-url'));
    expect(username).toBe(serviceOf(file, 'mongo').environment?.MONGO_INITDB_ROOT_USERNAME);
    expect([password, host]).toEqual([await secret('mongo-password'), 'mongo:27017']);
    expect(searchParams.get('authSource')).toBe('admin');
    for (const name of ['api', 'worker']) {
      expect(serviceOf(file, name).environment?.MONGODB_URL_FILE).toBe(`${MOUNTED}mongodb-url`);
    }
  });
});

describe('secrets in docker-compose.yml', () => {
  test.each(Object.entries(file.services))('%s gets those that it reads, and no other', (_name, service) => {
    const read = Object.values(environmentOf(service)).filter((value) => value.startsWith(MOUNTED));
    expect(read.map((path) => basename(path)).sort()).toEqual([...(service.secrets ?? [])].sort());
  });

  test('none stands in the file', () => {
    for (const service of Object.values(file.services)) {
      for (const variable of Object.keys(service.environment ?? {})) {
        if (/PASSWORD|TOKEN|SECRET|URL/.test(variable)) expect(variable).toMatch(/_FILE$/);
      }
    }
    expect(composeText()).not.toMatch(/:\/\/[^/\s]*:[^/\s]*@/);
  });
});
