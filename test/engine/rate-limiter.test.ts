import { afterAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { allowManyListeners } from '../../src/kernel/linked-signal.js';
import { InFlightBudget } from '../../src/engine/in-flight-budget.js';
import {
  PostgresRateLimit,
  slotSpacingMs,
  type Reservation,
  type ReservationOptions,
} from '../../src/engine/rate-limit.store.js';
import { IDLE, RateLimiter, URGENT, type Slot } from '../../src/engine/rate-limiter.js';
import { waitFor } from '../support/wait.js';
import { useEngineDatabase } from './engine-database.js';
import { ManySlots, SlotBySlot } from './slot-givers.js';

const database = useEngineDatabase();

let bots = 0;
function newLimit(messagesPerSecond: number): PostgresRateLimit {
  bots += 1;
  return new PostgresRateLimit(database.sql, `bot-${bots}`, messagesPerSecond);
}

/** Times of the slots that the processes got, by the clock they share in this test. */
async function reserveAll(
  limit: PostgresRateLimit,
  requests: number[],
  spacingMs: number,
): Promise<number[]> {
  const granted = await Promise.all(
    requests.map(async (wanted) => {
      const askedAt = performance.now();
      const { granted: count, waitMs } = await limit.reserve(wanted);
      return Array.from({ length: count }, (_, index) => askedAt + waitMs + index * spacingMs);
    }),
  );
  return granted.flat().sort((a, b) => a - b);
}

describe('the limit that all processes share', () => {
  test('never hands out more than the rate in any second, whatever the interleaving', async () => {
    const requests = fc.array(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 12 }), {
      minLength: 1,
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(requests, fc.constantFrom(28, 100, 1000), async (rounds, rate) => {
        const limit = newLimit(rate);
        const before = await database.query<{ at: Date }>('SELECT clock_timestamp() AS at');
        let total = 0;
        for (const round of rounds) total += (await reserveAll(limit, round, 1000 / rate)).length;
        const [row] = await database.query<{ usedMs: number }>(
          `SELECT 1000 * extract(epoch FROM next_at - $1)::float8 AS "usedMs" FROM rate_limit WHERE bot = $2`,
          [before[0]?.at, `bot-${bots}`],
        );
        // Every slot takes its own stretch of 1000/rate ms of the one time line, so that no second holds more.
        expect(total * (1000 / rate)).toBeLessThanOrEqual((row?.usedMs ?? 0) + 1);
      }),
      { numRuns: 25 },
    );
  });

  test('goes on soon when the clock of the database was put back', async () => {
    const limit = newLimit(10);
    await limit.reserve(1);
    // An hour ahead, as seen after that.
    await database.query(`UPDATE rate_limit SET next_at = now() + interval '1 hour' WHERE bot = $1`, [
      `bot-${bots}`,
    ]);
    expect(await limit.reserve(5)).toMatchObject({ granted: 1 });
    expect(await limit.reserve(1)).toMatchObject({ granted: 0 });
    await waitFor('the next slot', async () => (await limit.reserve(1)).granted === 1);
  });

  test.each([28, 30, 280, 1000])('%i slots a second are never more in any second', (rate) => {
    expect(rate * slotSpacingMs(rate)).toBeGreaterThanOrEqual(1000);
  });

  test('reserves no nearer than what comes before the send takes', async () => {
    const [before] = await database.query<{ ms: number }>(
      'SELECT 1000 * extract(epoch FROM clock_timestamp())::float8 AS ms',
    );
    await newLimit(1000).reserve(1, { leadMs: 60 });
    const [row] = await database.query<{ ms: number }>(
      'SELECT 1000 * extract(epoch FROM next_at)::float8 AS ms FROM rate_limit WHERE bot = $1',
      [`bot-${bots}`],
    );
    expect((row?.ms ?? 0) - (before?.ms ?? 0)).toBeGreaterThanOrEqual(60);
  });

  test('serves processes of the version before, which ask without a lead', async () => {
    bots += 1;
    const [old] = await database.query<{ granted: number; wait_ms: number; probe: boolean }>(
      "SELECT granted, wait_ms, probe FROM reserve_send_slots($1, interval '10 ms', 3, interval '100 ms')",
      [`bot-${bots}`],
    );
    expect(old).toEqual({ granted: 3, wait_ms: 0, probe: false });
  });

  test('reserves no further ahead than its horizon', async () => {
    const limit = newLimit(10);
    const first = await limit.reserve(1000);
    const second = await limit.reserve(1);
    expect(first.granted).toBe(2);
    expect(second.granted).toBe(0);
    expect(second.waitMs).toBeGreaterThan(0);
  });

  test('is for what can wait only while nobody in the installation has a slot ahead', async () => {
    const limit = newLimit(1000);
    await limit.reserve(1);
    const ahead = `UPDATE rate_limit SET next_at = clock_timestamp() + $2 * interval '1 ms' WHERE bot = $1`;
    const isAhead = 'SELECT FROM rate_limit WHERE bot = $1 AND next_at > clock_timestamp()';
    await waitFor('a process that is fast enough', async () => {
      await database.query(ahead, [`bot-${bots}`, 80]);
      const { granted } = await limit.reserve(5, { ifIdle: true });
      if ((await database.query(isAhead, [`bot-${bots}`])).length === 0) return false;
      expect(granted).toBe(0);
      return true;
    });
    await waitFor(
      'the slot to be over',
      async () => (await limit.reserve(5, { ifIdle: true })).granted === 5,
    );
    // The clock of the database was put back.
    await database.query(ahead, [`bot-${bots}`, 3_600_000]);
    expect((await limit.reserve(1, { ifIdle: true })).granted).toBe(1);
  });

  test('after a 429 one probe goes out, and the rest once it was answered', async () => {
    const limit = newLimit(1000);
    await limit.block(60);
    expect((await limit.reserve(5)).granted).toBe(1);
    expect((await limit.reserve(5)).granted).toBe(0);
    await limit.unblock();
    expect((await limit.reserve(5)).granted).toBe(5);
  });

  test('a probe is returned by its holder, not by a process whose probe has expired', async () => {
    const limit = newLimit(1000);
    await limit.block(0);
    const first = await limit.reserve(1);
    await database.query('UPDATE rate_limit SET probe_expires_at = clock_timestamp() WHERE bot = $1', [
      `bot-${bots}`,
    ]);
    const second = await limit.reserve(1);
    await limit.returnProbe(first.probe ?? '');
    expect((await limit.reserve(1)).granted).toBe(0);
    await limit.returnProbe(second.probe ?? '');
    expect((await limit.reserve(1)).probe).toBeDefined();
  });

  test('the longest of several 429s counts', async () => {
    const limit = newLimit(1000);
    await limit.block(60_000);
    await limit.block(10);
    const { granted, waitMs } = await limit.reserve(1);
    expect(granted).toBe(0);
    expect(waitMs).toBeGreaterThan(10_000);
  });
});

