import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { SqlExecutor } from '../../src/database/rows.js';
import { PostgresRateLimit } from '../../src/engine/rate-limit.store.js';
import { RateLimiter, type Slot } from '../../src/engine/rate-limiter.js';
import { MAX_LATE_MS } from '../../src/engine/slots-at-once.js';
import { useEngineDatabase } from './engine-database.js';

const database = useEngineDatabase();
const anyTime = new AbortController().signal;

interface Plan {
  /** Slots that the process asks for at once. */
  wanted: number;
  /** For so long it does something else in between, each time another of these. */
  stalls: { ms: number; isBusy: boolean }[];
}

/** One process of the installation: its slots, and when they are by the clock of the database. */
class Process {
  readonly used: number[] = [];
  missed = 0;
  private readonly limiter: RateLimiter;
  private readonly instants: number[] = [];

  constructor(
    bot: string,
    private readonly rate: number,
  ) {
    const sql: SqlExecutor = {
      query: async (text, parameters) => {
        const result = await database.sql.query(text, parameters);
        for (const row of result as object[]) if (isReservation(row)) this.keep(row);
        return result;
      },
    };
    this.limiter = new RateLimiter(new PostgresRateLimit(sql, bot, rate), rate, (error) => {
      throw error;
    });
  }

  async send({ wanted, stalls }: Plan): Promise<void> {
    for (const stall of stalls) {
      const slots = await this.limiter.acquire({ lane: 'a', remaining: 1, leadMs: 10 }, wanted, anyTime);
      const instants = this.instants.splice(0, slots.length);
      if (stall.isBusy) standStill(stall.ms);
      else await sleep(stall.ms);
      await Promise.all(slots.map((slot, place) => this.use(slot, instants[place] ?? NaN)));
    }
  }

  private async use(slot: Slot, instant: number): Promise<void> {
    const isTooLate = performance.now() - slot.at >= MAX_LATE_MS;
    const state = await this.limiter.turn(slot);
    if (isTooLate) expect(state).toBe('missed');
    if (state === 'due') {
      this.used.push(instant);
      await this.limiter.report(slot, { kind: 'sent', messageId: '1' });
    } else {
      this.missed += 1;
      await this.limiter.returnSlots([slot]);
    }
  }

  private keep({ granted, nowMs, waitMs }: Reserved): void {
    for (let place = 0; place < granted; place += 1)
      this.instants.push(nowMs + waitMs + (place * Math.ceil(1_000_000 / this.rate)) / 1000);
  }
}

interface Reserved {
  granted: number;
  nowMs: number;
  waitMs: number;
}

function isReservation(row: object): row is Reserved {
  return 'granted' in row;
}

/** Keeps the process from doing anything, as work would, without the work. */
function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** @returns the most that one second holds, whenever it begins */
function mostInASecond(instants: readonly number[]): number {
  const sorted = [...instants].sort((a, b) => a - b);
  // Instants are told in parts of a millisecond that a double cannot hold exactly.
  const within = (from: number) => sorted.filter((at) => at >= from && at < from + 999.99).length;
  return Math.max(0, ...sorted.map(within));
}

describe('the slots of several processes that stand still now and then', () => {
  const stalls = fc.array(fc.record({ ms: fc.constantFrom(0, 1, 15, 60, 150), isBusy: fc.boolean() }), {
    minLength: 4,
    maxLength: 8,
  });
  const plan = fc.record({ wanted: fc.integer({ min: 1, max: 60 }), stalls });
  const installation = fc.record({
    rate: fc.constantFrom(28, 30, 280, 1000),
    plans: fc.array(plan, { minLength: 2, maxLength: 4 }),
  });
  let bots = 0;

  test('are never more in a second than the limit, and what was missed is given up', async () => {
    let missed = 0;
    await fc.assert(
      fc.asyncProperty(installation, async ({ rate, plans }) => {
        bots += 1;
        const processes = plans.map(() => new Process(`slots-${bots}`, rate));
        await Promise.all(processes.map((one, place) => one.send(plans[place] ?? { wanted: 1, stalls: [] })));
        expect(mostInASecond(processes.flatMap(({ used }) => used))).toBeLessThanOrEqual(rate);
        for (const one of processes) missed += one.missed;
      }),
      { numRuns: 8 },
    );
    expect(missed).toBeGreaterThan(0);
  });
});
