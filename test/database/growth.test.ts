import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Pool } from 'pg';
import type { DataSource } from 'typeorm';
import { AudienceStore } from '../../src/campaigns/audience.store.js';
import { createDataSource } from '../../src/app/data-source.js';
import { PreparedSql } from '../../src/database/prepared.js';
import { keyedSession } from '../../src/database/session.js';
import { ClaimStore } from '../../src/delivery/claim.store.js';
import type { LeasedChunk } from '../../src/delivery/leased-chunk.js';
import { PeopleStore } from '../../src/people/people.store.js';
import { QuestionnaireService } from '../../src/questionnaire/questionnaire.service.js';
import { QuestionnaireStore } from '../../src/questionnaire/questionnaire.store.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createNamelessUsers } from '../support/factories.js';

const FEW = 3;
const MANY = 2000;
const COMPLETED = 1000;
/** Ten times as many as rows may be read for an answer. */
const ADDED = 2000;
/** PostgreSQL keeps a plan for all parameters from the sixth execution on. */
const EXECUTIONS = 8;

let database: TestDatabase;
let dataSource: DataSource;
beforeAll(async () => {
  database = await createTestDatabase();
  for (const table of ['telegram_user', 'campaign_chunk', 'poll_completion', 'delivery']) {
    await database.query(`ALTER TABLE ${table} SET (autovacuum_enabled = false)`);
  }
  // One connection, so that what it has planned for small tables is what it would use for large ones.
  dataSource = await createDataSource({ url: database.url, poolSize: 1 }).initialize();
});
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

async function createPoll(): Promise<string> {
  const [poll] = await database.query<{ id: string }>(
    "INSERT INTO poll (title, status) VALUES ('Lunch', 'OPEN') RETURNING id",
  );
  return poll?.id ?? '';
}

async function createCampaign(pollId: string): Promise<string> {
  const [campaign] = await database.query<{ id: string }>(
    `INSERT INTO notification_campaign (topic_id, message_template, chunk_size, chunk_interval_ms, send_interval_ms,
       status) VALUES ($1, 'Hello', 10, 0, 0, 'PROCESSING') RETURNING id`,
    [pollId],
  );
  return campaign?.id ?? '';
}

/** How often the tables that rows refer to were read from one end to the other so far. */
async function scans(): Promise<number> {
  await dataSource.query('SELECT pg_stat_force_next_flush()');
  await database.query('SELECT pg_stat_clear_snapshot()');
  const [row] = await database.query<{ count: number }>(
    `SELECT sum(seq_scan)::integer AS count FROM pg_stat_user_tables
     WHERE relname IN ('telegram_user', 'campaign_chunk')`,
  );
  return row?.count ?? 0;
}

describe('a connection that knows the tables as small', () => {
  test('neither records completions nor plans an audience by reading them for each row', async () => {
    const [people, audience] = [new PeopleStore(dataSource), new AudienceStore(dataSource)];
    const few = await createNamelessUsers(database, FEW);
    await database.query('ANALYZE telegram_user, campaign_chunk, poll_completion');
    for (let execution = 0; execution < EXECUTIONS; execution += 1) {
      const pollId = await createPoll();
      await people.recordCompletions(pollId, few.slice(1));
      await audience.plan(pollId, await createCampaign(pollId));
    }
    expect(await scans()).toBeGreaterThan(EXECUTIONS);
    const many = await createNamelessUsers(database, MANY, 2_000_001);
    const pollId = await createPoll();
    const before = await scans();

    expect(await people.recordCompletions(pollId, many.slice(0, COMPLETED))).toBe(COMPLETED);
    const plan = await audience.plan(pollId, await createCampaign(pollId));

    const totalUsers = FEW + MANY - COMPLETED;
    expect(plan).toEqual({ totalUsers, chunkCount: Math.ceil(totalUsers / 10) });
    // The audience itself is read as a whole.
    expect((await scans()) - before).toBeLessThan(10);
  });
});

/** A poll with two questions of two options each, of which each person is offered the first. */
async function createQuestions(anonymous: boolean): Promise<{ pollId: string; options: Option[] }> {
  const pollId = await createPoll();
  await database.query('UPDATE poll SET anonymous = $2 WHERE id = $1', [pollId, anonymous]);
  const options = await database.query<Option>(
    `WITH asked AS (
       INSERT INTO question (poll_id, position, text) SELECT $1, place, 'Which?' FROM generate_series(1, 2) place RETURNING id
     )
     INSERT INTO question_option (question_id, position, text) SELECT id, 1, 'This' FROM asked
     RETURNING question_id AS "questionId", id AS "optionId"`,
    [pollId],
  );
  return { pollId, options: options.sort((one, other) => Number(one.questionId) - Number(other.questionId)) };
}

interface Option {
  questionId: string;
  optionId: string;
}

