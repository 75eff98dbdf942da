import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { ReminderWriter } from '../campaigns/reminder.js';
import { CLAIM_MS, type ClaimedWish, type LaterStore, type WishResult } from '../delivery/later.store.js';
import { isDatabaseAway } from '../kernel/database-away.js';
import { pause } from '../kernel/pause.js';
import type { ChatPacing } from './chat-pacing.js';
import type { MessageSender, SendOutcome, StopCode } from './ports.js';
import type { RateLimiter, Slot, SlotRequest } from './rate-limiter.js';
import { takeTurn, untilLeft } from './take-turn.js';
import { judge } from './verdict.js';

/** Wishes share the rate with campaigns, as one of them. */
const REQUEST: SlotRequest = { lane: 'later', remaining: 1, leadMs: 30 };
const BATCH = 20;
/** No request leaves in the last part of a claim, whatever the clocks. */
const LAST_REQUEST_MS = CLAIM_MS / 2;
const WRITE_RETRY_MS = 500;
/** How long what the database refuses is tried; a database that is away is waited for. */
const MAX_WRITE_MS = 2 * CLAIM_MS;
/** How long all wishes wait once the bot cannot send, such as with a refused token; then one of them tries. */
const WAIT_MS = 60_000;

export interface LaterRemindersDeps {
  store: LaterStore;
  limiter: RateLimiter;
  pacing: Pick<ChatPacing, 'move' | 'throttled'>;
  sender: MessageSender;
  writer: ReminderWriter;
  logger: Logger;
}

/** Wishes of one claim. */
interface Round {
  claimedAt: number;
  stop: AbortSignal;
}

/** Sends the reminders that people have asked for, each at most once, whatever dies. */
export class LaterReminders {
  private waitsUntil = 0;
  private isRefused = false;

  constructor(private readonly deps: LaterRemindersDeps) {}

  /** @returns whether there was something to do */
  async round(stop: AbortSignal): Promise<boolean> {
    const { store, limiter } = this.deps;
    await this.expire();
    if (performance.now() < this.waitsUntil || !(await store.isDue())) return false;
    if (!(await this.prepare(stop))) return false;
    const slots = await limiter.acquire(REQUEST, this.isRefused ? 1 : BATCH, stop);
    const claimedAt = performance.now();
    const wishes = await this.claim(slots, stop);
    await limiter.returnSlots(slots.slice(wishes.length));
    const sends = wishes.map(async (wish, index) => {
      const slot = slots[index];
      if (slot) await this.deliver(wish, slot, { claimedAt, stop });
    });
    await Promise.all(sends);
    return wishes.length > 0;
  }

  private async expire(): Promise<void> {
    const count = await this.deps.store.expire();
    if (count > 0)
      this.deps.logger.warn({ count }, 'reminders that people asked for are UNCONFIRMED: their worker died');
  }

  /** @returns whether messages can be sent */
  private async prepare(stop: AbortSignal): Promise<boolean> {
    const { sender, limiter } = this.deps;
    const problem = await sender.prepare(stop, true);
    if (problem?.kind === 'botUnusable') this.wait(problem.reason);
    if (problem?.kind === 'throttled') await limiter.throttled(problem.retryAfterMs);
    return !problem;
  }

  /** A reason of the installation concerns every wish: none may try it over and over at the cost of the rate. */
  private wait(reason: StopCode): void {
    if (performance.now() >= this.waitsUntil)
      this.deps.logger.warn({ reason }, 'reminders that people asked for wait: the bot cannot send');
    this.waitsUntil = performance.now() + WAIT_MS;
    this.isRefused = true;
  }

  private async claim(slots: readonly Slot[], stop: AbortSignal): Promise<ClaimedWish[]> {
    if (slots.length === 0) return [];
    const { store, limiter, logger } = this.deps;
    const claimId = randomUUID();
    try {
      return await store.claim(claimId, slots.length, untilLeft(slots));
    } catch (error) {
      logger.warn({ err: error }, 'reminders that people asked for could not be claimed');
      await limiter.returnSlots(slots);
      await this.write(() => store.requeueUnsent(claimId), stop);
      return [];
    }
  }

  private async deliver(wish: ClaimedWish, first: Slot, { claimedAt, stop }: Round): Promise<void> {
    const { limiter, pacing } = this.deps;
    const { chatId, userId } = wish.to;
    const slot = await this.takeTurn(wish, first, stop);
    const requestedAt = performance.now();
    let outcome: SendOutcome = { kind: 'notSent' };
    if (slot) {
      outcome = await this.request(wish, claimedAt);
      if (outcome.kind === 'throttled') await pacing.throttled(chatId, outcome.retryAfterMs);
      const { campaignId } = wish.content;
      const recipient = campaignId === null ? undefined : { campaignId, userId };
      outcome = await limiter.report(slot, outcome, recipient);
    }
    if (outcome.kind === 'botUnusable') this.wait(outcome.reason);
    else if (outcome.kind === 'sent') this.isRefused = false;
    await this.settle(wish, outcome, { requestedAt, stop });
  }

  /** @returns undefined if nothing may leave now, or if that cannot be found out */
  private async takeTurn(wish: ClaimedWish, slot: Slot, signal: AbortSignal): Promise<Slot | undefined> {
    const { limiter, pacing, logger } = this.deps;
    const { chatId, userId } = wish.to;
    const onMoved = (moved: Slot) => pacing.move(chatId, untilLeft([moved]));
    try {
      return await takeTurn(limiter, { slot, request: REQUEST, signal, onMoved });
    } catch (error) {
      logger.warn({ err: error, userId }, 'a reminder whose slot was missed is requeued');
      return undefined;
    }
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

  private async settle(
    wish: ClaimedWish,
    outcome: SendOutcome,
    { requestedAt, stop }: { requestedAt: number; stop: AbortSignal },
  ): Promise<void> {
    const { store, logger } = this.deps;
    const result = judgeWish(outcome, wish);
    const { status, reason } = result;
    const log = {
      userId: wish.to.userId,
      pollId: wish.content.pollId,
      status,
      reason,
      detail: outcome.detail,
    };
    if (status === 'FAILED' || status === 'UNCONFIRMED')
      logger.info(log, 'a reminder that was asked for did not arrive, or may not have');
    await this.write(
      () => store.settle(wish, { ...result, requestedMsAgo: performance.now() - requestedAt }),
      stop,
    );
  }

  /** Until it is written the wishes stay SENDING; a claim that expires meanwhile makes them UNCONFIRMED. */
  private async write(write: () => Promise<void>, stop: AbortSignal): Promise<void> {
    const startedAt = performance.now();
    for (let tries = 1; ; tries += 1) {
      try {
        await write();
        return;
      } catch (error) {
        const mayWait = isDatabaseAway(error) && !stop.aborted;
        if (!mayWait && performance.now() - startedAt > MAX_WRITE_MS) throw error;
        this.deps.logger.warn({ err: error, tries }, 'what became of reminders could not be written yet');
        await pause(WRITE_RETRY_MS);
      }
    }
  }
}

/** A text that is refused ends the wish, as it stops a campaign: to wait does not change it. */
function judgeWish(outcome: SendOutcome, { to }: ClaimedWish): Omit<WishResult, 'requestedMsAgo'> {
  if (outcome.kind === 'templateUnusable') return { status: 'FAILED', reason: outcome.reason };
  const { settlement } = judge(outcome, to, true);
  return outcome.kind === 'botUnusable' ? { ...settlement, retryInMs: WAIT_MS } : settlement;
}
