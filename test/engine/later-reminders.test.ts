import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { createReminders } from '../../src/app/reminders.js';
import type { SqlExecutor } from '../../src/database/rows.js';
import { LaterStore } from '../../src/delivery/later.store.js';
import { StaleKeyboardStore } from '../../src/delivery/stale-keyboard.store.js';
import { ChatPacing } from '../../src/engine/chat-pacing.js';
import { LaterReminders } from '../../src/engine/later-reminders.js';
import type { SendOutcome } from '../../src/engine/ports.js';
import { PostgresRateLimit, type RateLimitStore } from '../../src/engine/rate-limit.store.js';
import { RateLimiter } from '../../src/engine/rate-limiter.js';
import { waitFor } from '../support/wait.js';
import { useEngineDatabase } from './engine-database.js';

const RATE = 1000;
const database = useEngineDatabase();
const anyTime = new AbortController().signal;
const DELIVERED: SendOutcome = { kind: 'sent', messageId: '7' };
const REFUSED: SendOutcome = { kind: 'outage', reason: 'TELEGRAM_UNAVAILABLE', isDelivered: 'no' };

let pollId: string;
/** Whom a request was made for. */
let requested: string[];
let log: string[];

beforeEach(async () => {
  await database.query('TRUNCATE poll, telegram_user, chat_pacing, rate_limit, installation CASCADE');
  const [poll] = await database.query<{ id: string }>(
    `INSERT INTO poll (title, status) VALUES ('Lunch', 'OPEN') RETURNING id`,
  );
  pollId = poll?.id ?? '';
  requested = [];
  log = [];
});

/** So many people want to be reminded, now. */
async function wish(count: number): Promise<void> {
  await database.query('INSERT INTO telegram_user (id) SELECT generate_series(1, $1::bigint)', [count]);
  await database.query(WISH, [pollId, count]);
}

const WISH = `
  INSERT INTO later_reminder (poll_id, user_id, remind_at, not_before)
  SELECT $1, person.id, now(), now() FROM generate_series(1, $2::bigint) person (id)
`;

interface Wish {
  status: string;
  reason: string | null;
}

function wishes(): Promise<Wish[]> {
  return database.query<Wish & Record<string, unknown>>(
    'SELECT status, reason FROM later_reminder ORDER BY id',
  );
}

interface Faults {
  answer?: (userId: string) => SendOutcome | Promise<SendOutcome>;
  sql?: SqlExecutor;
  limit?: (store: RateLimitStore) => RateLimitStore;
}

async function worker({ answer = () => DELIVERED, sql = database.sql, limit }: Faults = {}) {
  const { writer } = await createReminders(database.sql, { timeZone: 'UTC' });
  const store = new PostgresRateLimit(database.sql, 'bot', RATE);
  const limiter = new RateLimiter(limit?.(store) ?? store, RATE, (error) => {
    throw error;
  });
  const logger = pino({ base: null }, { write: (line) => log.push(line) });
  const later = new LaterReminders({
    store: new LaterStore(sql, writer.defaultTemplate()),
    limiter,
    pacing: new ChatPacing(sql, logger),
    sender: {
      prepare: () => Promise.resolve(undefined),
      probe: () => Promise.resolve(true),
      send: async ({ userId }) => {
        requested.push(userId);
        return answer(userId);
      },
    },
    writer,
    logger,
  });
  return { round: () => later.round(anyTime) };
}

/** Fails once for the statement with these words. */
function failing(words: string, before?: (go: () => Promise<unknown>) => Promise<unknown>): SqlExecutor {
  let failures = 0;
  return {
    query: async (text, parameters) => {
      const go = () => database.sql.query(text, parameters);
      if (!text.includes(words) || failures > 0) return go();
      failures += 1;
      await before?.(go);
      throw new Error('away');
    },
  };
}

async function untilBlocked(count: number, lock: 'advisory' | 'transactionid'): Promise<void> {
  await waitFor(`${count} statements to wait for ${lock}`, async () => {
    const waiting = await database.query(
      'SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = $1',
      [lock],
    );
    return waiting.length === count;
  });
}

