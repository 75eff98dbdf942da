import { setImmediate } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import type { Reservation } from '../../src/engine/rate-limit.store.js';
import { RateLimiter } from '../../src/engine/rate-limiter.js';
import { MAX_LATE_MS } from '../../src/engine/slots-at-once.js';
import { takeTurn } from '../../src/engine/take-turn.js';
import { waitFor } from '../support/wait.js';
import { ManySlots, SlotBySlot } from './slot-givers.js';

test('a slot is used in its time, and one that was missed is not caught up with', async () => {
  const limiter = new RateLimiter(new SlotBySlot(), 100, fail);
  const ahead = { at: performance.now() + 20 };
  const state = await limiter.turn(ahead);
  expect(performance.now()).toBeGreaterThanOrEqual(ahead.at);
  // A machine that stands still here for so long misses it.
  expect(['due', 'missed']).toContain(state);
  await waitFor('a slot in its time', async () => (await limiter.turn({ at: performance.now() })) === 'due');
  expect(await limiter.turn({ at: performance.now() - MAX_LATE_MS })).toBe('missed');
});

test('a process that misses slots asks for fewer at once, and for as many again when it meets them', async () => {
  const [rate, withinHorizon, withinTolerance] = [1000, 101, 10];
  const limiter = new RateLimiter(new ManySlots(), rate, fail);
  const signal = new AbortController().signal;
  const given = async (): Promise<number> => {
    const slots = await limiter.acquire({ lane: 'a', remaining: 1 }, rate, signal);
    await limiter.returnSlots(slots);
    return slots.length;
  };
  expect(await given()).toBe(withinHorizon);
  for (let slot = 0; slot < 50; slot += 1) await limiter.turn({ at: performance.now() - MAX_LATE_MS });
  expect(await given()).toBe(withinTolerance);
  await waitFor('as many as before', async () => {
    for (let slot = 0; slot < 100; slot += 1) await limiter.turn({ at: performance.now() });
    return (await given()) === withinHorizon;
  });
});

test('who has missed a slot comes before those who would claim further recipients', async () => {
  class OneATime extends SlotBySlot {
    override async reserve(wanted: number): Promise<Reservation> {
      await setImmediate();
      return super.reserve(wanted);
    }
  }
  const limiter = new RateLimiter(new OneATime(), 1000, fail);
  const signal = new AbortController().signal;
  const served: string[] = [];
  const others = [9, 5].map((remaining) =>
    limiter.acquire({ lane: 'a', remaining }, 1, signal).then(() => served.push('another')),
  );
  const missed = takeTurn(limiter, {
    slot: { at: performance.now() - MAX_LATE_MS },
    request: { lane: 'a', remaining: 1 },
    signal,
    onMoved: () => Promise.resolve(served.push('missed')),
  });
  await Promise.all([...others, missed]);
  expect(served[0]).toBe('missed');
});

function fail(error: unknown): void {
  throw error;
}