describe('the senders of one process', () => {
  test('campaigns take turns whatever their number of chunks, and what is urgent comes first', async () => {
    const limiter = new RateLimiter(new SlotBySlot(), 1000, fail);
    const served: string[] = [];
    const signal = new AbortController().signal;
    const asked = ['large', 'large', 'large', 'large', 'small', 'small'].map((lane) =>
      limiter.acquire({ lane, remaining: 1 }, 1, signal).then(() => served.push(lane)),
    );
    asked.push(limiter.acquire(URGENT, 1, signal).then(() => served.push('urgent')));
    await Promise.all(asked);
    expect(served).toEqual(['urgent', 'large', 'small', 'large', 'small', 'large', 'large']);
  });

  test('what can wait asks for no slot beside others, and holds nobody up', async () => {
    const asked: { wanted: number; ifIdle?: boolean }[] = [];
    class BusyElsewhere extends SlotBySlot {
      override reserve(wanted: number, { ifIdle }: ReservationOptions = {}): Promise<Reservation> {
        asked.push({ wanted, ifIdle });
        return Promise.resolve({ granted: ifIdle ? 0 : wanted, waitMs: 0 });
      }
    }
    const limiter = new RateLimiter(new BusyElsewhere(), 1000, fail);
    const ending = new AbortController();
    const idle = limiter.acquire(IDLE, 10, ending.signal);
    await waitFor('a request', () => asked.length > 0);
    expect(await limiter.acquire({ lane: 'a', remaining: 1 }, 2, ending.signal)).toHaveLength(2);
    expect(asked).toContainEqual({ wanted: 2, ifIdle: false });
    expect(asked.filter(({ ifIdle }) => ifIdle).every(({ wanted }) => wanted === 10)).toBe(true);
    ending.abort();
    expect(await idle).toEqual([]);
  });

  test('within a campaign the chunk with the most left comes first', async () => {
    const limiter = new RateLimiter(new SlotBySlot(), 1000, fail);
    const served: number[] = [];
    const signal = new AbortController().signal;
    await Promise.all(
      [3, 9, 5].map((remaining) =>
        limiter.acquire({ lane: 'a', remaining }, 1, signal).then(() => served.push(remaining)),
      ),
    );
    expect(served).toEqual([9, 5, 3]);
  });

  test('a sender that gives up gets no slot and holds up nobody', async () => {
    const limiter = new RateLimiter(new SlotBySlot(), 1000, fail);
    const controller = new AbortController();
    const givenUp = limiter.acquire({ lane: 'a', remaining: 1 }, 1, controller.signal);
    controller.abort();
    expect(await givenUp).toEqual([]);
    expect(await limiter.acquire({ lane: 'a', remaining: 1 }, 1, new AbortController().signal)).toHaveLength(
      1,
    );
  });
});

