import { setTimeout as sleep } from 'node:timers/promises';
import { rows, type SqlExecutor } from '../database/rows.js';

/** Telegram takes about one message a second to a chat. An expression of SQL. */
export const CHAT_INTERVAL = "interval '1 second'";

/** As the claim of a recipient takes it: one message a second to a chat, from whoever. */
const TAKE = `
  INSERT INTO chat_pacing AS pacing (chat_id, next_at) VALUES ($1, clock_timestamp() + ${CHAT_INTERVAL})
  ON CONFLICT (chat_id) DO UPDATE SET next_at = excluded.next_at WHERE pacing.next_at <= clock_timestamp()
  RETURNING chat_id
`;

const RETRY_MS = 250;

/** Telegram's limit of one chat, which campaigns, answers and test messages share. */
export class ChatPacing {
  constructor(private readonly sql: SqlExecutor) {}

  /** Waits until a message may go to the chat. @returns false when the signal was aborted before */
  async turn(chatId: string, signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      if ((await rows(this.sql, TAKE, [chatId])).length > 0) return true;
      await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
    return false;
  }
}
