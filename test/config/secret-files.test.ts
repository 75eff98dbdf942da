import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SECRET_SETTINGS, SETTING_NAMES } from '../../src/config/setting-table.js';
import { SettingsError } from '../../src/config/settings-error.js';
import { loadSettings } from '../../src/config/settings.js';
import { runHosted } from '../support/hosted-program.js';

const DATABASE_URL = 'postgres://pollcast:from-a-file@postgres:5432/pollcast';
const ADMIN_TOKEN = 'admin-token-from-a-file';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pollcast-secrets-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function secretFile(content: string): Promise<string> {
  const file = join(folder, `secret-${content.length}`);
  await writeFile(file, content);
  return file;
}

function refusal(environment: Record<string, string>): string {
  try {
    loadSettings(environment);
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
  throw new Error('It was accepted.');
}

describe('a secret from a file', () => {
  test('is the same as the value in the environment, without white space around it', async () => {
    const settings = loadSettings({
      DATABASE_URL_FILE: await secretFile(`${DATABASE_URL}\n`),
      ADMIN_TOKEN_FILE: await secretFile(`  ${ADMIN_TOKEN} \r\n\n`),
    });
    expect(settings).toEqual(loadSettings({ DATABASE_URL, ADMIN_TOKEN }));
    expect(settings).toMatchObject({ databaseUrl: DATABASE_URL, adminToken: ADMIN_TOKEN });
  });

  test('is checked like one from the environment, and not shown', async () => {
    const message = refusal({ BOT_TOKEN_FILE: await secretFile('not-a-token') });
    expect(message).toMatch(/^BOT_TOKEN must be a bot token/);
    expect(message).not.toContain('not-a-token');
  });

  test('is not looked for where the variable is empty', () => {
    expect(loadSettings({ BOT_TOKEN_FILE: '', ADMIN_TOKEN_FILE: '', ADMIN_TOKEN })).toEqual(
      loadSettings({ ADMIN_TOKEN }),
    );
  });

  test('may be any of the secrets, and no other setting', async () => {
    for (const name of SECRET_SETTINGS) {
      expect(SETTING_NAMES).toContain(name);
      expect(refusal({ [`${name}_FILE`]: folder })).toMatch(new RegExp(`^${name}_FILE must name a file`));
    }
    expect(loadSettings({ PORT_FILE: await secretFile('4321') }).port).toBe(4000);
  });
});

describe('a secret file that cannot be used is refused with one sentence', () => {
  test.each(SECRET_SETTINGS)('%s, beside the value itself', async (name) => {
    const file = await secretFile('of-a-file');
    const message = refusal({ [name]: 'of-the-environment', [`${name}_FILE`]: file });
    expect(message).toBe(`${name}_FILE must not be set together with ${name}.`);
  });

  test('when it does not exist, is a folder, or is empty', async () => {
    const missing = join(folder, 'missing');
    expect(refusal({ ADMIN_TOKEN_FILE: missing })).toBe(
      `ADMIN_TOKEN_FILE must name a file that can be read; ${missing} cannot (ENOENT).`,
    );
    expect(refusal({ ADMIN_TOKEN_FILE: folder })).toMatch(/cannot \(EISDIR\)\.$/);
    const empty = await secretFile(' \n');
    expect(refusal({ ADMIN_TOKEN_FILE: empty })).toBe(
      `ADMIN_TOKEN_FILE must name a file with a value in it; ${empty} is empty.`,
    );
  });

  test('and the process ends with exit code 2', async () => {
    const empty = await secretFile('');
    const { code, output } = await runHosted(['migrate'], { DATABASE_URL_FILE: empty });
    expect(code).toBe(2);
    expect(output).toBe(`DATABASE_URL_FILE must name a file with a value in it; ${empty} is empty.\n`);
  });
});
