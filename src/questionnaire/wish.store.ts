import { rows, type SqlExecutor } from '../database/rows.js';

/**
 * Notes when a person wants to be reminded again. A newer wish takes the place of one that waits; whoever wishes wants reminders
 * of the poll after all. A time that has passed, as on an old button, is no wish.
 */
const REMIND_LATER = `
  WITH poll AS (
    SELECT id FROM poll WHERE id = :pollId AND :at::timestamptz > clock_timestamp()
  ), wanted AS (
    DELETE FROM declined_poll USING poll WHERE poll_id = poll.id AND user_id = :userId
  )
  INSERT INTO later_reminder AS known (poll_id, user_id, campaign_id, remind_at, not_before)
  SELECT poll.id, :userId::bigint, (SELECT id FROM notification_campaign WHERE id = :campaignId::bigint), :at, :at FROM poll
  ON CONFLICT (poll_id, user_id) WHERE status = 'PENDING' DO UPDATE SET
    remind_at = excluded.remind_at, not_before = excluded.not_before, campaign_id = excluded.campaign_id,
    updated_at = clock_timestamp()
  RETURNING id
`;

const DECLINE = `
  WITH poll AS (
    SELECT id FROM poll WHERE id = $1
  ), unwished AS (
    UPDATE later_reminder SET status = 'SKIPPED', reason = 'DECLINED_POLL', updated_at = clock_timestamp()
    FROM poll WHERE poll_id = poll.id AND user_id = $2 AND status = 'PENDING'
  )
  INSERT INTO declined_poll (poll_id, user_id) SELECT id, $2 FROM poll ON CONFLICT DO NOTHING
`;

const ACCEPT = 'DELETE FROM declined_poll WHERE poll_id = $1 AND user_id = $2';

/** What people want of the reminders of a poll. */
export class WishStore {
  constructor(private readonly sql: SqlExecutor) {}

  /** @returns false if the time has passed, or there is no such poll */
  async remindLater(
    userId: string,
    wish: { pollId: string; campaignId: string | null; at: Date },
  ): Promise<boolean> {
    return (await rows(this.sql, REMIND_LATER, { userId, ...wish })).length > 0;
  }

  /** No more reminders of this poll. */
  async decline(userId: string, pollId: string): Promise<void> {
    await rows(this.sql, DECLINE, [pollId, userId]);
  }

  /** Reminders of this poll after all. */
  async accept(userId: string, pollId: string): Promise<void> {
    await rows(this.sql, ACCEPT, [pollId, userId]);
  }
}
