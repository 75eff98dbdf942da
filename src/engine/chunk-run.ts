import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { pause } from '../kernel/pause.js';
import { track } from '../kernel/track.js';
import { DeliveryStatus } from '../delivery/delivery.entity.js';
import type { CampaignEnding, StopCode } from '../campaigns/ending.js';
import { MAX_IDLE_MS } from '../delivery/capacity.js';
import type { ChatPacing } from './chat-pacing.js';
import type { CircuitBreaker } from './circuit-breaker.js';
import type { CampaignContent, ChunkRest } from '../delivery/leased-chunk.js';
import type { Claim, ClaimStore, Recipient } from '../delivery/claim.store.js';
import type { LeadTime } from './lead-time.js';
import type { Lease } from './lease-keeper.js';
import type { MessageSender, SendOutcome } from './ports.js';
import { MAX_BLOCK_MS, type RateLimiter, type Slot, type SlotRequest } from './rate-limiter.js';
import { areTextsPersonal, showTimes, type ReminderWriter } from '../campaigns/reminder.js';
import { judge, NOT_SENT } from './verdict.js';
import { requeueUnsent } from './requeue-unsent.js';
import type { SettlementWriter } from './settlements.js';
import { takeTurn, untilLeft } from './take-turn.js';

/** Maximum recipients per claim; the limiter bounds the messages in flight. */
const MAX_CLAIM = 256;
/** Unwanted recipients that a claim may skip; more if the claim before found no others, as in a closed poll. */
const LOOK_AHEAD = 20;
const LONG_LOOK_AHEAD = 2000;

export interface ChunkRunDeps {
  claims: ClaimStore;
  settlements: SettlementWriter;
  limiter: RateLimiter;
  leadTime: LeadTime;
  pacing: Pick<ChatPacing, 'move' | 'throttled'>;
  breaker: Pick<CircuitBreaker, 'unreachable' | 'observe' | 'untilReachable'>;
  sender: MessageSender;
  writer: ReminderWriter;
  ending: CampaignEnding;
  logger: Logger;
}

/** Sends to the recipients of one leased chunk until none is pending, or until it is stopped. */
export class ChunkRun {
  private readonly sending = new Set<Promise<void>>();
  private readonly unsettled = new Set<Promise<void>>();
  private nextSendAt = performance.now();
  private lastSentAt: number | null = null;
  private pending: number;
  private content: CampaignContent;
  private readonly requestedAt = new WeakMap<Recipient, number>();
  private requeued = 0;
  private lookAhead = LOOK_AHEAD;

  constructor(
    private readonly deps: ChunkRunDeps,
    private readonly lease: Lease,
    /** Aborted at shutdown, at the soft time limit and when the lease is lost. */
    private readonly stop: AbortSignal,
    /** Aborted when requests under way must no longer be awaited. */
    private readonly abandon: AbortSignal,
  ) {
    this.pending = lease.chunk.remaining;
    this.content = lease.chunk;
  }

  async run(): Promise<ChunkRest> {
    const idleMs = (await this.prepare()) ?? (await this.sendAll());
    await this.settleAll();
    return { idleMs, sentAgoMs: this.lastSentAt && performance.now() - this.lastSentAt };
  }

  /**
   * Runs before slots and claims, which must not be held while this waits.
   * @returns undefined if messages can be sent, otherwise milliseconds until a new claim makes sense
   */
  private async prepare(): Promise<number | undefined> {
    while (!this.stop.aborted) {
      const problem = await this.deps.sender.prepare(this.stop, showTimes(this.content));
      if (!problem) return undefined;
      if (problem.kind === 'botUnusable') {
        await this.failCampaign(problem.reason);
        break;
      }
      const waitMs = await this.waitAfter(problem);
      if (waitMs > MAX_IDLE_MS) return waitMs;
      await pause(waitMs, this.stop);
    }
    return 0;
  }

