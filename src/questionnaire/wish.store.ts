import { oneRow, rows, type SqlExecutor } from '../database/rows.js';
import { ANY_MESSAGE, COMPARABLE } from '../people/heard.js';

/** What a wish is about that is about the reminders of all polls. */
const ALL_POLLS = '0';

/**
 * Notes that a wish is heard, unless a newer one was: updates may come late, or again after a restart. They are compared by
 * their numbers, since a press has no date.
 */
const HEARD = `
  INSERT INTO heard_wish AS known (user_id, poll_id, update_id) SELECT :userId::bigint, about.id, :updateId::bigint FROM about
  ON CONFLICT (user_id, poll_id) DO UPDATE SET update_id = excluded.update_id, heard_at = clock_timestamp()
  WHERE known.update_id <= excluded.update_id OR known.heard_at < clock_timestamp() - ${COMPARABLE}
  RETURNING poll_id
`;

const OUTCOME = `
  SELECT CASE WHEN EXISTS (SELECT FROM heard) THEN 'heard' WHEN EXISTS (SELECT FROM about) THEN 'older' ELSE 'impossible' END AS outcome
`;

/** An opt-out keeps its first instant. */
const SET_REMINDERS = `
  WITH about AS (
    SELECT ${ALL_POLLS}::bigint AS id
  ), heard AS (
    ${HEARD}
  ), changed AS (
    UPDATE telegram_user SET opted_out_at = CASE WHEN NOT :wanted::boolean THEN clock_timestamp() END, updated_at = clock_timestamp()
    FROM heard WHERE id = :userId AND (opted_out_at IS NULL) <> :wanted
  )
  ${OUTCOME}
`;

/** An opt-out is another fact, and stays. */
const SET_BLOCKED = `
  WITH about AS (
    SELECT ${ANY_MESSAGE}::bigint AS id FROM telegram_user WHERE id = :userId
  ), heard AS (
    ${HEARD}
  ), changed AS (
    UPDATE telegram_user SET status = CASE WHEN :blocked::boolean THEN 'BLOCKED' ELSE 'ACTIVE' END,
      reachable_at = CASE WHEN :blocked THEN reachable_at ELSE clock_timestamp() END, updated_at = clock_timestamp()
    FROM heard WHERE id = :userId
  )
  ${OUTCOME}
`;

/**
 * Notes when a person wants to be reminded again. A newer wish takes the place of one that waits; a person who wishes for one wants reminders
 * of the poll after all. A time that has passed, as on an old button, is no wish.
 */
const REMIND_LATER = `
  WITH about AS (
    SELECT id FROM poll WHERE id = :pollId AND :at::timestamptz > clock_timestamp()
  ), heard AS (
    ${HEARD}
  ), wanted AS (
    DELETE FROM declined_poll USING heard WHERE declined_poll.poll_id = heard.poll_id AND user_id = :userId
  ), noted AS (
    INSERT INTO later_reminder AS known (poll_id, user_id, campaign_id, remind_at, not_before)
    SELECT poll_id, :userId::bigint, (SELECT id FROM notification_campaign WHERE id = :campaignId::bigint), :at, :at FROM heard
    ON CONFLICT (poll_id, user_id) WHERE status = 'PENDING' DO UPDATE SET
      remind_at = excluded.remind_at, not_before = excluded.not_before, campaign_id = excluded.campaign_id,
      updated_at = clock_timestamp()
  )
  ${OUTCOME}
`;

const DECLINE = `
  WITH about AS (
    SELECT id FROM poll WHERE id = :pollId
  ), heard AS (
    ${HEARD}
  ), unwished AS (
    UPDATE later_reminder later SET status = 'SKIPPED', reason = 'DECLINED_POLL', updated_at = clock_timestamp()
    FROM heard WHERE later.poll_id = heard.poll_id AND later.user_id = :userId AND later.status = 'PENDING'
  ), declined AS (
    INSERT INTO declined_poll (poll_id, user_id) SELECT poll_id, :userId::bigint FROM heard ON CONFLICT DO NOTHING
  )
  ${OUTCOME}
`;

const ACCEPT = `
  WITH about AS (
    SELECT id FROM poll WHERE id = :pollId
  ), heard AS (
    ${HEARD}
  ), accepted AS (
    DELETE FROM declined_poll USING heard WHERE declined_poll.poll_id = heard.poll_id AND user_id = :userId
  )
  ${OUTCOME}
`;

const FORGET = `DELETE FROM heard_wish WHERE heard_at < clock_timestamp() - ${COMPARABLE}`;

/** Whether a wish counts; if not, a newer one does, or it cannot be: the time has passed, the poll is gone. */
export type WishOutcome = 'heard' | 'older' | 'impossible';

/** Who wishes something, by which update. */
export interface Wisher {
  userId: string;
  updateId: number;
}

/** What people want of the bot, by what they said last. */
export class WishStore {
  constructor(private readonly sql: SqlExecutor) {}

  /** The person has blocked the bot, or unblocked it. @returns impossible for somebody unknown */
  setBlocked(wisher: Wisher, blocked: boolean): Promise<WishOutcome> {
    return this.hear(SET_BLOCKED, { ...wisher, blocked });
  }

  /** Reminders of all polls, or none of any. */
  setReminders(wisher: Wisher, wanted: boolean): Promise<WishOutcome> {
    return this.hear(SET_REMINDERS, { ...wisher, wanted });
  }

  remindLater(
    wisher: Wisher,
    wish: { pollId: string; campaignId: string | null; at: Date },
  ): Promise<WishOutcome> {
    return this.hear(REMIND_LATER, { ...wisher, ...wish });
  }

  /** No more reminders of this poll. */
  decline(wisher: Wisher, pollId: string): Promise<WishOutcome> {
    return this.hear(DECLINE, { ...wisher, pollId });
  }

  /** Reminders of this poll after all. */
  accept(wisher: Wisher, pollId: string): Promise<WishOutcome> {
    return this.hear(ACCEPT, { ...wisher, pollId });
  }

  /** Deletes what no update can be compared with any more. */
  async forgetOld(): Promise<void> {
    await rows(this.sql, FORGET);
  }

  private async hear(sql: string, parameters: Wisher & Record<string, unknown>): Promise<WishOutcome> {
    return (await oneRow<{ outcome: WishOutcome }>(this.sql, sql, parameters)).outcome;
  }
}
