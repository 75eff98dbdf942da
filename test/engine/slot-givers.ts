import type { RateLimitStore, Reservation } from '../../src/engine/rate-limit.store.js';

/** Grants one slot at a time, in the order of asking. */
export class SlotBySlot implements RateLimitStore {
  reserve(wanted: number): Promise<Reservation> {
    return Promise.resolve({ granted: Math.min(1, wanted), waitMs: 0 });
  }
  block(): Promise<number> {
    return Promise.resolve(0);
  }
  unblock(): Promise<void> {
    return Promise.resolve();
  }
  returnProbe(): Promise<void> {
    return Promise.resolve();
  }
}

/** Grants all that is asked for, at once. */
export class ManySlots extends SlotBySlot {
  override reserve(wanted: number): Promise<Reservation> {
    return Promise.resolve({ granted: wanted, waitMs: 0 });
  }
}
