import type { StaleKeyboard, StaleKeyboardStore } from '../delivery/stale-keyboard.store.js';
import type { ReminderEditor } from './ports.js';
import { IDLE, type RateLimiter, type Slot } from './rate-limiter.js';
import { takeTurn } from './take-turn.js';

/** Edits under way at a time. */
const BATCH = 10;

/** Takes the buttons from reminders of polls that are completed, when nobody else wants to send. */
export class KeyboardTidy {
  constructor(
    private readonly store: StaleKeyboardStore,
    private readonly limiter: RateLimiter,
    private readonly editor: ReminderEditor,
  ) {}

  /** @returns whether there was something to do */
  async round(stop: AbortSignal): Promise<boolean> {
    await this.store.giveUp();
    if (!(await this.store.isDue())) return false;
    const slots = await this.limiter.acquire(IDLE, BATCH, stop);
    const stale = await this.take(slots);
    await this.limiter.returnSlots(slots.slice(stale.length));
    const edits = stale.map(async (keyboard, index) => {
      const slot = slots[index];
      if (slot) await this.edit(keyboard, slot, stop);
    });
    await Promise.all(edits);
    return stale.length > 0;
  }

  private async take(slots: readonly Slot[]): Promise<StaleKeyboard[]> {
    if (slots.length === 0) return [];
    try {
      return await this.store.take(slots.length);
    } catch (error) {
      await this.limiter.returnSlots(slots);
      throw error;
    }
  }

  private async edit(keyboard: StaleKeyboard, first: Slot, signal: AbortSignal): Promise<void> {
    const { limiter } = this;
    const onMoved = () => Promise.resolve();
    const slot = await takeTurn(limiter, { slot: first, request: IDLE, signal, onMoved });
    if (!slot) return;
    const outcome = await limiter.report(slot, await this.editor.markCompleted(keyboard));
    // A message that is gone, or a person who has blocked the bot, needs no change.
    const isOver = !['throttled', 'outage', 'ambiguous', 'notSent', 'botUnusable'].includes(outcome.kind);
    if (isOver) await this.store.forget(keyboard);
  }
}
