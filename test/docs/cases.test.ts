import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { projectPath } from '../../src/config/paths.js';

const FILES = readdirSync(projectPath('test'), { recursive: true, encoding: 'utf8' });
const CASES = FILES.filter((file) => file.endsWith('.cases.ts')).sort();

/** The files beside it that import it. */
function suitesOf(cases: string): string[] {
  const line = `import './${basename(cases, '.ts')}.js';`;
  return FILES.filter((file) => dirname(file) === dirname(cases) && file.endsWith('.test.ts')).filter(
    (file) => readFileSync(projectPath('test', file), 'utf8').split('\n').includes(line),
  );
}

test('cases that share an app are run, and once', () => {
  expect(CASES.length).toBeGreaterThan(0);
  const wrong = CASES.map((cases) => ({ cases: join('test', cases), suites: suitesOf(cases) })).filter(
    ({ suites }) => suites.length !== 1,
  );
  expect(wrong).toEqual([]);
});

test.each(CASES)('%s stands in one describe, so that its hooks are for nobody else', (file) => {
  const text = readFileSync(projectPath('test', file), 'utf8');
  const opened = [
    ...text.matchAll(/^(describe|test|scenario|testInBrowser|(?:before|after)(?:All|Each))\b/gm),
  ];
  expect(opened.map(([, what]) => what)).toEqual(['describe']);
});
