import { linkSignals } from '../kernel/linked-signal.js';
import type { RateLimiter, Slot, SlotRequest } from './rate-limiter.js';
import { MAX_LATE_MS } from './slots-at-once.js';

/** How long a message whose slot was missed waits for another one. */
const MAX_SECOND_WAIT_MS = 1000;

interface Turn {
  slot: Slot;
  /** Request for another slot if this one is missed. */
  request: SlotRequest;
  signal: AbortSignal;
  /** Called with each later slot, before its time. */
  onMoved: (slot: Slot) => Promise<unknown>;
}

/**
 * Waits until a message may leave: in its slot or, if the process was too busy, in a later one.
 * @returns the slot, or undefined if nothing may leave now and every slot was returned
 */
export async function takeTurn(limiter: RateLimiter, turn: Turn): Promise<Slot | undefined> {
  let slot: Slot | undefined = turn.slot;
  while (slot) {
    const state = await limiter.turn(slot);
    if (state === 'due' && !turn.signal.aborted) return slot;
    await limiter.returnSlots([slot]);
    slot = state === 'missed' ? await moveTurn(limiter, turn) : undefined;
  }
  return undefined;
}

/** @returns milliseconds until the last of the slots is used or missed */
export function untilLeft(slots: readonly Slot[]): number {
  return Math.max(0, ...slots.map(({ at }) => at - performance.now())) + MAX_LATE_MS;
}

async function moveTurn(limiter: RateLimiter, { request, signal, onMoved }: Turn): Promise<Slot | undefined> {
  const patience = linkSignals([signal], MAX_SECOND_WAIT_MS);
  // Before slots for claims of further recipients, who would miss theirs as well.
  const first = { ...request, remaining: Number.POSITIVE_INFINITY };
  try {
    const [slot] = await limiter.acquire(first, 1, patience.signal);
    if (!slot) return undefined;
    await onMoved(slot).catch(async (error: unknown) => {
      await limiter.returnSlots([slot]);
      throw error;
    });
    return slot;
  } finally {
    patience.unlink();
  }
}
