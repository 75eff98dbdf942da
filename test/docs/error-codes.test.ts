import 'reflect-metadata';
import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { StandstillCode } from '../../src/installation/standstill.types.js';
import { DELIVERY_REASONS, PublicDeliveryReason } from '../../src/delivery/reasons.js';
import { DeliveryStatus } from '../../src/delivery/delivery.entity.js';
import { FAILURE_CODES } from '../../src/campaigns/ending.js';
import { projectPath } from '../../src/config/paths.js';
import { ERRORS } from '../../src/kernel/error-codes.js';

/** The codes that a section of docs/errors.md has in the first column of its table. */
async function documented(heading: string): Promise<string[]> {
  const text = await readFile(projectPath('docs', 'errors.md'), 'utf8');
  const section = text.split('\n## ').find((part) => part.startsWith(`${heading}\n`)) ?? '';
  return [...section.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code]) => code ?? '');
}

describe('docs/errors.md', () => {
  test.each<[string, readonly string[]]>([
    ['Errors of a request', Object.keys(ERRORS)],
    ['Failures of a campaign', FAILURE_CODES],
    ['Reasons of a delivery', Object.keys(PublicDeliveryReason)],
  ])('lists each code: %s', async (heading, codes) => {
    expect((await documented(heading)).sort()).toEqual([...codes].sort());
  });
});

/** What the statements of a folder write as the reason of something, or decide on by a column of conditions. */
async function reasonsInSql(folder: string): Promise<string[]> {
  const files = await readdir(projectPath('src', folder));
  const texts = await Promise.all(files.map((file) => readFile(projectPath('src', folder, file), 'utf8')));
  const lines = texts.flatMap((text) => text.split('\n'));
  const written = lines
    .filter(
      (line) => /\breason = (CASE|')/.test(line) || /^\s*WHEN [^']*('[A-Z_]+')? ?THEN '[A-Z_]+'$/.test(line),
    )
    .flatMap((line) => [
      ...line.slice(line.search(/reason = |THEN /)).matchAll(/(?:reason =|THEN|ELSE) '([A-Z_]+)'/g),
    ]);
  return written.map(([, reason]) => reason ?? '').filter((reason) => !(reason in DeliveryStatus));
}

test('the statements of the engine write known reasons only', async () => {
  const folders = ['campaigns', 'delivery', 'engine', 'installation'];
  const written = new Set((await Promise.all(folders.map(reasonsInSql))).flat());
  // The reasons of a chunk and of a wish, which the API does not show, and why a campaign stands still, which is an enum there.
  for (const other of [
    'WORKER_DIED_REPEATEDLY',
    'NEWER_WISH',
    StandstillCode.NO_WORKER,
    StandstillCode.WRONG_BOT,
    StandstillCode.BOT_THROTTLED,
    StandstillCode.CHAT_THROTTLED,
    StandstillCode.NO_PROGRESS,
  ])
    expect(written.delete(other)).toBe(true);
  expect([...written]).toEqual(expect.arrayContaining(['WORKER_DIED', 'OPTED_OUT', 'CAMPAIGN_CANCELLED']));
  expect(Object.keys(DELIVERY_REASONS)).toEqual(expect.arrayContaining([...written]));
});
