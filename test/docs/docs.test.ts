import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { projectPath } from '../../src/config/paths.js';

function read(...path: string[]): string {
  return readFileSync(projectPath(...path), 'utf8');
}

function filesLike(...patterns: string[]): string[] {
  return execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', ...patterns], {
    cwd: projectPath(),
    encoding: 'utf8',
  })
    .trim()
    .split('\n');
}

const DOCUMENTS = filesLike('*.md');

/** Headings as GitHub makes anchors of them. */
function anchorsOf(document: string): string[] {
  return [...document.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function isThere(from: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? from : join(dirname(from), path);
  try {
    if (anchor === undefined)
      return readdirSync(dirname(projectPath(target))).includes(target.split('/').at(-1) ?? '');
    return anchorsOf(read(target)).includes(anchor);
  } catch {
    return false;
  }
}

test.each(DOCUMENTS)('the links of %s lead somewhere', (name) => {
  const links = [...read(name).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  const inside = links.filter((link) => !/^[a-z]+:/.test(link));
  expect(inside.filter((link) => !isThere(name, link))).toEqual([]);
});

describe('docs/adr', () => {
  const records = readdirSync(projectPath('docs', 'adr')).sort();

  test('numbers the records without a gap', () => {
    expect(records.map((name) => Number(name.slice(0, 4)))).toEqual(records.map((_, index) => index + 1));
  });

  test.each(records)('%s has a status, a date and three parts', (name) => {
    const text = read('docs', 'adr', name);
    expect(text).toMatch(/^# \d+\. .+\n\nStatus: (accepted|superseded by \d+) · Date: \d{4}-\d{2}-\d{2}\n/);
    for (const part of ['Context', 'Decision', 'Consequences']) expect(text).toContain(`**${part}.**`);
  });
});

test('docs/operations.md has a runbook for each alert', () => {
  const rules = parse(read('deploy', 'prometheus-rules.yml')) as {
    groups: { rules: { alert: string }[] }[];
  };
  const alerts = rules.groups.flatMap((group) => group.rules.map(({ alert }) => alert));
  const runbooks = [...read('docs', 'operations.md').matchAll(/^### (Pollcast\w+)$/gm)].map(
    ([, name]) => name,
  );
  expect(runbooks).toEqual(alerts);
});

test('no comment switches a rule of the linter off', () => {
  const files = filesLike('*.ts', '*.tsx', '*.mts', '*.js', '*.mjs', '*.cjs', ':!schema');
  expect(files.length).toBeGreaterThan(0);
  expect(files.filter((file) => /(?:ox|es)lint-disable/.test(read(file)))).toEqual([]);
});
