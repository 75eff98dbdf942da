/** @long */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Pool } from 'pg';
import { PreparedSql } from '../../src/database/prepared.js';
import type { SqlExecutor } from '../../src/database/rows.js';
import { keyedSession } from '../../src/database/session.js';
import { recordOpened } from '../../src/delivery/opened.store.js';
import { QuestionnaireStore } from '../../src/questionnaire/questionnaire.store.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const HISTORIES = 10_000;
/** Histories that run beside each other, each of a person of its own. */
const BESIDE = 8;
const QUESTIONS = 3;
const OPTIONS = 2;

let database: TestDatabase;
let pool: Pool;
let sql: SqlExecutor;
let questionnaires: QuestionnaireStore;
beforeAll(async () => {
  database = await createTestDatabase();
  // As in a process that talks to people.
  pool = new Pool({ connectionString: database.url, max: BESIDE, ...keyedSession(15_000) });
  pool.on('error', () => undefined);
  sql = new PreparedSql(pool);
  questionnaires = new QuestionnaireStore(sql);
  // Poll 1 with questions 1 to 3, whose options are 1 and 2, 3 and 4, 5 and 6; campaigns 1 and 2 have reminded everybody.
  await database.query(`
    INSERT INTO poll (title, status) VALUES ('P', 'OPEN');
    INSERT INTO question (poll_id, position, text) SELECT 1, place, 'Q' FROM generate_series(1, ${QUESTIONS}) place;
    INSERT INTO question_option (question_id, position, text)
      SELECT question, place, 'O' FROM generate_series(1, ${QUESTIONS}) question, generate_series(1, ${OPTIONS}) place ORDER BY 1, 2;
    INSERT INTO telegram_user (id) SELECT generate_series(1, ${HISTORIES});
    INSERT INTO notification_campaign (topic_id, message_template, chunk_size, chunk_interval_ms, send_interval_ms,
      total_users, sent_users, chunk_count) SELECT 1, 'M', 1, 0, 0, ${HISTORIES}, ${HISTORIES}, 1 FROM generate_series(1, 2);
    INSERT INTO campaign_chunk (campaign_id, number) VALUES (1, 0), (2, 0);
    INSERT INTO delivery (campaign_id, user_id, chunk_number, status, sent_at, requested_at)
      SELECT campaign, person, 0, 'SENT', now(), now() - (3 - campaign) * interval '1 hour'
      FROM generate_series(1, 2) campaign, generate_series(1, ${HISTORIES}) person;
  `);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

/** A press, on what was shown at the newest revision or at an older one, of a reminder of one of the campaigns. */
interface Press {
  question: number;
  option: number;
  /** How many answers ago the button was shown. */
  age: number;
  campaign: 1 | 2;
  /** Delivered so often, at once. */
  times: 1 | 2;
}

const press: fc.Arbitrary<Press> = fc.record({
  question: fc.integer({ min: 1, max: QUESTIONS }),
  option: fc.integer({ min: 1, max: OPTIONS }),
  age: fc.constantFrom(0, 0, 0, 1, 2),
  campaign: fc.constantFrom(1, 2),
  times: fc.constantFrom(1, 1, 2),
});

/** What a history comes to: answers by question, and what was opened. */
interface Model {
  revision: number;
  answers: Map<number, number>;
  opened: Set<number>;
}

async function play(userId: string, history: readonly Press[]): Promise<Model> {
  const model: Model = { revision: 0, answers: new Map(), opened: new Set() };
  for (const { question, option, age, campaign, times } of history) {
    const optionId = String((question - 1) * OPTIONS + option);
    const answer = { questionId: String(question), optionId, revision: Math.max(0, model.revision - age) };
    const deliver = async () => {
      if (!model.opened.has(campaign)) await recordOpened(sql, String(campaign), userId);
      return questionnaires.answer(userId, answer);
    };
    const isCurrent = answer.revision === model.revision;
    const wasComplete = model.answers.size === QUESTIONS;
    if (isCurrent) {
      model.answers.set(question, Number(optionId));
      model.revision += 1;
    }
    const isComplete = model.answers.size === QUESTIONS;
    const results = await Promise.all(Array.from({ length: times }, deliver));
    model.opened.add(campaign);
    // Of the same press delivered twice, one counts.
    const counted = { stored: true, completed: isComplete && !wasComplete };
    const older = { stored: false, completed: false };
    const expected = Array.from({ length: times }, (_, place) =>
      isCurrent && place === 0 ? counted : older,
    );
    expect(results.sort((one, other) => Number(other.stored) - Number(one.stored))).toEqual(expected);
  }
  return model;
}

interface Stored {
  id: string;
  answers: Record<string, number>;
  completed: boolean;
  opened: number[];
  converted: number[];
}

const READ = `
  SELECT person.id, EXISTS (SELECT FROM poll_completion WHERE user_id = person.id) AS completed,
    coalesce((SELECT json_object_agg(question_id, option_id) FROM answer WHERE user_id = person.id), '{}') AS answers,
    ARRAY (SELECT campaign_id::integer FROM delivery WHERE user_id = person.id AND opened_at IS NOT NULL ORDER BY 1) AS opened,
    ARRAY (SELECT campaign_id::integer FROM delivery WHERE user_id = person.id AND converted_at IS NOT NULL ORDER BY 1) AS converted
  FROM telegram_user person ORDER BY id
`;

test('answers, completions and conversions agree with a model over 10,000 random histories', async () => {
  const histories = fc.sample(fc.array(press, { maxLength: 7 }), { numRuns: HISTORIES, seed: 20_261_126 });
  const models: Model[] = [];
  let next = 0;
  const player = async () => {
    for (let place = next++; place < histories.length; place = next++)
      models[place] = await play(String(place + 1), histories[place] ?? []);
  };
  await Promise.all(Array.from({ length: BESIDE }, player));

  const stored = await database.query<Stored>(READ);
  const expected = models.map(({ answers, opened }, place) => {
    const completed = answers.size === QUESTIONS;
    return {
      id: String(place + 1),
      answers: Object.fromEntries(answers),
      completed,
      opened: [...opened].sort(),
      // By the last reminder before it.
      converted: completed ? [2] : [],
    };
  });
  expect(stored).toEqual(expected);
  const campaigns = await database.query(
    'SELECT opened_users AS opened, converted_users AS converted FROM notification_campaign ORDER BY id',
  );
  const count = (wanted: (row: (typeof expected)[number]) => boolean) => expected.filter(wanted).length;
  expect(campaigns).toEqual([
    { opened: count(({ opened }) => opened.includes(1)), converted: 0 },
    { opened: count(({ opened }) => opened.includes(2)), converted: count(({ completed }) => completed) },
  ]);
  expect(count(({ completed }) => completed)).toBeGreaterThan(500);
});
