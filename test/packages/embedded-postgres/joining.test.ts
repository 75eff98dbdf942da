import { realpathSync, renameSync, statSync } from 'node:fs';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { query, Scratch } from './scratch.js';

describe('processes on the same DATA_DIR', () => {
  const scratch = new Scratch();

  afterEach(() => scratch.stop());
  afterAll(() => scratch.end());

  test('may be the first ones, eight at the same instant', async () => {
    const members = Array.from({ length: 8 }, () => scratch.member());
    const joined = await Promise.all(members.map((member) => member.joined()));
    expect(new Set(joined.map(({ url }) => url)).size).toBe(1);
    expect(joined.filter(({ started }) => started)).toHaveLength(1);
    expect(await query(joined[0]?.url ?? '', 'SELECT 1 AS one')).toEqual([{ one: 1 }]);

    await Promise.all(members.map((member) => member.leave()));
    expect(scratch.postmaster()).toBeUndefined();
  });

  test('share one server, which the last one out stops', async () => {
    const first = scratch.member();
    const { url, started } = await first.joined();
    expect(started).toBe(true);
    // A socket in a folder that nobody else may enter.
    expect(decodeURIComponent(new URL(url).hostname)).toBe(realpathSync(scratch.cluster));
    expect(statSync(scratch.cluster).mode & 0o777).toBe(0o700);
    expect(await query(url, "SELECT current_setting('listen_addresses') AS addresses")).toEqual([
      { addresses: '' },
    ]);
    await query(url, 'CREATE TABLE answers AS SELECT 42 AS answer');

    const second = scratch.member();
    expect(await second.joined()).toEqual({ url, started: false });
    await first.leave();
    expect(await query(url, 'SELECT answer FROM answers')).toEqual([{ answer: 42 }]);

    expect(scratch.postmaster()).toBeDefined();
    await second.terminate();
    expect(scratch.postmaster()).toBeUndefined();
  });

  test('listen on loopback where the path of a socket would be too long', async () => {
    const dataDir = scratch.path('x'.repeat(100));
    renameSync(scratch.dataDir, dataDir);
    try {
      const member = scratch.member({ dataDir });
      const { url } = await member.joined();
      expect(new URL(url).hostname).toBe('127.0.0.1');
      expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
      await member.leave();
    } finally {
      renameSync(dataDir, scratch.dataDir);
    }
  });

  test('join while the last one is stopping the server, and get a working one', async () => {
    let last = scratch.member();
    const { url } = await last.joined();
    await query(url, 'CREATE TABLE rounds (round integer)');
    for (let round = 1; round <= 10; round++) {
      const next = scratch.member();
      // The moment varies with the round: from "joins the old server" to "starts a new one".
      await new Promise((resolve) => setTimeout(resolve, round * 15));
      const [, joined] = await Promise.all([last.leave(), next.joined()]);
      await query(joined.url, `INSERT INTO rounds VALUES (${round})`);
      last = next;
    }
    expect(await query(url, 'SELECT count(*)::integer AS rounds FROM rounds')).toEqual([{ rounds: 10 }]);
    await last.leave();
    expect(scratch.postmaster()).toBeUndefined();
  });

  test('have a database each when they ask for it, with names of any kind', async () => {
    const database = 'a "database" of ours';
    const [one, two] = [scratch.member(), scratch.member({ database })];
    const [, { url }] = await Promise.all([one.joined(), two.joined()]);
    expect(await query(url, 'SELECT current_database() AS name')).toEqual([{ name: database }]);
  });
});
