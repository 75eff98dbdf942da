import { beforeEach, describe, expect, test } from '@jest/globals';
import { ChatPacing } from '../../src/sending/chat-pacing.js';
import { DirectSender } from '../../src/sending/direct-sender.js';
import { PostgresRateLimit, type RateLimitStore } from '../../src/sending/rate-limit.store.js';
import { RateLimiter } from '../../src/sending/rate-limiter.js';
import { useEngineDatabase } from './engine-database.js';

const CHAT = '7000001';
const ONE_A_SECOND = 1;

const database = useEngineDatabase();
let store: PostgresRateLimit;
let direct: DirectSender;
let slots: number;
beforeEach(async () => {
  await database.query('DELETE FROM rate_limit');
  await database.query('DELETE FROM chat_pacing');
  slots = 0;
  store = new PostgresRateLimit(database.sql, 'bot', ONE_A_SECOND);
  const fail = (error: unknown) => {
    throw error;
  };
  const limiter = new RateLimiter(counted(store), ONE_A_SECOND, fail);
  direct = new DirectSender(limiter, new ChatPacing(database.sql));
});

/** The same, with the slots that it hands out counted. */
function counted(limit: RateLimitStore): RateLimitStore {
  return {
    reserve: async (wanted) => {
      const reservation = await limit.reserve(wanted);
      slots += reservation.granted;
      return reservation;
    },
    block: (ms) => limit.block(ms),
    unblock: () => limit.unblock(),
    returnProbe: (probe) => limit.returnProbe(probe),
  };
}

/** Sends a message. @returns milliseconds for which the chat has to rest and the bot has to wait, once it leaves */
async function sendOne(): Promise<{ chatMs: number; botMs: number }> {
  let seen: { chatMs: number; botMs: number } | undefined;
  await direct.send(CHAT, async () => {
    const [row] = await database.query<{ chatMs: number; botMs: number }>(
      `SELECT 1000 * extract(epoch FROM chat.next_at - clock_timestamp())::float8 AS "chatMs",
         1000 * extract(epoch FROM bot.next_at - clock_timestamp())::float8 AS "botMs"
       FROM chat_pacing chat, rate_limit bot`,
    );
    seen = row;
    return { kind: 'sent', messageId: '1' };
  });
  if (!seen) throw new Error('Nothing was sent.');
  return seen;
}

describe('a message of no campaign', () => {
  test('keeps its chat from the next one for a second from when it leaves, however long it has waited', async () => {
    await store.block(1500);
    expect((await sendOne()).chatMs).toBeGreaterThan(700);
  });

  test('keeps its chat from the next one for a second from its slot, which may lie ahead', async () => {
    await database.query(
      `INSERT INTO rate_limit (bot, next_at) VALUES ('bot', clock_timestamp() + interval '90 milliseconds')`,
    );
    const { chatMs, botMs } = await sendOne();
    // The next slot of the bot is a second after this one; the clocks are told to the millisecond.
    expect(chatMs).toBeGreaterThan(botMs - 5);
  });

  test('takes one slot of the bot, also when its chat has to rest first', async () => {
    await database.query(
      `INSERT INTO chat_pacing (chat_id, next_at) VALUES ($1, clock_timestamp() + interval '700 milliseconds')`,
      [CHAT],
    );
    await sendOne();
    expect(slots).toBe(1);
  });

  test('gives its slot up to others when the chat got a message meanwhile', async () => {
    await store.block(600);
    const sent = sendOne();
    // A reminder of a campaign takes the chat while the message waits for the bot.
    await database.query(
      `INSERT INTO chat_pacing (chat_id, next_at) VALUES ($1, clock_timestamp() + interval '2 seconds')
       ON CONFLICT (chat_id) DO UPDATE SET next_at = excluded.next_at`,
      [CHAT],
    );
    const startedAt = performance.now();
    await sent;
    expect(performance.now() - startedAt).toBeGreaterThan(1800);
  });
});