describe('messages on their way from one process', () => {
  const ending = new AbortController();
  const signal = allowManyListeners(ending.signal);
  afterAll(() => {
    ending.abort();
  });

  /** Chunks that each want more than there may be, and the slots they are given. */
  function askForMany(limiter: RateLimiter): Slot[] {
    const given: Slot[] = [];
    const ask = async (lane: string): Promise<void> => {
      while (!signal.aborted) given.push(...(await limiter.acquire({ lane, remaining: 1 }, 50, signal)));
    };
    for (let chunk = 0; chunk < 20; chunk += 1) void ask(`campaign ${chunk % 3}`);
    return given;
  }

  test('are no more than fit the measured time, whatever the number of chunks', async () => {
    const limiter = new RateLimiter(new ManySlots(), 100, fail);
    const given = askForMany(limiter);
    const budget = new InFlightBudget(100).size();
    await waitFor('the budget to be used up', () => given.length >= budget);
    // Urgent messages do not wait for the others.
    const [urgent] = await limiter.acquire(URGENT, 1, signal);
    expect(given).toHaveLength(budget);

    if (urgent) await limiter.returnSlots([urgent]);
    await limiter.returnSlots(given.slice(0, 3));
    await waitFor('those that take their place', () => given.length >= budget + 3);
    await limiter.acquire(URGENT, 1, signal);
    expect(given).toHaveLength(budget + 3);
  });

  test('become more when answers take longer, and fewer again', () => {
    let now = 0;
    const budget = new InFlightBudget(100, () => now);
    const answer = (ms: number) => {
      for (let message = 0; message < 100; message += 1) {
        const slot = {};
        budget.take(slot);
        now += 500;
        budget.sent(slot);
        now += ms;
        budget.answered(slot);
      }
      return budget.size();
    };
    expect(answer(100)).toBeLessThan(30);
    expect(answer(1000)).toBeGreaterThan(140);
    expect(answer(60_000)).toBe(512);
    expect(answer(1)).toBeLessThan(15);
  });
});

function fail(error: unknown): void {
  throw error;
}
