import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { runHosted } from '../support/hosted-program.js';
import { succeed } from './support.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

function seed(...argv: string[]): Promise<string> {
  return succeed(['seed', ...argv], { DATABASE_URL: database.url });
}

/** How many rows each table of the reference data has. */
async function counts(): Promise<Record<string, number>> {
  const [row] = await database.query<Record<string, number>>(
    `SELECT (SELECT count(*)::integer FROM telegram_user) AS users,
       (SELECT count(*)::integer FROM poll WHERE status = 'OPEN') AS polls,
       (SELECT count(*)::integer FROM question) AS questions,
       (SELECT count(*)::integer FROM question_option) AS options,
       (SELECT count(*)::integer FROM poll_completion) AS completions,
       (SELECT count(*)::integer FROM answer) AS answers`,
  );
  return row ?? {};
}

// The tests build on one another: each adds to what is there.
describe('seed', () => {
  const reference = { users: 100, polls: 1, questions: 2, options: 5, completions: 30, answers: 60 };

  test('makes 100 users, a poll of 2 questions, and 30 who completed it', async () => {
    expect(await seed()).toMatch(/^poll_\d+: 100 users, 30 completed it, 70 to notify\.$/m);
    expect(await counts()).toEqual(reference);
  });

  test('run again changes nothing', async () => {
    expect(await seed()).toMatch(/^poll_\d+: 100 users, 30 completed it, 70 to notify\.$/m);
    expect(await counts()).toEqual(reference);
  });

  test('makes one set only, however many run at once', async () => {
    const said = await Promise.all([seed(), seed(), seed()]);
    for (const output of said) expect(output).toContain('70 to notify');
    expect(await counts()).toEqual(reference);
  });

  test('adds what a larger size asks for, past the size of one statement', async () => {
    const output = await seed('--users', '20010', '--completed', '20005');
    expect(output).toContain('20010/20010');
    expect(output).toMatch(/: 20010 users, 20005 completed it, 5 to notify\.$/m);
    expect(await counts()).toMatchObject({ users: 20_010, completions: 20_005, answers: 40_010 });
  });

  test('says what there is, not what was asked for', async () => {
    expect(await seed('--users', '2', '--completed', '1')).toContain('20010 users, 20005 completed it');
  });

  test('leaves the people as they have become', async () => {
    // Those whom it would write again, and those who are left to notify.
    await database.query(
      `UPDATE telegram_user person SET opted_out_at = now(), first_name = 'Zoe'
       WHERE id IN (SELECT id FROM telegram_user ORDER BY id LIMIT 100)
         OR NOT EXISTS (SELECT FROM poll_completion done WHERE done.user_id = person.id)`,
    );
    expect(await seed()).toContain(', 0 to notify.');
    const [row] = await database.query<{ count: number }>(
      "SELECT count(*)::integer AS count FROM telegram_user WHERE opted_out_at IS NOT NULL AND first_name = 'Zoe'",
    );
    expect(row?.count).toBe(105);
  });

  test('says so when the database is that of another program', async () => {
    await database.query('DROP TABLE answer');
    const { code, output } = await runHosted(['seed'], { DATABASE_URL: database.url });
    expect({ code, output }).toEqual({
      code: 1,
      output: expect.stringContaining('relation "answer" does not exist'),
    });
  });
});
