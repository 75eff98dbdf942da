import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { ReminderWriter } from '../campaigns/reminder.js';
import { CLAIM_MS, type ClaimedWish, type LaterStore } from '../delivery/later.store.js';
import { pause } from '../kernel/pause.js';
import type { ChatPacing } from './chat-pacing.js';
import type { MessageSender, SendOutcome } from './ports.js';
import type { RateLimiter, Slot, SlotRequest } from './rate-limiter.js';
import { takeTurn, untilLeft } from './take-turn.js';
import { judge } from './verdict.js';

/** Wishes share the rate with campaigns, as one of them. */
const REQUEST: SlotRequest = { lane: 'later', remaining: 1, leadMs: 30 };
const BATCH = 20;
/** No request leaves in the last part of a claim, whatever the clocks. */
const LAST_REQUEST_MS = CLAIM_MS / 2;
const WRITE_RETRY_MS = 500;
/** What stops a campaign, such as a refused token, lets wishes wait. */
const WAIT_MS = 60_000;

export interface LaterRemindersDeps {
  store: LaterStore;
  limiter: RateLimiter;
  pacing: Pick<ChatPacing, 'move' | 'throttled'>;
  sender: MessageSender;
  writer: ReminderWriter;
  logger: Logger;
}

/** Sends the reminders that people have asked for, each at most once, whatever dies. */
export class LaterReminders {
  constructor(private readonly deps: LaterRemindersDeps) {}

  /** @returns whether there was something to do */
  async round(stop: AbortSignal): Promise<boolean> {
    const { store, limiter, sender } = this.deps;
    await store.expire();
    if (!(await store.isDue())) return false;
    if (await sender.prepare(stop, true)) return false;
    const slots = await limiter.acquire(REQUEST, BATCH, stop);
    const claimedAt = performance.now();
    const wishes = await this.claim(slots);
    await limiter.returnSlots(slots.slice(wishes.length));
    const sends = wishes.map(async (wish, index) => {
      const slot = slots[index];
      if (slot) await this.deliver(wish, slot, claimedAt, stop);
    });
    await Promise.all(sends);
    return wishes.length > 0;
  }

  private async claim(slots: readonly Slot[]): Promise<ClaimedWish[]> {
    if (slots.length === 0) return [];
    try {
      return await this.deps.store.claim(randomUUID(), slots.length, untilLeft(slots));
    } catch (error) {
      await this.deps.limiter.returnSlots(slots);
      throw error;
    }
  }

  private async deliver(
    wish: ClaimedWish,
    first: Slot,
    claimedAt: number,
    signal: AbortSignal,
  ): Promise<void> {
    const { limiter, pacing } = this.deps;
    const { chatId, userId } = wish.to;
    const onMoved = (moved: Slot) => pacing.move(chatId, untilLeft([moved]));
    const slot = await takeTurn(limiter, { slot: first, request: REQUEST, signal, onMoved });
    const requestedAt = performance.now();
    let outcome: SendOutcome = { kind: 'notSent' };
    if (slot) {
      outcome = await this.request(wish, claimedAt);
      if (outcome.kind === 'throttled') await pacing.throttled(chatId, outcome.retryAfterMs);
      const { campaignId } = wish.content;
      const recipient = campaignId === null ? undefined : { campaignId, userId };
      outcome = await limiter.report(slot, outcome, recipient);
    }
    await this.settle(wish, outcome, requestedAt);
  }

  /** Whatever fails here, the message may have left. */
  private async request({ to, content }: ClaimedWish, claimedAt: number): Promise<SendOutcome> {
    const { sender, writer, logger } = this.deps;
    const mayLeave = () => performance.now() - claimedAt < LAST_REQUEST_MS;
    try {
      return await sender.send(writer.write(to, content), undefined, mayLeave);
    } catch (error) {
      logger.error({ err: error, userId: to.userId }, 'unexpected error while sending a reminder');
      return { kind: 'ambiguous', reason: 'SENDER_FAILED' };
    }
  }

  /** Until it is written the wish stays SENDING; a claim that expires meanwhile makes it UNCONFIRMED. */
  private async settle(wish: ClaimedWish, outcome: SendOutcome, requestedAt: number): Promise<void> {
    const { settlement, stopReason } = judge(outcome, wish.to, true);
    const retryInMs = stopReason === undefined ? settlement.retryInMs : WAIT_MS;
    for (let tries = 1; ; tries += 1) {
      try {
        const requestedMsAgo = performance.now() - requestedAt;
        await this.deps.store.settle(wish, { ...settlement, retryInMs, requestedMsAgo });
        return;
      } catch (error) {
        if (performance.now() - requestedAt > 2 * CLAIM_MS) throw error;
        this.deps.logger.warn({ err: error, tries }, 'the result of a reminder could not be written yet');
        await pause(WRITE_RETRY_MS);
      }
    }
  }
}
