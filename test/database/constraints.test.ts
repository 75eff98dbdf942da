import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { waitFor } from '../support/wait.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** One row of each table, all with the number 1 that identity columns begin with. */
const ROWS = `
  TRUNCATE poll, telegram_user, user_group, people_count, notification_campaign, agenda_jobs, api_token, audit_entry RESTART IDENTITY CASCADE;
  INSERT INTO poll (title) VALUES ('Lunch');
  INSERT INTO question (poll_id, position, text) VALUES (1, 1, 'How was it?');
  INSERT INTO question_option (question_id, position, text) VALUES (1, 1, 'Good');
  INSERT INTO telegram_user (id) VALUES (1), (2);
  INSERT INTO user_group (name, name_key) VALUES ('Sales', 'sales');
  INSERT INTO group_member (group_id, user_id) VALUES (1, 1);
  INSERT INTO poll_group (poll_id, group_id) VALUES (1, 1);
  INSERT INTO poll_completion (poll_id, user_id) VALUES (1, 1);
  INSERT INTO answer (question_id, user_id, option_id) VALUES (1, 1, 1);
  INSERT INTO notification_campaign (topic_id, message_template, chunk_size, chunk_interval_ms, send_interval_ms,
    total_users, pending_users, chunk_count) VALUES (1, 'Hello', 100, 0, 0, 1, 1, 1);
  INSERT INTO campaign_chunk (campaign_id, number) VALUES (1, 0);
  INSERT INTO delivery (campaign_id, user_id, chunk_number) VALUES (1, 2, 0);
  INSERT INTO campaign_group (campaign_id, group_id) VALUES (1, 1);
  INSERT INTO people_count (participants, reachable) VALUES (2, 2);
  INSERT INTO api_token (name, role, token_hash) VALUES ('ops', 'VIEWER', sha256('ops'));
  INSERT INTO audit_entry (actor, role, action) VALUES ('ops', 'VIEWER', 'startCampaign');
`;

const setCampaign = 'UPDATE notification_campaign SET';

const insertLater =
  'INSERT INTO later_reminder (poll_id, user_id, campaign_id, status, remind_at, not_before)';