describe('a wish of which nothing was sent is tried again', () => {
  test('when the answer of the claim is lost, which the server still works on', async () => {
    await wish(2);
    await database.query('SELECT pg_advisory_lock(1)');
    // Keeps the row from the claim until that lock is free.
    const blocker = database.sql.query(
      `WITH kept AS (INSERT INTO chat_pacing (chat_id, next_at) VALUES (2, now()) RETURNING chat_id)
       SELECT pg_advisory_xact_lock_shared(1) FROM kept`,
    );
    await untilBlocked(1, 'advisory');
    const whileWorkedOn = (go: () => Promise<unknown>) => {
      void go();
      return untilBlocked(1, 'transactionid');
    };
    const { round } = await worker({ sql: failing('paced AS', whileWorkedOn) });
    const first = round();
    await untilBlocked(2, 'advisory');
    await database.query('SELECT pg_advisory_unlock(1)');
    await blocker;
    expect(await first).toBe(false);
    expect(requested).toEqual([]);
    expect(await wishes()).toEqual(Array(2).fill({ status: 'PENDING', reason: null }));
    await database.query('TRUNCATE chat_pacing');
    await round();
    expect(await wishes()).toEqual(Array(2).fill({ status: 'SENT', reason: null }));
  });

  test('when its slot is missed, and the turn of its chat cannot be moved', async () => {
    await wish(1);
    const isLate = (store: RateLimitStore): RateLimitStore => ({
      reserve: async (wanted, options) => ({ ...(await store.reserve(wanted, options)), waitMs: -50 }),
      block: (ms) => store.block(ms),
      unblock: () => store.unblock(),
      returnProbe: (probe) => store.returnProbe(probe),
    });
    const { round } = await worker({ sql: failing('UPDATE chat_pacing'), limit: isLate });
    await round();
    expect([requested, await wishes()]).toEqual([[], [{ status: 'PENDING', reason: null }]]);
  });

  test('when its chat is throttled, and cannot be parked', async () => {
    await wish(1);
    const answer = (): SendOutcome => ({ kind: 'throttled', retryAfterMs: 400_000 });
    const { round } = await worker({ sql: failing('greatest(pacing.next_at'), answer });
    await round();
    expect([requested, await wishes()]).toEqual([['1'], [{ status: 'PENDING', reason: null }]]);
  });

  test('when its claim has expired before that could be written', async () => {
    await wish(1);
    const answer = async () => {
      await database.query(`UPDATE later_reminder SET claim_expires_at = now() - interval '1 second'`);
      await (await worker()).round();
      expect(await wishes()).toEqual([{ status: 'UNCONFIRMED', reason: 'WORKER_DIED' }]);
      return REFUSED;
    };
    await (await worker({ answer })).round();
    expect(await wishes()).toEqual([{ status: 'PENDING', reason: null }]);
    expect(log.join('')).toContain('are UNCONFIRMED');
  });
});

describe('a newer wish takes the place of one of which nothing was sent', () => {
  const REPLACED = [
    { status: 'SKIPPED', reason: 'NEWER_WISH' },
    { status: 'PENDING', reason: null },
  ];

  test('because Telegram has refused it', async () => {
    await wish(1);
    const answer = async () => {
      await database.query(WISH, [pollId, 1]);
      return REFUSED;
    };
    await (await worker({ answer })).round();
    expect(await wishes()).toEqual(REPLACED);
  });

  test('because the answer of its claim was lost', async () => {
    await wish(1);
    const wishAgain = async (go: () => Promise<unknown>) => {
      await go();
      await database.query(WISH, [pollId, 1]);
    };
    await (await worker({ sql: failing('paced AS', wishAgain) })).round();
    expect(await wishes()).toEqual(REPLACED);
  });
});

test('from the instant in which a bot is adopted no other process takes wishes or keyboards', async () => {
  await wish(1);
  await database.query(
    `INSERT INTO stale_keyboard (user_id, message_id, poll_id, not_before) VALUES (1, 1, $1, now())`,
    [pollId],
  );
  await database.query(`INSERT INTO installation (bot_id, bot_username) VALUES (42, 'new_bot')`);
  const take = async (ownBot: string | null) => [
    (await new StaleKeyboardStore(database.sql, ownBot).take(5)).length,
    (await new LaterStore(database.sql, '', ownBot).claim(randomUUID(), 5, 0)).length,
  ];
  for (const other of ['41', null]) expect(await take(other)).toEqual([0, 0]);
  expect(await take('42')).toEqual([1, 1]);
});

describe('a reason of the installation', () => {
  test('lets all wishes wait, and not each try for itself', async () => {
    await wish(30);
    const { round } = await worker({
      answer: () => ({ kind: 'botUnusable', reason: 'BOT_TOKEN_REJECTED' }),
    });
    await round();
    const { length } = requested;
    expect(length).toBeGreaterThan(0);
    await database.query('UPDATE later_reminder SET not_before = now()');
    expect(await round()).toBe(false);
    expect(requested).toHaveLength(length);
    expect(await wishes()).toEqual(Array(30).fill({ status: 'PENDING', reason: null }));
    expect(log.filter((line) => line.includes('BOT_TOKEN_REJECTED'))).toHaveLength(1);
  });

  test('ends a wish whose text is refused, since waiting does not change it', async () => {
    await wish(1);
    const answer = (): SendOutcome => ({
      kind: 'templateUnusable',
      reason: 'BUTTON_INVALID',
      textOnly: false,
    });
    await (await worker({ answer })).round();
    expect(await wishes()).toEqual([{ status: 'FAILED', reason: 'BUTTON_INVALID' }]);
  });
});
