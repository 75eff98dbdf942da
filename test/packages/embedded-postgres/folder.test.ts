import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { waitFor } from '../../support/wait.js';
import { query, Scratch } from './scratch.js';

describe('the folder DATA_DIR/postgres', () => {
  const scratch = new Scratch();

  afterEach(() => scratch.stop());
  afterAll(() => scratch.end());

  test('is not made where there are no programs for the platform', async () => {
    expect(await scratch.member({ arch: 'mips' }).refusal()).toMatch(
      /^EmbeddedPostgresError: There is no embedded PostgreSQL installed for \w+-mips: set DATABASE_URL/,
    );
    expect(existsSync(scratch.dataDir)).toBe(false);
  });

  test('is for its owner alone, and all there is', async () => {
    await scratch.member().joined();
    expect(readdirSync(scratch.dataDir)).toEqual(['postgres']);
    const paths = readdirSync(scratch.cluster, { recursive: true, encoding: 'utf8' });
    const open = paths.filter((path) => modeOf(path) & 0o077);
    expect(open).toEqual([]);
    expect(modeOf('.')).toBe(0o700);
    expect(modeOf('pollcast.json')).toBe(0o600);
  });

  test('remembers the port, and another one when somebody has taken it', async () => {
    const overTcp = true;
    const first = scratch.member({ overTcp });
    const { url } = await first.joined();
    await first.leave();
    const squatter = createServer().listen(Number(new URL(url).port), '127.0.0.1');
    // Then somebody else has it already.
    squatter.on('error', () => undefined);
    try {
      let member = scratch.member({ overTcp });
      const { url: moved } = await member.joined();
      expect(new URL(moved).port).not.toBe(new URL(url).port);
      expect(await query(moved, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
      let last = moved;
      await waitFor('a port that nobody has taken in between', async () => {
        await member.leave();
        member = scratch.member({ overTcp });
        const [before, now] = [last, (await member.joined()).url];
        last = now;
        return now === before;
      });
    } finally {
      squatter.close();
    }
  });

  test('is not served with a setting that PostgreSQL does not know', async () => {
    expect(await scratch.member({ parameters: { no_such_setting: '1' } }).refusal()).toMatch(
      /^EmbeddedPostgresError: PostgreSQL does not start \(unrecognized configuration parameter/,
    );
  });

  test('of another version of PostgreSQL is refused', async () => {
    const path = join(scratch.cluster, 'PG_VERSION');
    const version = readFileSync(path);
    writeFileSync(path, '15\n');
    expect(await scratch.member().refusal()).toMatch(
      /^EmbeddedPostgresError: .* was made by PostgreSQL 15 and this is PostgreSQL \d+: .*DATABASE_URL\.$/,
    );
    writeFileSync(path, version);
  });

  test('without the password is refused', async () => {
    rmSync(join(scratch.cluster, 'pollcast.json'));
    expect(await scratch.member().refusal()).toMatch(
      /pollcast\.json cannot be read, so the password is unknown/,
    );
  });

  test('that points to nowhere is not taken for a new one', async () => {
    renameSync(scratch.cluster, scratch.path('elsewhere'));
    symlinkSync(scratch.path('gone'), scratch.cluster);
    expect(await scratch.member().refusal()).toMatch(
      /points to a folder that is gone, and the database with it/,
    );
  });

  function modeOf(path: string): number {
    return statSync(join(scratch.cluster, path)).mode & 0o777;
  }
});
