import { HORIZON_MS, slotSpacingMs } from './rate-limit.store.js';

/** Timers are late by a few milliseconds. A slot that is this late is missed. */
export const MAX_LATE_MS = 10;

const FEWER_AFTER_MISS = 0.9;
const MORE_AFTER_USE = 0.1;

/**
 * How many slots this process asks for at once: all within the horizon, and fewer while it is too slow to use them in their
 * time. What was missed costs it a second slot, or a second claim, which would make it slower still.
 */
export class SlotsAtOnce {
  private readonly most: number;
  /** As many as may still be used when the last of them is due. */
  private readonly least: number;
  private current: number;

  constructor(messagesPerSecond: number) {
    const spacingMs = slotSpacingMs(messagesPerSecond);
    this.most = Math.ceil(HORIZON_MS / spacingMs) + 1;
    this.least = Math.ceil(MAX_LATE_MS / spacingMs);
    this.current = this.most;
  }

  count(): number {
    return Math.floor(this.current);
  }

  /** @returns false if a slot that is due at `at` (milliseconds of performance.now) is missed by now */
  use(at: number): boolean {
    const isInTime = performance.now() - at < MAX_LATE_MS;
    this.current = isInTime
      ? Math.min(this.most, this.current + MORE_AFTER_USE)
      : Math.max(this.least, this.current * FEWER_AFTER_MISS);
    return isInTime;
  }
}
