import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '../../support/wait.js';
import { kill, query, Scratch } from './scratch.js';

const insert = 'INSERT INTO people SELECT generate_series(1, 100)';
const count = 'SELECT count(*)::integer AS people FROM people';

describe('after a crash', () => {
  const scratch = new Scratch();

  afterEach(() => scratch.stop());
  afterAll(() => scratch.end());

  async function startWithRows() {
    const member = scratch.member();
    const { url } = await member.joined();
    await query(url, 'DROP TABLE IF EXISTS people');
    await query(url, 'CREATE TABLE people (id integer)');
    await query(url, insert);
    const postmaster = scratch.postmaster();
    if (postmaster === undefined) throw new Error('The server does not run.');
    return { member, url, postmaster };
  }

  test('of the only process, the server is joined, and stopped in the end', async () => {
    const { member, url, postmaster } = await startWithRows();
    await member.kill();
    expect(scratch.postmaster()).toBe(postmaster);

    const next = scratch.member();
    expect(await next.joined()).toEqual({ url, started: false });
    expect(await query(url, count)).toEqual([{ people: 100 }]);
    await next.leave();
    expect(scratch.postmaster()).toBeUndefined();
  });

  test('of everything, the server is started again with every committed row', async () => {
    const { member, url, postmaster } = await startWithRows();
    await member.kill();
    kill(postmaster, 'SIGKILL');

    const next = scratch.member();
    expect(await next.joined()).toEqual({ url, started: true });
    expect(await query(url, count)).toEqual([{ people: 100 }]);
    await next.leave();
    expect(scratch.postmaster()).toBeUndefined();
  });

  test('of the server, a process that is in brings it back and is still the last one out', async () => {
    const { member, url, postmaster } = await startWithRows();
    kill(postmaster, 'SIGKILL');
    const isBack = () =>
      query(url, count).then(
        ([row]) => row?.people === 100,
        () => false,
      );
    await waitFor('the server to be back', isBack);

    const other = scratch.member();
    expect((await other.joined()).started).toBe(false);
    await other.leave();
    expect(await isBack()).toBe(true);
    await member.leave();
    expect(scratch.postmaster()).toBeUndefined();
  });

  test('a postmaster.pid whose number another program has now is no obstacle', async () => {
    const { member, url } = await startWithRows();
    const path = join(scratch.cluster, 'postmaster.pid');
    const text = readFileSync(path, 'utf8');
    await member.leave();
    writeFileSync(path, text.replace(/^\d+/, String(process.pid)), { mode: 0o600 });

    const next = scratch.member();
    expect(await next.joined()).toEqual({ url, started: true });
    expect(await query(url, count)).toEqual([{ people: 100 }]);
  });
});
