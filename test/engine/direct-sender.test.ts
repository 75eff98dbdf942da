import { beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { ChatPacing } from '../../src/engine/chat-pacing.js';
import { DirectSender } from '../../src/engine/direct-sender.js';
import { PostgresRateLimit, type RateLimitStore } from '../../src/engine/rate-limit.store.js';
import { RateLimiter } from '../../src/engine/rate-limiter.js';
import { useEngineDatabase } from './engine-database.js';

const CHAT = '7000001';
const ONE_A_SECOND = 1;

const database = useEngineDatabase();
let store: PostgresRateLimit;
let direct: DirectSender;
/** Slots that were asked for while the chat still had to rest from before. */
let wasted: number;
/** Until when it had to. */
let restsUntil: Date;
beforeEach(async () => {
  await database.query('DELETE FROM rate_limit');
  await database.query('DELETE FROM chat_pacing');
  wasted = 0;
  restsUntil = new Date(0);
  store = new PostgresRateLimit(database.sql, 'bot', ONE_A_SECOND);
  const limiter = new RateLimiter(counted(store), ONE_A_SECOND, fail);
  direct = new DirectSender(limiter, new ChatPacing(database.sql, pino({ level: 'silent' })));
});

const RESTING = 'SELECT WHERE $1::timestamptz > clock_timestamp()';

/** The same, with the slots counted that it hands out for nothing. */
function counted(limit: RateLimitStore): RateLimitStore {
  return {
    reserve: async (wanted, options) => {
      const isResting = (await database.query(RESTING, [restsUntil])).length > 0;
      const reservation = await limit.reserve(wanted, options);
      if (isResting) wasted += reservation.granted;
      return reservation;
    },
    block: (ms) => limit.block(ms),
    unblock: () => limit.unblock(),
    returnProbe: (probe) => limit.returnProbe(probe),
  };
}

function fail(error: unknown): void {
  throw error;
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
    const { chatMs, botMs } = await sendOne();
    // The next slot of the bot is a second after the one that was used.
    expect(chatMs).toBeGreaterThanOrEqual(botMs);
  });

  test('keeps its chat from the next one for a second from its slot, which may lie ahead', async () => {
    await database.query(
      `INSERT INTO rate_limit (bot, next_at) VALUES ('bot', clock_timestamp() + interval '90 milliseconds')`,
    );
    const { chatMs, botMs } = await sendOne();
    expect(chatMs).toBeGreaterThanOrEqual(botMs);
  });

  test('takes no slot of the bot while its chat has to rest', async () => {
    const [chat] = await database.query<{ nextAt: Date }>(
      `INSERT INTO chat_pacing (chat_id, next_at) VALUES ($1, clock_timestamp() + interval '700 milliseconds')
       RETURNING next_at AS "nextAt"`,
      [CHAT],
    );
    if (chat) restsUntil = chat.nextAt;
    await sendOne();
    expect(wasted).toBe(0);
  });

  test('keeps its chat for a second from a later slot when the process misses the first', async () => {
    let reservations = 0;
    const late: RateLimitStore = {
      ...counted(store),
      reserve: async (wanted, options) => {
        const reservation = await store.reserve(wanted, options);
        reservations += 1;
        return reservations === 1 ? { ...reservation, waitMs: -50 } : reservation;
      },
    };
    direct = new DirectSender(
      new RateLimiter(late, ONE_A_SECOND, fail),
      new ChatPacing(database.sql, pino({ level: 'silent' })),
    );
    const { chatMs, botMs } = await sendOne();
    expect(reservations).toBeGreaterThan(1);
    expect(chatMs).toBeGreaterThanOrEqual(botMs);
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
