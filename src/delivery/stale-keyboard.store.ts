import { rows, type SqlExecutor } from '../database/rows.js';
import { isBotOfInstallation, type OwnBot } from './own-bot.js';

/** Tries after which the buttons stay as they are: pressing them says how things are. */
const MAX_TRIES = 5;

/**
 * Takes messages whose buttons are out of date; another process tries them again unless they are done within a minute. None are
 * taken by a process whose bot, $2, is not that of the installation.
 */
const TAKE = `
  WITH due AS (
    SELECT user_id, message_id FROM stale_keyboard
    WHERE not_before <= clock_timestamp() AND ${isBotOfInstallation('$2')}
    ORDER BY not_before LIMIT $1 FOR UPDATE SKIP LOCKED
  ), taken AS (
    UPDATE stale_keyboard stale SET not_before = clock_timestamp() + interval '1 minute', tries = stale.tries + 1
    FROM due WHERE stale.user_id = due.user_id AND stale.message_id = due.message_id
    RETURNING stale.*
  )
  SELECT taken.user_id AS "userId", taken.message_id AS "messageId", taken.poll_id AS "pollId",
    taken.campaign_id AS "campaignId", coalesce(person.chat_id, person.id) AS "chatId",
    person.language_code AS "languageCode"
  FROM taken JOIN telegram_user person ON person.id = taken.user_id
`;

const IS_DUE = 'SELECT FROM stale_keyboard WHERE not_before <= clock_timestamp() LIMIT 1';

const FORGET = 'DELETE FROM stale_keyboard WHERE user_id = $1 AND message_id = $2';

const GIVE_UP = `DELETE FROM stale_keyboard WHERE tries >= ${MAX_TRIES} AND not_before <= clock_timestamp()`;

export interface StaleKeyboard {
  userId: string;
  chatId: string;
  messageId: string;
  pollId: string;
  campaignId: string | null;
  languageCode: string | null;
}

/** Reminders that were sent to people who have completed the poll since, and still have their buttons. */
export class StaleKeyboardStore {
  constructor(
    private readonly sql: SqlExecutor,
    private readonly ownBot: OwnBot = null,
  ) {}

  async isDue(): Promise<boolean> {
    return (await rows(this.sql, IS_DUE)).length > 0;
  }

  take(limit: number): Promise<StaleKeyboard[]> {
    return rows<StaleKeyboard>(this.sql, TAKE, [limit, this.ownBot]);
  }

  async forget({ userId, messageId }: Pick<StaleKeyboard, 'userId' | 'messageId'>): Promise<void> {
    await rows(this.sql, FORGET, [userId, messageId]);
  }

  /** Forgets what could not be changed again and again. */
  async giveUp(): Promise<void> {
    await rows(this.sql, GIVE_UP);
  }
}
