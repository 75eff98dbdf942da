import { spawnSync } from 'node:child_process';
import { test } from '@jest/globals';

/** Whether one of the programs is installed; @returns the first that is */
export function findProgram(...names: string[]): string | undefined {
  return names.find((name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0);
}

/** A test that is skipped, with a line that says so, where the program it needs is not installed. */
export function testWith(program: string | undefined, needed: string): typeof test | typeof test.skip {
  if (program !== undefined) return test;
  console.warn(`Skipped: ${needed} is not installed.`);
  return test.skip;
}
