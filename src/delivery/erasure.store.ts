import { refersToDeleted } from '../kernel/despite-deletions.js';
import { oneRow, rows, type SqlExecutor, type TransactionalSql } from '../database/rows.js';

/** In the order in which the engine takes locks: deliveries, then campaigns, then the person. */
const LOCK_DELIVERIES = `
  SELECT campaign_id AS "campaignId", status FROM delivery WHERE user_id = $1 ORDER BY campaign_id FOR UPDATE
`;

const SKIP_PENDING = `
  WITH skipped AS (
    UPDATE delivery SET status = 'SKIPPED', reason = 'ERASED', updated_at = clock_timestamp()
    WHERE user_id = $1 AND status = 'PENDING' RETURNING campaign_id
  )
  SELECT counted.* FROM (SELECT campaign_id FROM skipped ORDER BY campaign_id) change,
    LATERAL change_counters(change.campaign_id, skipped => 1) counted
`;

const LOCK_PERSON = 'SELECT id, chat_id AS "chatId" FROM telegram_user WHERE id = $1 FOR UPDATE';

/**
 * Nobody can plan for the person any more; but a campaign may have been planned since the deliveries were locked. What is pending
 * of it would be missing in its ledger. No statement waits for a delivery while it holds a person.
 */
const ALL_FINISHED = `
  SELECT count(*) = (SELECT count(*) FROM delivery WHERE user_id = $1) AS finished FROM (
    SELECT FROM delivery WHERE user_id = $1 AND status NOT IN ('PENDING', 'SENDING') FOR UPDATE SKIP LOCKED
  ) locked
`;

/**
 * What is counted stays counted, but what was answered of an anonymous poll that was not completed goes. What follows a person (answers, completions, groups) goes by its foreign key. The count of
 * completions is added again after the triggers have taken it away.
 */
const ERASE = [
  `INSERT INTO erased_delivery AS known (campaign_id, status, reason, count)
   SELECT campaign_id, status, coalesce(reason, ''), 1 FROM delivery WHERE user_id = $1
   ON CONFLICT (campaign_id, status, reason) DO UPDATE SET count = known.count + 1`,
  `INSERT INTO erased_completion AS known (poll_id, count)
   SELECT poll_id, 1 FROM poll_completion WHERE user_id = $1
   ON CONFLICT (poll_id) DO UPDATE SET count = known.count + 1`,
  'INSERT INTO poll_count_delta (poll_id, completed) SELECT poll_id, 1 FROM poll_completion WHERE user_id = $1',
  `INSERT INTO erased_answer AS known (option_id, count)
   SELECT option_id, 1 FROM answer JOIN question ON question.id = question_id
   JOIN poll ON poll.id = poll_id AND NOT poll.anonymous WHERE user_id = $1
   ON CONFLICT (option_id) DO UPDATE SET count = known.count + 1`,
  'DELETE FROM delivery WHERE user_id = $1',
  'DELETE FROM outage_refusal WHERE user_id = $1',
  'DELETE FROM telegram_user WHERE id = $1',
] as const;

const FORGET_CHATS = 'DELETE FROM chat_pacing WHERE chat_id = ANY ($1)';

/** "under way": a message to the person is; nothing was erased but pending reminders skipped. */
export type Erasure = 'erased' | 'unknown' | 'under way';

/** Erases people and leaves counts. */
export class ErasureStore {
  constructor(private readonly sql: TransactionalSql) {}

  async erase(userId: string): Promise<Erasure> {
    try {
      return await this.sql.transaction((sql) => eraseWithin(sql, userId));
    } catch (error) {
      // A campaign was planned for the person meanwhile.
      if (refersToDeleted(error)) return 'under way';
      throw error;
    }
  }
}

async function eraseWithin(sql: SqlExecutor, userId: string): Promise<Erasure> {
  const deliveries = await rows<{ status: string }>(sql, LOCK_DELIVERIES, [userId]);
  await rows(sql, SKIP_PENDING, [userId]);
  if (deliveries.some(({ status }) => status === 'SENDING')) return 'under way';
  const [person] = await rows<{ id: string; chatId: string | null }>(sql, LOCK_PERSON, [userId]);
  if (!person) return 'unknown';
  const { finished } = await oneRow<{ finished: boolean }>(sql, ALL_FINISHED, [userId]);
  if (!finished) return 'under way';
  for (const statement of ERASE) await rows(sql, statement, [userId]);
  await rows(sql, FORGET_CHATS, [[person.id, person.chatId ?? person.id]]);
  return 'erased';
}
