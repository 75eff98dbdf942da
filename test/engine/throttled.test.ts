import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { SqlExecutor } from '../../src/database/rows.js';
import { PostgresRateLimit, type RateLimitStore } from '../../src/engine/rate-limit.store.js';
import { RateLimiter, type Slot } from '../../src/engine/rate-limiter.js';
import { waitFor } from '../support/wait.js';
import { useEngineDatabase } from './engine-database.js';

const database = useEngineDatabase();

let bots = 0;
function newLimit(messagesPerSecond: number): PostgresRateLimit {
  bots += 1;
  return newPeer(messagesPerSecond);
}

/** The same bot as the last, in another process. */
function newPeer(messagesPerSecond: number, sql: SqlExecutor = database.sql): PostgresRateLimit {
  return new PostgresRateLimit(sql, `bot-${bots}`, messagesPerSecond);
}

describe('a process that Telegram throttles', () => {
  const anyTime = new AbortController().signal;
  const CAMPAIGN = { lane: 'a', remaining: 1 };

  test('keeps silent although it cannot say so, and says so as soon as it can', async () => {
    const sql = database.sql;
    const errors: unknown[] = [];
    const server = { isAway: false };
    const unsteady: SqlExecutor = {
      query: (text, parameters) =>
        server.isAway ? Promise.reject(new Error('away')) : sql.query(text, parameters),
    };
    bots += 1;
    const limiter = new RateLimiter(newPeer(100, unsteady), 100, (error) => errors.push(error));
    const [first, second] = await limiter.acquire(CAMPAIGN, 2, anyTime);
    if (!first || !second) throw new Error('There are two slots within the horizon.');

    server.isAway = true;
    const throttledAt = performance.now();
    const reported = limiter.report(first, { kind: 'throttled', retryAfterMs: 700 });
    expect(await limiter.turn(second)).toBe('revoked');
    const next = limiter.acquire(CAMPAIGN, 5, anyTime);
    await waitFor('another try', () => errors.length > 1);
    server.isAway = false;
    await reported;
    const others = await newPeer(100).reserve(1);
    expect(others).toMatchObject({ granted: 0 });
    const slots = await next;
    expect(slots).toHaveLength(1);
    expect(slots[0]?.probe).toBeDefined();
    expect(slots[0]?.at).toBeGreaterThan(throttledAt + 700);
  });

  test('asks for no slot before the others know, even when its own silence is over', async () => {
    const limit = newLimit(100);
    const told = { reservations: 0, blocks: 0, works: false };
    const store: RateLimitStore = {
      reserve: (wanted, options) => {
        told.reservations += 1;
        return limit.reserve(wanted, options);
      },
      block: (ms) => {
        told.blocks += 1;
        return told.works ? limit.block(ms) : Promise.reject(new Error('away'));
      },
      unblock: () => limit.unblock(),
      returnProbe: (probe) => limit.returnProbe(probe),
    };
    const limiter = new RateLimiter(store, 100, () => undefined);
    const reported = limiter.throttled(0);
    const next = limiter.acquire(CAMPAIGN, 1, anyTime);
    // Each try comes a quarter of a second after the one before; the silence is a tenth.
    await waitFor('a third try', () => told.blocks > 2);
    expect(told.reservations).toBe(0);
    told.works = true;
    await reported;
    expect(await next).toHaveLength(1);
  });

  test('waits for five minutes at most, whatever Telegram says', async () => {
    const limiter = new RateLimiter(newLimit(100), 100, fail);
    await limiter.throttled(3_600_000);
    const [row] = await database.query<{ seconds: number }>(
      'SELECT extract(epoch FROM blocked_until - clock_timestamp())::float8 AS seconds FROM rate_limit WHERE bot = $1',
      [`bot-${bots}`],
    );
    expect(row?.seconds).toBeGreaterThan(290);
    expect(row?.seconds).toBeLessThanOrEqual(300.1);
  });

  const RATE = 200;
  const answers = fc.constantFrom('sent', 'unused', 'throttled');
  const senders = fc.array(fc.array(answers, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 6 });

  test('after each 429 sends nothing but one probe until that is answered', async () => {
    await fc.assert(
      fc.asyncProperty(senders, async (plans) => {
        const limiter = new RateLimiter(newLimit(RATE), RATE, fail);
        const log = new SendLog();
        await Promise.all(plans.map((plan) => followPlan(limiter, log, plan)));
      }),
      { numRuns: 8 },
    );
    // On a busy machine most slots are missed, and each message takes many.
  }, 600_000);

  /** Sends one message for each answer, which is given to it, one after the other. */
  async function followPlan(limiter: RateLimiter, log: SendLog, plan: string[]): Promise<void> {
    for (let next = 0; next < plan.length;) {
      const [slot] = await limiter.acquire(CAMPAIGN, 1, anyTime);
      if (!slot) continue;
      const mayLeave = (await limiter.turn(slot)) === 'due';
      if (!mayLeave || plan[next] === 'unused') {
        await limiter.returnSlots([slot]);
        if (mayLeave) next += 1;
        continue;
      }
      log.leave(slot);
      // No answer comes in the moment of the send, and so none before others that leave in that moment.
      await setImmediate();
      if (plan[next] === 'throttled') {
        log.throttle(RETRY_AFTER_MS);
        await limiter.report(slot, { kind: 'throttled', retryAfterMs: RETRY_AFTER_MS });
      } else {
        log.accept(slot);
        await limiter.report(slot, { kind: 'sent', messageId: '1' });
      }
      next += 1;
    }
  }
});

const RETRY_AFTER_MS = 20;

/** How much a process sent, and how much it was allowed to send. */
class SendLog {
  private silentUntil = 0;
  private isProbing = false;

  leave({ probe }: Slot): void {
    expect(performance.now()).toBeGreaterThanOrEqual(this.silentUntil);
    if (this.isProbing) expect(probe).toBeDefined();
  }

  throttle(ms: number): void {
    this.silentUntil = Math.max(this.silentUntil, performance.now() + ms);
    this.isProbing = true;
  }

  accept({ probe }: Slot): void {
    if (probe !== undefined) this.isProbing = false;
  }
}

function fail(error: unknown): void {
  throw error;
}
