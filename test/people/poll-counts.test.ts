import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/app/data-source.js';
import { PollCountStore, type PollCounts } from '../../src/people/poll-counts.store.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
let dataSource: DataSource;
let counts: PollCountStore;

beforeAll(async () => {
  database = await createTestDatabase();
  dataSource = await createDataSource({ url: database.url }).initialize();
  counts = new PollCountStore(dataSource);
  await database.query(`
    INSERT INTO user_group (name, name_key) VALUES ('a', 'a'), ('b', 'b'), ('c', 'c');
    INSERT INTO poll (title) VALUES ('for everybody'), ('for a'), ('for a and b'), ('for everybody, too');
    INSERT INTO poll_group (poll_id, group_id) VALUES (2, 1), (3, 1), (3, 2);
    INSERT INTO question (poll_id, position, text) SELECT poll.id, place, 'Why?' FROM poll, generate_series(1, 2) place;
    INSERT INTO question_option (question_id, position, text) SELECT id, 1, 'Because' FROM question;
  `);
});
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

/** What the rows say, person by person. */
function byRows(): Promise<PollCounts[]> {
  return database.query<PollCounts & Record<string, unknown>>(`
    SELECT poll_id::text AS "pollId", count(*) FILTER (WHERE is_for)::integer AS "participantCount",
      count(*) FILTER (WHERE is_for AND answered AND NOT done)::integer AS "startedCount",
      count(*) FILTER (WHERE done)::integer AS "completedCount",
      count(*) FILTER (WHERE is_for AND reachable AND NOT done)::integer AS "audienceSize"
    FROM (
      SELECT poll.id AS poll_id, person.status = 'ACTIVE' AND person.opted_out_at IS NULL AS reachable,
        NOT EXISTS (SELECT FROM poll_group WHERE poll_id = poll.id) OR EXISTS (
          SELECT FROM poll_group JOIN group_member USING (group_id) WHERE poll_id = poll.id AND user_id = person.id) AS is_for,
        EXISTS (SELECT FROM poll_completion WHERE poll_id = poll.id AND user_id = person.id) AS done,
        EXISTS (SELECT FROM answer JOIN question ON question.id = question_id
          WHERE poll_id = poll.id AND user_id = person.id) AS answered
      FROM poll CROSS JOIN telegram_user person) everyone
    GROUP BY poll_id ORDER BY poll_id`);
}

/** What can happen to people and polls. $1 and $2 are two people, $3 a poll, $4 a group. */
const EVENTS = [
  'INSERT INTO telegram_user (id) SELECT * FROM generate_series($1::bigint, $2::bigint) ON CONFLICT DO NOTHING',
  `UPDATE telegram_user SET status = CASE status WHEN 'ACTIVE' THEN 'BLOCKED' ELSE 'ACTIVE' END WHERE id BETWEEN $1 AND $2`,
  `UPDATE telegram_user SET opted_out_at = CASE WHEN opted_out_at IS NULL THEN now() END WHERE id IN ($1, $2)`,
  'DELETE FROM telegram_user WHERE id IN ($1, $2)',
  `INSERT INTO poll_completion (poll_id, user_id) SELECT $3, id FROM telegram_user WHERE id BETWEEN $1 AND $2 ON CONFLICT DO NOTHING`,
  `INSERT INTO answer (question_id, user_id, option_id)
   SELECT question.id, person.id, question.id FROM telegram_user person, question
   WHERE person.id BETWEEN $1 AND $2 AND poll_id = $3 AND position = 1 + person.id % 2 ON CONFLICT DO NOTHING`,
  // The last answer and the completion in one statement.
  `WITH answered AS (
     INSERT INTO answer (question_id, user_id, option_id)
     SELECT question.id, person.id, question.id FROM telegram_user person, question
     WHERE person.id IN ($1, $2) AND poll_id = $3 ON CONFLICT DO NOTHING)
   INSERT INTO poll_completion (poll_id, user_id) SELECT $3, id FROM telegram_user WHERE id IN ($1, $2) ON CONFLICT DO NOTHING`,
  `DELETE FROM answer USING question WHERE question.id = question_id AND poll_id = $3 AND user_id BETWEEN $1 AND $2
     AND NOT EXISTS (SELECT FROM poll_completion done WHERE done.poll_id = $3 AND done.user_id = answer.user_id)`,
  'INSERT INTO group_member (user_id, group_id) SELECT id, $4 FROM telegram_user WHERE id BETWEEN $1 AND $2 ON CONFLICT DO NOTHING',
  'DELETE FROM group_member WHERE group_id = $4 AND user_id BETWEEN $1 AND $2',
  'DELETE FROM group_member WHERE user_id IN ($1, $2)',
];

async function happen([event, first, more, poll, group]: readonly number[]): Promise<void> {
  const sql = EVENTS[event ?? 0] ?? '';
  const values = [first, (first ?? 0) + (more ?? 0), poll, group];
  const used = [1, 2, 3, 4].filter((place) => sql.includes(`$${place}`));
  const renamed = used.reduce((text, place, index) => text.replaceAll(`$${place}`, `$${index + 1}`), sql);
  await database.query(
    renamed,
    used.map((place) => values[place - 1]),
  );
}

const HISTORY = fc.array(
  fc.tuple(
    fc.nat(EVENTS.length - 1),
    fc.integer({ min: 1, max: 12 }),
    fc.nat(6),
    fc.integer({ min: 1, max: 4 }),
    fc.integer({ min: 1, max: 3 }),
  ),
  { minLength: 10, maxLength: 60 },
);

const POLLS = ['1', '2', '3', '4'];

async function read(): Promise<PollCounts[]> {
  return (await counts.read(POLLS)).sort((a, b) => Number(a.pollId) - Number(b.pollId));
}

describe('the counters of polls', () => {
  test('say what the rows say, whatever happens, folded or not, and never need repair', async () => {
    await counts.reconcile();
    await database.query('INSERT INTO telegram_user (id) SELECT * FROM generate_series(1, 8)');
    await fc.assert(
      fc.asyncProperty(HISTORY, async (history) => {
        for (const step of history) await happen(step);
        const expected = await byRows();
        expect(await read()).toEqual(expected);
        await database.query(`UPDATE poll_count SET counted_at = now() - interval '2 hours'`);
        await database.query(`UPDATE people_count SET counted_at = now() - interval '2 hours'`);
        expect(await counts.reconcile()).toBe(0);
        expect(await database.query('SELECT FROM poll_count_delta')).toHaveLength(0);
        expect(await read()).toEqual(expected);
      }),
      { numRuns: 12 },
    );
  }, 60_000);

  test('of a poll whose groups change are counted by its rows until they are counted again', async () => {
    await database.query('INSERT INTO poll_group (poll_id, group_id) VALUES (4, 3)');
    expect(await read()).toEqual(await byRows());
    await counts.count('4');
    expect(await read()).toEqual(await byRows());
    await database.query('DELETE FROM poll_group WHERE poll_id = 4');
    expect(await read()).toEqual(await byRows());
  });

  test('are put right by the reconciler when they are wrong', async () => {
    await counts.reconcile();
    await database.query(
      `UPDATE poll_count SET completed = 77, counted_at = now() - interval '2 hours' WHERE poll_id = 2`,
    );
    await database.query(`UPDATE people_count SET reachable = 77, counted_at = now() - interval '2 hours'`);
    expect(await read()).not.toEqual(await byRows());
    expect(await counts.reconcile()).toBe(2);
    expect(await read()).toEqual(await byRows());
    expect(await counts.reconcile()).toBe(0);
  });
});