  private async waitAfter(problem: SendOutcome): Promise<number> {
    if (this.stop.aborted) return 0;
    const { breaker, limiter, logger } = this.deps;
    logger.warn(problem, 'Telegram cannot be asked for the name of the bot');
    if (problem.kind !== 'throttled') {
      await breaker.observe(problem);
      await breaker.untilReachable(this.stop);
      return 0;
    }
    await limiter.throttled(problem.retryAfterMs);
    return Math.min(problem.retryAfterMs, MAX_BLOCK_MS);
  }

  /** @returns milliseconds until a new claim makes sense */
  private async sendAll(): Promise<number> {
    let idleMs = 0;
    while (!this.stop.aborted && idleMs <= MAX_IDLE_MS && !this.isPacedOut()) {
      if (idleMs > 0) await pause(idleMs, this.stop);
      idleMs = 0;
      if (this.pending === 0) {
        await this.settleAll();
        if (this.requeued === 0) break;
        [this.pending, this.requeued] = [this.requeued, 0];
        // Sends meanwhile may have moved the next one far away.
        continue;
      }
      const claim = await this.claimNext();
      if (!claim) continue;
      if (!claim.leased || !claim.running) break;
      if (claim.recipients.length === 0) idleMs = claim.retryInMs ?? 0;
    }
    return idleMs;
  }

  /** Whether the next send is so far away that the chunk should be released, to free its capacity. */
  private isPacedOut(): boolean {
    return this.nextSendAt - performance.now() > MAX_IDLE_MS;
  }

  private async settleAll(): Promise<void> {
    while (this.sending.size + this.unsettled.size > 0)
      await Promise.all([...this.sending, ...this.unsettled]);
  }

  private async claimNext(): Promise<Claim | undefined> {
    const isPaced = this.content.sendIntervalMs > 0;
    if (isPaced && this.sending.size > 0) {
      await Promise.race(this.sending);
      return undefined;
    }
    await pause(this.nextSendAt - this.deps.leadTime.ms - performance.now(), this.stop);
    const slots = await this.deps.limiter.acquire(
      this.slotRequest(),
      isPaced ? 1 : Math.min(MAX_CLAIM, this.pending),
      this.stop,
    );
    if (slots.length === 0) return undefined;
    const claim = await this.claim(slots);
    await this.deps.limiter.returnSlots(slots.slice(claim?.recipients.length ?? 0));
    if (!claim) return undefined;
    this.pending = claim.pending ?? Math.max(0, this.pending - claim.recipients.length - claim.skipped);
    this.content = { ...this.content, ...claim.content, closesAt: claim.closesAt };
    const foundNobody = claim.recipients.length === 0 && claim.skipped > 0;
    this.lookAhead = foundNobody ? LONG_LOOK_AHEAD : LOOK_AHEAD;
    claim.recipients.forEach((recipient, index) => {
      const slot = slots[index];
      if (slot) this.dispatch(recipient, slot);
    });
    return claim;
  }

  private slotRequest(): SlotRequest {
    const { lease, pending, deps } = this;
    return { lane: lease.chunk.campaignId, remaining: pending, leadMs: deps.leadTime.ms };
  }

  /** Retries while the database is away, after requeueing a claim whose answer was lost. */
  private async claim(slots: readonly Slot[]): Promise<Claim | undefined> {
    const { claims, leadTime, logger } = this.deps;
    const askedAt = performance.now();
    const request = {
      claimId: randomUUID(),
      wanted: slots.length,
      untriedFirst: slots.some(({ trial }) => trial),
      lookAhead: this.lookAhead,
      contentVersion: this.content.contentVersion,
      sendInMs: untilLeft(slots),
    };
    try {
      const claim = await claims.claim(this.lease.chunk, request);
      leadTime.observe(performance.now() - askedAt);
      return claim;
    } catch (error) {
      logger.warn({ err: error }, 'recipients could not be claimed');
    }
    await requeueUnsent(this.deps, this.lease.chunk, request.claimId, this.abandon);
    return undefined;
  }

  private dispatch(recipient: Recipient, slot: Slot): void {
    const { content } = this;
    const sent = this.send(recipient, slot, content);
    const sending = sent.then(() => undefined);
    track(this.sending, sending);
    track(
      this.unsettled,
      sent.then((outcome) => this.settle(recipient, content, outcome)),
    );
  }