/** A connection for statements that find their rows by keys. */
function useKeptPlans(used: () => TestDatabase) {
  let pool: Pool;
  beforeAll(() => {
    const connectionString = used().url;
    pool = new Pool({ connectionString, max: 1, idleTimeoutMillis: 0, ...keyedSession(10_000) });
    // It ends a little later than its end() says, and the database is dropped by force.
    pool.on('error', () => undefined);
  });
  afterAll(() => pool.end());
  return {
    sql: () => new PreparedSql(pool),
    /** Rows that were read in all tables, from one end to the other or by any index. */
    rowsRead: async (): Promise<number> => {
      await pool.query('SELECT pg_stat_force_next_flush()');
      await used().query('SELECT pg_stat_clear_snapshot()');
      const [row] = await used().query<{ count: number }>(
        `SELECT (SELECT sum(seq_tup_read) FROM pg_stat_user_tables)::integer
         + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes)::integer AS count`,
      );
      return row?.count ?? 0;
    },
  };
}

describe.each([false, true])(
  'a connection that keeps its plans, and a poll with anonymous %s',
  (anonymous) => {
    const kept = useKeptPlans(() => database);

    test('takes an answer without reading more for all the people there are', async () => {
      const service = new QuestionnaireService(new QuestionnaireStore(kept.sql()));
      const { pollId, options } = await createQuestions(anonymous);
      const answerAll = async (userId: string) => {
        let outcome = '';
        for (const [revision, option] of options.entries())
          ({ outcome } = await service.answer(userId, { ...option, revision }));
        return outcome;
      };
      const first = anonymous ? 5_000_001 : 4_000_001;
      const [newcomer = '', ...few] = await createNamelessUsers(database, FEW + 1, first);
      for (const userId of few) expect(await answerAll(userId)).toBe('completed');

      const campaignId = await createCampaign(pollId);
      await createNamelessUsers(database, ADDED, first + 1000);
      const people = `telegram_user person WHERE person.id BETWEEN ${first + 1000} AND ${first + 1000 + ADDED}`;
      for (const [columns, values] of [
        [
          'answer (question_id, user_id, option_id)',
          `${options[0]?.questionId}, id, ${options[0]?.optionId}`,
        ],
        ['questionnaire (poll_id, user_id, revision)', `${pollId}, id, 1`],
        ['poll_completion (poll_id, user_id)', `${pollId}, id`],
        ['delivery (campaign_id, user_id, chunk_number, status)', `${campaignId}, id, 0, 'SENT'`],
      ])
        await database.query(`INSERT INTO ${columns} SELECT ${values} FROM ${people}`);

      const before = await kept.rowsRead();
      expect(await answerAll(newcomer)).toBe('completed');
      expect((await kept.rowsRead()) - before).toBeLessThan(ADDED / 10);
    });
  },
);

describe('a connection that keeps its plans, and a campaign for a group', () => {
  const CHUNK = 20;
  let own: TestDatabase;
  beforeAll(async () => {
    own = await createTestDatabase();
  });
  const kept = useKeptPlans(() => own);
  afterAll(() => own.drop());

  test('claims a chunk without reading more for all the people there are', async () => {
    const claims = new ClaimStore(kept.sql());
    const claim = (leaseToken: string) =>
      claims.claim({ campaignId: '1', number: 7, leaseToken } as LeasedChunk, {
        claimId: randomUUID(),
        wanted: CHUNK,
        lookAhead: 20,
        sendInMs: 0,
        contentVersion: 1,
      });
    for (let execution = 0; execution < EXECUTIONS; execution += 1)
      expect(await claim(randomUUID())).toMatchObject({ leased: false });

    await createNamelessUsers(own, ADDED);
    await own.query(`
      INSERT INTO user_group (name, name_key) VALUES ('Sales', 'sales');
      INSERT INTO group_member SELECT 1, id FROM telegram_user;
      INSERT INTO poll (title, status) SELECT 'Lunch', 'OPEN' FROM generate_series(1, 20);
      INSERT INTO poll_group VALUES (1, 1);
      INSERT INTO poll_completion (poll_id, user_id) SELECT 2, id FROM telegram_user;
      INSERT INTO declined_poll (poll_id, user_id) SELECT 3, id FROM telegram_user;
      INSERT INTO chat_pacing (chat_id, next_at) SELECT id, now() FROM telegram_user;
      INSERT INTO notification_campaign (topic_id, message_template, chunk_size, chunk_interval_ms, send_interval_ms, status,
        not_reminded_for_hours) SELECT id, 'Hello', ${CHUNK}, 0, 0, 'PROCESSING', 1 FROM poll ORDER BY id;
      INSERT INTO campaign_chunk (campaign_id, number) SELECT campaign, number
        FROM generate_series(1, 2) campaign, generate_series(0, ${ADDED / CHUNK}) number;
      INSERT INTO delivery (campaign_id, user_id, chunk_number)
        SELECT campaign, id, (id - 1000001) / ${CHUNK} FROM generate_series(1, 2) campaign, telegram_user`);
    const leaseToken = randomUUID();
    await own.query(
      `UPDATE campaign_chunk SET state = 'RUNNING', lease_token = $1, lease_expires_at = now() + interval '1 hour'
       WHERE campaign_id = 1 AND number = 7`,
      [leaseToken],
    );

    const before = await kept.rowsRead();
    expect((await claim(leaseToken)).recipients).toHaveLength(CHUNK);
    expect((await kept.rowsRead()) - before).toBeLessThan(20 * CHUNK);
  });
});
