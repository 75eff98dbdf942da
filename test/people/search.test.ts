import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { SearchFaster1790002140000 } from '../../migrations/1790002140000-search-faster.js';
import { createDataSource } from '../../src/app/data-source.js';
import { GroupService } from '../../src/groups/group.service.js';
import { GroupStore } from '../../src/groups/group.store.js';
import { PeopleListStore } from '../../src/people/people-list.store.js';
import { PeopleService } from '../../src/people/people.service.js';
import { PeopleStore } from '../../src/people/people.store.js';
import { TelegramUserOrder } from '../../src/people/people.types.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

/** Searches of a list that is longer than what is looked at without the index, against the plainest comparison. */

/** As fold_text was first written. */
const folded = (text: string): string => `lower(upper(normalize(${text}, NFKC)))`;

/** More than a search looks at before it asks the index. */
const OTHERS = 2100;

const NAMES: [firstName: string | null, lastName: string | null, username: string | null][] = [
  ['Анна', 'Ёжикова', null],
  ['Е\u0308жик', 'В тумане', 'yozhik'],
  ['Jose\u0301', 'Li', 'jose_li'],
  ['José', null, null],
  ['ﬁnn', 'ＬＥＥ', 'finn_lee'],
  ['Weiß', 'WEISS', null],
  ['ΟΔΥΣΣΕΥΣ', 'Οδυσσεύς', null],
  ['100%', 'a_b\\', 'percent'],
  ['李', '小龙', 'bruce_lee'],
  ['👩‍👩‍👧', '🙂🙃🙂', null],
  ['aaa', 'aa', 'a_aaaa'],
  ['aa', 'a aaaa', null],
  [null, null, 'nameless'],
  ['Łukasz', 'İpek ı', null],
  ['한글', '각', null],
  ['  twice  spaced ', ' ', null],
];

/** Parts of one to seven letters of each name, as they stand and as capitals. */
const TERMS = NAMES.flatMap((names) => {
  const letters = Array.from(names.filter((name) => name !== null).join(' '));
  const parts = [1, 2, 3, 4, 6, 7].flatMap((length) =>
    [0, 2].map((from) => letters.slice(from, from + length).join('')),
  );
  return parts.flatMap((part) => [part, part.toUpperCase()]);
});
const MORE_TERMS = [
  '%',
  '___',
  '\\\\\\',
  'aab',
  'e\u0301',
  '\u0301',
  '％％％',
  'other 2099',
  'ther 20',
  '＠lee',
  '2000005',
  'user_2000005',
  '200000',
];

let database: TestDatabase;
let dataSource: DataSource;
let people: PeopleService;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.query(
    `INSERT INTO telegram_user (id, first_name) SELECT place, 'Other ' || place FROM generate_series(1, ${OTHERS}) place`,
  );
  await database.query(
    `INSERT INTO telegram_user (id, first_name, last_name, username)
     SELECT 2000000 + place, first_name, last_name, username
     FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY given (first_name, last_name, username, place)`,
    [0, 1, 2].map((part) => NAMES.map((name) => name[part])),
  );
  const text =
    "' ' || coalesce(first_name, '') || ' ' || coalesce(last_name, '') || ' ' || coalesce(username, '')";
  await database.query(
    `CREATE TEMPORARY TABLE folded_person AS SELECT id, ${folded(text)} AS text FROM telegram_user`,
  );
  dataSource = await createDataSource({ url: database.url }).initialize();
  const [store, lists] = [new PeopleStore(dataSource), new PeopleListStore(dataSource)];
  people = new PeopleService(
    store,
    lists,
    () => Promise.resolve(true),
    new GroupService(new GroupStore(dataSource)),
  );
});
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

/** Everybody who has the term in their names or username, or has this id, in the order of ids. */
async function compareEach(term: string): Promise<string[]> {
  const part = Array.from(term.normalize('NFKC')).length < 3 ? ` ${term}` : term;
  const found = await database.query<{ id: string }>(
    `SELECT id FROM folded_person WHERE strpos(text, ${folded('$1::text')}) > 0 OR $2 IN (id::text, 'user_' || id) ORDER BY id`,
    [part, term],
  );
  return found.map(({ id }) => id);
}

test('finds what comparing each person finds', async () => {
  const terms = new Set([...TERMS, ...MORE_TERMS].map((term) => term.trim()));
  const check = async (term: string) => {
    const expected = await compareEach(term);
    const page = await people.list({ search: term }, TelegramUserOrder.ID_ASC, { first: 100 });
    const found = page.nodes.map(({ id }) => id);
    expect([term, await page.count(), found]).toEqual([term, expected.length, expected.slice(0, 100)]);
  };
  await Promise.all([...terms].filter((term) => !/^(@|$)/.test(term)).map(check));
});

test('a search for a username and a part of a username are two conditions', async () => {
  const find = async (search: string, usernameContains: string) =>
    (await people.list({ search, usernameContains }, TelegramUserOrder.ID_ASC, {})).nodes.map(
      ({ username }) => username,
    );
  expect(await find('@LEE', 'finn')).toEqual(['finn_lee']);
  expect(await find('@bruce', 'finn')).toEqual([]);
  expect(await find('@_ｌｅｅ', 'br')).toEqual(['bruce_lee']);
});

test('every letter folds as before', async () => {
  const different = await database.query(`
    SELECT code FROM generate_series(1, 131071) code, LATERAL (SELECT 'a' || chr(code) || chr(code) AS text) given
    WHERE code NOT BETWEEN 55296 AND 57343 AND fold_text(text) IS DISTINCT FROM ${folded('text')}`);
  expect(different).toEqual([]);
});

test('connections that are open during the migration search by the index afterwards', async () => {
  const plan = async () => {
    const lines = await database.query<{ 'QUERY PLAN': string }>(`EXPLAIN SELECT FROM telegram_user
      WHERE text_grams(person_text(first_name, last_name, username), 3) @> text_grams(fold_text('лена'), 3)`);
    return lines.map((line) => line['QUERY PLAN']).join('\n');
  };
  await database.query('SET enable_seqscan = off');
  expect(await plan()).toContain('telegram_user_search_idx');
  const queryRunner = dataSource.createQueryRunner();
  for (const direction of ['down', 'up'] as const) {
    await new SearchFaster1790002140000()[direction](queryRunner);
    expect(await plan()).toContain('telegram_user_search_idx');
  }
  await queryRunner.release();
});
