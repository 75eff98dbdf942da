import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { test } from '@jest/globals';

/** Whether one of the programs is installed; @returns the first that is */
export function findProgram(...names: string[]): string | undefined {
  return names.find((name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0);
}

/** Where a program of the PATH is, for those who want its whole path. */
export function pathOf(name: string | undefined): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return name === undefined
    ? undefined
    : folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** A test that is skipped, with a line that says so, where the program it needs is not installed. */
export function testWith(program: string | undefined, needed: string): typeof test | typeof test.skip {
  if (program !== undefined) return test;
  console.warn(`Skipped: ${needed} is not installed.`);
  return test.skip;
}