  /** @returns undefined if nothing was sent because this worker may no longer send */
  private async send(
    recipient: Recipient,
    firstSlot: Slot,
    content: CampaignContent,
  ): Promise<SendOutcome | undefined> {
    const { limiter } = this.deps;
    await pause(this.nextSendAt - performance.now(), this.stop);
    const slot = await this.takeTurn(recipient, firstSlot);
    if (!slot) return undefined;
    if (!this.lease.stands()) {
      await limiter.returnSlots([slot]);
      return undefined;
    }
    const startedAt = performance.now();
    this.requestedAt.set(recipient, startedAt);
    this.lastSentAt = startedAt;
    this.nextSendAt = startedAt + content.sendIntervalMs;
    const outcome = await this.request(recipient, content);
    if (this.abandon.aborted && outcome.kind === 'ambiguous') {
      // An abandoned request says nothing about Telegram.
      await limiter.returnSlots([slot]);
      return outcome;
    }
    if (outcome.kind === 'throttled') await this.parkChat(recipient, outcome.retryAfterMs);
    return limiter.report(slot, outcome, {
      campaignId: this.lease.chunk.campaignId,
      userId: recipient.userId,
    });
  }

  private async takeTurn({ chatId, userId }: Recipient, slot: Slot): Promise<Slot | undefined> {
    const { limiter, pacing, logger } = this.deps;
    const onMoved = (moved: Slot) => pacing.move(chatId, untilLeft([moved]));
    try {
      return await takeTurn(limiter, { slot, request: this.slotRequest(), signal: this.stop, onMoved });
    } catch (error) {
      logger.warn({ err: error, userId }, 'a recipient whose slot was missed is requeued');
      return undefined;
    }
  }

  private async parkChat({ userId, chatId }: Recipient, retryAfterMs: number): Promise<void> {
    const { pacing, logger } = this.deps;
    logger.warn({ userId, retryAfterMs }, 'Telegram throttles the bot');
    await pacing.throttled(chatId, retryAfterMs);
  }

  /** Whatever fails here, the message may have left: it must not be sent again, and the process must not end. */
  private async request(recipient: Recipient, content: CampaignContent): Promise<SendOutcome> {
    const { sender, writer, logger } = this.deps;
    try {
      return await sender.send(
        writer.write(recipient, { ...this.lease.chunk, ...content }),
        this.abandon,
        () => this.lease.stands(),
      );
    } catch (error) {
      logger.error({ err: error, userId: recipient.userId }, 'unexpected error while sending a message');
      return { kind: 'ambiguous', reason: 'SENDER_FAILED' };
    }
  }

  private async settle(
    recipient: Recipient,
    content: CampaignContent,
    outcome: SendOutcome | undefined,
  ): Promise<void> {
    const { campaignId } = this.lease.chunk;
    const verdict = outcome ? judge(outcome, recipient, areTextsPersonal(content)) : { settlement: NOT_SENT };
    const { userId, fencingToken } = recipient;
    const isSent = verdict.settlement.status === DeliveryStatus.SENT;
    this.deps.logger.debug(
      { userId, outcome: outcome?.kind, ...verdict.settlement },
      isSent ? 'sent' : 'not sent',
    );
    if (verdict.settlement.status === DeliveryStatus.PENDING) this.requeued += 1;
    // First, so that a campaign with nothing in flight is not stopped again after it was resumed.
    if (verdict.stopReason !== undefined) await this.failCampaign(verdict.stopReason);
    await this.deps.settlements.add({
      campaignId,
      userId,
      fencingToken,
      detail: outcome?.detail,
      requestedAt: this.requestedAt.get(recipient),
      ...verdict.settlement,
    });
  }

  private async failCampaign(reason: StopCode): Promise<void> {
    try {
      await this.deps.ending.fail(this.lease.chunk.campaignId, reason);
    } catch (error) {
      // The recipient is pending again, and the next request will find the same reason.
      this.deps.logger.warn({ err: error, reason }, 'the campaign could not be stopped yet');
    }
  }
}
