import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { runHosted } from '../support/hosted-program.js';
import { WorkFolder } from './support.js';

let folder: WorkFolder;
beforeEach(async () => {
  folder = await WorkFolder.create();
});
afterEach(() => folder.remove());

function start(dataDir: string): Promise<{ code: number; output: string }> {
  return runHosted(['start'], { DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'warn' });
}

describe('a DATA_DIR', () => {
  test('that is a file ends the start with one sentence', async () => {
    const file = join(folder.path, 'file');
    await writeFile(file, '');
    for (const dataDir of [file, join(file, 'below')]) {
      const { code, output } = await start(dataDir);
      expect(output).toBe(`DATA_DIR ${dataDir} cannot be made into a folder (ENOTDIR): choose another.\n`);
      expect(code).toBe(2);
    }
  });

  test('where no folder can be made ends the start, and does not hang', async () => {
    const { code, output } = await start('/proc/pollcast/data');
    expect(output).toMatch(
      /^DATA_DIR \/proc\/pollcast\/data cannot be (made into a folder|written by this account) /,
    );
    expect(code).toBe(2);
  });

  test('that holds something else than a database ends the start', async () => {
    await mkdir(join(folder.dataDir, 'postgres'), { recursive: true });
    await writeFile(join(folder.dataDir, 'postgres', 'notes.txt'), 'mine');
    const { code, output } = await start(folder.dataDir);
    expect(output).toMatch(/^.*choose another DATA_DIR.*\n$/);
    expect(code).toBe(2);
  });
});
