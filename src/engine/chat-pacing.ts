import type { Logger } from 'pino';
import { pause } from '../kernel/pause.js';
import { CHAT_INTERVAL } from '../delivery/claim.store.js';
import { rows, type SqlExecutor } from '../database/rows.js';
import { MAX_BLOCK_MS } from './rate-limiter.js';

/**
 * Takes the turn of a chat, as the claim of a recipient does: one message per second to a chat, from any source. $2 is the number
 * of milliseconds until the message leaves, when the second begins. $3 is how many seconds may be taken ahead: Telegram lets
 * short bursts pass.
 */
const TAKE = `
  INSERT INTO chat_pacing AS pacing (chat_id, next_at)
  VALUES ($1, clock_timestamp() + $2 * interval '1 millisecond' + ${CHAT_INTERVAL})
  ON CONFLICT (chat_id) DO UPDATE SET next_at = greatest(pacing.next_at + ${CHAT_INTERVAL}, excluded.next_at)
    WHERE pacing.next_at <= clock_timestamp() + $2 * interval '1 millisecond' + $3 * ${CHAT_INTERVAL}
  RETURNING chat_id
`;

const BUSY = `
  SELECT 1000 * extract(epoch FROM free.at - clock_timestamp())::double precision AS ms
  FROM chat_pacing, LATERAL (SELECT next_at - $2 * ${CHAT_INTERVAL} AS at) free
  WHERE chat_id = $1 AND free.at > clock_timestamp()
`;

const PARK = `
  INSERT INTO chat_pacing AS pacing (chat_id, next_at)
  VALUES ($1, clock_timestamp() + $2 * interval '1 millisecond')
  ON CONFLICT (chat_id) DO UPDATE SET next_at = greatest(pacing.next_at, excluded.next_at)
`;

/** Moves a turn that is already taken. */
const MOVE = `
  UPDATE chat_pacing SET next_at = greatest(next_at, clock_timestamp() + $2 * interval '1 millisecond' + ${CHAT_INTERVAL})
  WHERE chat_id = $1
`;

/** Telegram's limit per chat, shared by campaigns, replies and test messages. */
export class ChatPacing {
  constructor(
    private readonly sql: SqlExecutor,
    private readonly logger: Logger,
  ) {}

  /**
   * Waits until the chat is free, without taking its turn, or until the signal is aborted.
   * @param ahead seconds of the chat that may be taken in advance
   */
  async untilFree(chatId: string, signal: AbortSignal, ahead = 0): Promise<void> {
    while (!signal.aborted) {
      const [busy] = await rows<{ ms: number }>(this.sql, BUSY, [chatId, ahead]);
      if (!busy) return;
      await pause(Math.ceil(busy.ms), signal);
    }
  }

  /**
   * After a 429 that asks for more than the whole bot waits, the chat is parked for all campaigns. Never throws: the message that
   * was throttled waits in any case, and what became of it must not be lost.
   */
  async throttled(chatId: string, retryAfterMs: number): Promise<void> {
    if (retryAfterMs <= MAX_BLOCK_MS) return;
    await rows(this.sql, PARK, [chatId, retryAfterMs]).catch((error: unknown) => {
      this.logger.warn({ err: error, chatId }, 'a throttled chat could not be parked');
    });
  }

  /** Moves the chat's turn to a message that leaves later, in so many milliseconds. */
  async move(chatId: string, inMs: number): Promise<void> {
    await rows(this.sql, MOVE, [chatId, inMs]);
  }

  /**
   * @param inMs milliseconds until the message leaves
   * @param ahead as for `untilFree`
   * @returns whether the turn was taken
   */
  async take(chatId: string, inMs: number, ahead = 0): Promise<boolean> {
    return (await rows(this.sql, TAKE, [chatId, inMs, ahead])).length > 0;
  }
}
