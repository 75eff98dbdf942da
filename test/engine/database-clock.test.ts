import { describe, expect, test } from '@jest/globals';
import { DatabaseClock } from '../../src/engine/database-clock.js';

/** The database is a million ahead. */
const AHEAD = 1_000_000;

describe('the clock of the database', () => {
  test('is told by the fastest answer, whatever the slow ones say', () => {
    const clock = new DatabaseClock();
    clock.observe(0, AHEAD + 5, 50);
    expect(clock.toLocal(AHEAD)).toBe(45);
    clock.observe(100, AHEAD + 101, 102);
    expect(clock.toLocal(AHEAD)).toBe(1);
    clock.observe(200, AHEAD + 290, 300);
    expect(clock.toLocal(AHEAD)).toBe(1);
  });

  test.each([-3_600_000, 3_600_000, 40])('is followed at once when it jumps by %i ms', (jump) => {
    const clock = new DatabaseClock();
    clock.observe(0, AHEAD + 1, 2);
    clock.observe(100, AHEAD + jump + 101, 102);
    const local = clock.toLocal(AHEAD + jump);
    expect(local).toBeGreaterThanOrEqual(-1);
    expect(local).toBeLessThanOrEqual(1);
  });
});
