import { linkSignals } from '../kernel/linked-signal.js';
import { MAX_LATE_MS, type RateLimiter, type Slot, type SlotRequest } from './rate-limiter.js';

/** A message whose slot was missed waits for another one no longer than this. */
const MAX_SECOND_WAIT_MS = 1000;

interface Turn {
  slot: Slot;
  /** For another slot, when this one is missed. */
  request: SlotRequest;
  signal: AbortSignal;
  /** Called with each other slot, ahead of its time. */
  onMoved: (slot: Slot) => Promise<unknown>;
}

/**
 * Waits until a message may leave: in the time of its slot or, when the process was too busy then, of a later one.
 * @returns the slot that is used, or undefined when nothing may leave now and every slot has been given back
 */
export async function takeTurn(limiter: RateLimiter, turn: Turn): Promise<Slot | undefined> {
  let slot: Slot | undefined = turn.slot;
  while (slot) {
    const state = await limiter.turn(slot);
    if (state === 'due' && !turn.signal.aborted) return slot;
    await limiter.giveBack([slot]);
    slot = state === 'missed' ? await moveTurn(limiter, turn) : undefined;
  }
  return undefined;
}

/** @returns milliseconds until the last of the slots has been used or missed */
export function untilLeft(slots: readonly Slot[]): number {
  return Math.max(0, ...slots.map(({ at }) => at - performance.now())) + MAX_LATE_MS;
}

async function moveTurn(limiter: RateLimiter, { request, signal, onMoved }: Turn): Promise<Slot | undefined> {
  const patience = linkSignals([signal], MAX_SECOND_WAIT_MS);
  try {
    const [slot] = await limiter.acquire(request, 1, patience.signal);
    if (!slot) return undefined;
    await onMoved(slot).catch(async (error: unknown) => {
      await limiter.giveBack([slot]);
      throw error;
    });
    return slot;
  } finally {
    patience.unlink();
  }
}
