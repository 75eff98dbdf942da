import type { DataSource } from 'typeorm';
import { oneRow, rows } from '../database/rows.js';
import { MAY_BE_REMINDED } from '../people/reachable.js';

export interface ReferenceDataSize {
  users: number;
  completed: number;
}

/** What exists now, including what was there before. */
export interface ReferenceData {
  pollId: string;
  users: number;
  completed: number;
  audienceSize: number;
}

const POLL_TITLE = 'Reference poll';
const FIRST_USER_ID = 4_200_000_001;

const QUESTIONS = [
  { text: 'How satisfied are you with our service?', options: ['Very', 'Somewhat', 'Not at all'] },
  { text: 'Would you recommend us?', options: ['Yes', 'No'] },
];

export const REFERENCE_QUESTIONS = QUESTIONS.length;
/** The texts of all their options. */
export const REFERENCE_OPTIONS: ReadonlySet<string> = new Set(QUESTIONS.flatMap(({ options }) => options));

/** $1 is the first id of this batch, $2 how many. */
const INSERT_USERS = `
  INSERT INTO telegram_user (id, username, first_name, language_code)
  SELECT $1::bigint + place, 'person_' || ($1::bigint + place - ${FIRST_USER_ID} + 1),
    (ARRAY['Ada', 'Boris', 'Chiara', 'Dmitri', 'Elif', 'Farid', 'Grace', 'Hugo'])[1 + place % 8], 'en'
  FROM generate_series(0, $2::bigint - 1) AS place
  ON CONFLICT (id) DO NOTHING
`;

/** $1 is the first id of this batch, $2 how many, $3 the poll. */
const INSERT_COMPLETIONS = `
  WITH person AS (SELECT $1::bigint + place AS id FROM generate_series(0, $2::bigint - 1) AS place),
  answered AS (
    INSERT INTO answer (question_id, user_id, option_id)
    SELECT question.id, person.id, (
      SELECT option.id FROM question_option option WHERE option.question_id = question.id
      ORDER BY option.position OFFSET person.id % (SELECT count(*) FROM question_option WHERE question_id = question.id)
      LIMIT 1)
    FROM question, person WHERE question.poll_id = $3
    ON CONFLICT DO NOTHING
  )
  INSERT INTO poll_completion (poll_id, user_id) SELECT $3, id FROM person ON CONFLICT DO NOTHING
`;

const LOCK_POLL = 'SELECT pg_advisory_xact_lock(hashtext($1))';

const FIND_POLL = 'SELECT id FROM poll WHERE title = $1 ORDER BY id LIMIT 1';

const INSERT_POLL = `INSERT INTO poll (title, status) VALUES ($1, 'OPEN') RETURNING id`;

/** With its options in their order. */
const INSERT_QUESTION = `
  WITH asked AS (INSERT INTO question (poll_id, position, text) VALUES ($1, $2, $3) RETURNING id)
  INSERT INTO question_option (question_id, position, text)
  SELECT asked.id, place, text FROM asked, unnest($4::text[]) WITH ORDINALITY AS offered (text, place)
`;

const COUNTS = `
  SELECT count(*)::integer AS users, count(done.user_id)::integer AS completed,
    count(*) FILTER (WHERE ${MAY_BE_REMINDED} AND done.user_id IS NULL)::integer AS "audienceSize"
  FROM telegram_user person LEFT JOIN poll_completion done ON done.poll_id = $1 AND done.user_id = person.id
`;

/** Rows of one statement: about a second's work. */
const BATCH = 20_000;

async function referencePoll(dataSource: DataSource): Promise<string> {
  return dataSource.transaction(async (manager) => {
    await manager.query(LOCK_POLL, [POLL_TITLE]);
    const [existing] = await rows<{ id: string }>(manager, FIND_POLL, [POLL_TITLE]);
    if (existing) return existing.id;
    const { id } = await oneRow<{ id: string }>(manager, INSERT_POLL, [POLL_TITLE]);
    for (const [index, { text, options }] of QUESTIONS.entries()) {
      await manager.query(INSERT_QUESTION, [id, index + 1, text, options]);
    }
    return id;
  });
}

/**
 * Creates the reference data set. A second run adds what is missing and changes nothing else.
 * @param onProgress called with the number of users created so far
 */
export async function createReferenceData(
  dataSource: DataSource,
  { users, completed }: ReferenceDataSize,
  onProgress: (users: number) => void = () => undefined,
): Promise<ReferenceData> {
  const pollId = await referencePoll(dataSource);
  for (let done = 0; done < users; done += BATCH) {
    const first = FIRST_USER_ID + done;
    await dataSource.query(INSERT_USERS, [first, Math.min(BATCH, users - done)]);
    const completing = Math.min(BATCH, completed - done);
    if (completing > 0) await dataSource.query(INSERT_COMPLETIONS, [first, completing, pollId]);
    onProgress(Math.min(users, done + BATCH));
  }
  return { pollId, ...(await oneRow<Omit<ReferenceData, 'pollId'>>(dataSource, COUNTS, [pollId])) };
}