/** A statement that each constraint exists to refuse. */
const REFUSED: Record<string, string> = {
  agenda_jobs_type_check: "INSERT INTO agenda_jobs (name, type) VALUES ('plan', 'double')",
  anonymous_count_option_fk: 'INSERT INTO anonymous_count (option_id, counted) VALUES (9, 1)',
  anonymous_tally_poll_fk: 'INSERT INTO anonymous_tally (poll_id, completed) VALUES (9, 1)',
  answer_option_fk: 'UPDATE answer SET option_id = 9',
  answer_user_fk: 'UPDATE answer SET user_id = 9',
  api_token_hash_check: "UPDATE api_token SET token_hash = 'the token itself'",
  api_token_role_check: "UPDATE api_token SET role = 'OWNER'",
  audit_entry_outcome_check: "UPDATE audit_entry SET outcome = 'FORGOTTEN'",
  audit_entry_role_check: "UPDATE audit_entry SET role = 'OWNER'",
  campaign_chunk_campaign_fk: 'INSERT INTO campaign_chunk (campaign_id, number) VALUES (9, 0)',
  campaign_chunk_lease_check: "UPDATE campaign_chunk SET state = 'RUNNING'",
  campaign_chunk_state_check: "UPDATE campaign_chunk SET state = 'LOST'",
  campaign_group_campaign_fk: 'INSERT INTO campaign_group (campaign_id, group_id) VALUES (9, 1)',
  campaign_group_group_fk: 'UPDATE campaign_group SET group_id = 9',
  campaign_log_campaign_fk: 'INSERT INTO campaign_log (campaign_id, logged_at) VALUES (9, now())',
  declined_poll_poll_fk: 'INSERT INTO declined_poll (poll_id, user_id) VALUES (9, 1)',
  declined_poll_user_fk: 'INSERT INTO declined_poll (poll_id, user_id) VALUES (1, 9)',
  delivery_status_check: "UPDATE delivery SET status = 'LOST'",
  delivery_user_fk: 'DELETE FROM telegram_user WHERE id = 2',
  erased_answer_option_fk: 'INSERT INTO erased_answer (option_id, count) VALUES (9, 1)',
  erased_completion_poll_fk: 'INSERT INTO erased_completion (poll_id, count) VALUES (9, 1)',
  erased_delivery_campaign_fk:
    "INSERT INTO erased_delivery (campaign_id, status, count) VALUES (9, 'SENT', 1)",
  group_member_group_fk: 'UPDATE group_member SET group_id = 9',
  group_member_user_fk: 'UPDATE group_member SET user_id = 9',
  heard_wish_user_fk: 'INSERT INTO heard_wish (user_id, poll_id, update_id) VALUES (9, 0, 1)',
  installation_only_row_check: 'INSERT INTO installation (only_row, bot_id) VALUES (false, 1)',
  known_server_only_row_check:
    'INSERT INTO known_server (only_row, started_at, noticed_at) VALUES (false, now(), now())',
  later_reminder_campaign_fk: `${insertLater} VALUES (1, 1, 9, 'SENT', now(), now())`,
  later_reminder_poll_fk: `${insertLater} VALUES (9, 1, 1, 'SENT', now(), now())`,
  later_reminder_status_check: `${insertLater} VALUES (1, 1, 1, 'LOST', now(), now())`,
  later_reminder_user_fk: `${insertLater} VALUES (1, 9, 1, 'SENT', now(), now())`,
  notification_campaign_counters_check: `${setCampaign} sent_users = 2, failed_users = -1, pending_users = 0`,
  notification_campaign_ledger_check: `${setCampaign} sent_users = 1`,
  notification_campaign_pacing_check: `${setCampaign} chunk_size = 0`,
  notification_campaign_participation_check: `${setCampaign} participation = 'COMPLETED'`,
  notification_campaign_status_check: `${setCampaign} status = 'LOST'`,
  notification_campaign_topic_fk: 'DELETE FROM poll',
  people_count_only_row_check: 'INSERT INTO people_count VALUES (false, 1, 1)',
  poll_completion_poll_fk: 'INSERT INTO poll_completion (poll_id, user_id) VALUES (9, 1)',
  poll_completion_user_fk: 'INSERT INTO poll_completion (poll_id, user_id) VALUES (1, 9)',
  poll_count_poll_fk: 'INSERT INTO poll_count (poll_id) VALUES (9)',
  poll_group_group_fk: 'UPDATE poll_group SET group_id = 9',
  poll_group_poll_fk: 'UPDATE poll_group SET poll_id = 9',
  poll_start_poll_fk: 'INSERT INTO poll_start (poll_id, user_id) VALUES (9, 1)',
  poll_start_user_fk: 'INSERT INTO poll_start (poll_id, user_id) VALUES (1, 9)',
  poll_status_check: "UPDATE poll SET status = 'LOST'",
  question_option_question_fk:
    "INSERT INTO question_option (question_id, position, text) VALUES (9, 1, 'Bad')",
  question_poll_fk: "INSERT INTO question (poll_id, position, text) VALUES (9, 1, 'Why?')",
  questionnaire_poll_fk: 'INSERT INTO questionnaire (poll_id, user_id, revision) VALUES (9, 1, 1)',
  questionnaire_user_fk: 'INSERT INTO questionnaire (poll_id, user_id, revision) VALUES (1, 9, 1)',
  signing_key_length_check: "INSERT INTO signing_key (key) VALUES ('short')",
  signing_key_only_row_check: "INSERT INTO signing_key (only_row, key) VALUES (false, sha256('key'))",
  stale_keyboard_poll_fk: 'INSERT INTO stale_keyboard (poll_id, user_id, message_id) VALUES (9, 1, 1)',
  stale_keyboard_user_fk: 'INSERT INTO stale_keyboard (poll_id, user_id, message_id) VALUES (1, 9, 1)',
  telegram_user_status_check: "UPDATE telegram_user SET status = 'LOST'",
};

/** A second row for whatever is there once. */
const DUPLICATES: Record<string, string> = {
  agenda_jobs_single_key:
    "INSERT INTO agenda_jobs (name, type) VALUES ('plan', 'single'), ('plan', 'single')",
  answer_pk: 'INSERT INTO answer (question_id, user_id, option_id) VALUES (1, 1, 1)',
  api_token_hash_key:
    "INSERT INTO api_token (name, role, token_hash) VALUES ('other', 'VIEWER', sha256('ops'))",
  api_token_name_key:
    "INSERT INTO api_token (name, role, token_hash) VALUES ('ops', 'VIEWER', sha256('other'))",
  campaign_chunk_pk: 'INSERT INTO campaign_chunk (campaign_id, number) VALUES (1, 0)',
  campaign_group_pk: 'INSERT INTO campaign_group (campaign_id, group_id) VALUES (1, 1)',
  delivery_pk: 'INSERT INTO delivery (campaign_id, user_id, chunk_number) VALUES (1, 2, 0)',
  group_member_pk: 'INSERT INTO group_member (group_id, user_id) VALUES (1, 1)',
  notification_campaign_idempotency_key: `INSERT INTO notification_campaign (topic_id, message_template, chunk_size,
    chunk_interval_ms, send_interval_ms, idempotency_key) VALUES (1, 'A', 1, 0, 0, 'key'), (1, 'B', 1, 0, 0, 'key')`,
  people_count_pk: 'INSERT INTO people_count (participants, reachable) VALUES (1, 1)',
  poll_completion_pk: 'INSERT INTO poll_completion (poll_id, user_id) VALUES (1, 1)',
  poll_group_pk: 'INSERT INTO poll_group (poll_id, group_id) VALUES (1, 1)',
  poll_idempotency_key: "INSERT INTO poll (title, idempotency_key) VALUES ('A', 'key'), ('B', 'key')",
  question_option_position_key:
    "INSERT INTO question_option (question_id, position, text) VALUES (1, 1, 'Bad')",
  question_position_key: "INSERT INTO question (poll_id, position, text) VALUES (1, 1, 'Why?')",
  telegram_user_pk: 'INSERT INTO telegram_user (id) VALUES (1)',
  user_group_name_key: "INSERT INTO user_group (name, name_key) VALUES ('SALES', 'sales')",
};

describe('the database', () => {
  // What is refused changes nothing.
  beforeAll(() => database.query(ROWS));

  test.each(Object.entries({ ...REFUSED, ...DUPLICATES }))('holds %s', async (constraint, statement) => {
    await expect(database.query(statement)).rejects.toMatchObject({ constraint });
  });

  test('has no check or foreign key that is not tried here', async () => {
    const constraints = await database.query<{ name: string }>(
      `SELECT conname AS name FROM pg_constraint
       WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'f') ORDER BY conname`,
    );
    expect(constraints.map(({ name }) => name)).toEqual(Object.keys(REFUSED).sort());
  });

  test('has an index for every foreign key, so that nothing is scanned when a row goes', async () => {
    const without = await database.query(
      `SELECT conname FROM pg_constraint
       WHERE connamespace = 'public'::regnamespace AND contype = 'f' AND NOT EXISTS (
         SELECT FROM pg_index WHERE indrelid = conrelid AND indkey[0] = conkey[1] AND indpred IS NULL)`,
    );
    expect(without).toEqual([]);
  });
});

describe('a row that is changed', () => {
  beforeEach(() => database.query(ROWS));

  test('of an answer takes only an option of its question', async () => {
    await database.query(`
      INSERT INTO question (poll_id, position, text) VALUES (1, 2, 'And why?');
      INSERT INTO question_option (question_id, position, text) VALUES (2, 1, 'Because')`);
    const answer = 'INSERT INTO answer (question_id, user_id, option_id) VALUES';
    await expect(database.query(`${answer} (2, 1, 1)`)).rejects.toMatchObject({
      constraint: 'answer_option_fk',
    });
    await database.query(`${answer} (2, 1, 2)`);
    await database.query('DELETE FROM question WHERE id = 1');
    expect(await database.query('SELECT question_id FROM answer')).toEqual([{ question_id: '2' }]);
  });

  test('of a campaign counts every change in its version, and announces it', async () => {
    // A change that a filter of campaigns may see is announced with what it was before as well.
    const announced: string[] = [];
    const listener = new Client({ connectionString: database.url });
    listener.on('notification', ({ channel, payload }) => announced.push(`${channel} ${payload}`));
    await listener.connect();
    try {
      await listener.query('LISTEN campaign_changed');
      const [before] = await database.query<{ version: number }>('SELECT version FROM notification_campaign');
      await database.query(`${setCampaign} version = 1, pending_users = 0, sent_users = 1`);
      await waitFor('the first announcement', () => announced.length === 1);
      await database.query(`${setCampaign} status = 'PROCESSING'`);
      await waitFor('the other announcements', () => announced.length === 3);
      const [after] = await database.query<{ version: number }>('SELECT version FROM notification_campaign');
      expect(after?.version).toBe((before?.version ?? 0) + 2);
      const moved = expect.stringMatching(
        /^campaign_changed \{"id" : "1", "before" : \{.*"status" : "PENDING"/,
      );
      expect(announced).toEqual(['campaign_changed 1', moved, 'campaign_changed 1']);
    } finally {
      await listener.end();
    }
  });
});
