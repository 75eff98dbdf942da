import { pause } from '../kernel/pause.js';
import { withTimeout } from '../kernel/timeout.js';
import type { CircuitBreaker } from './circuit-breaker.js';
import type { EngineMeter, SendOutcome } from './ports.js';
import { InFlightBudget } from './in-flight-budget.js';
import type { Refusal } from './outage.store.js';
import { slotSpacingMs, type RateLimitStore } from './rate-limit.store.js';

/** Permission to send one message at `at` (milliseconds of performance.now). */
export interface Slot {
  at: number;
  /** As of its reservation. */
  probe?: string;
  /** The message finds out whether an outage of Telegram is over. */
  trial?: boolean;
}

/** For whom slots are asked. */
export interface SlotRequest {
  /** Lanes get equal shares of the rate: one for each campaign, and the urgent one before all others. */
  lane: string;
  /** Within a lane, who has the most left to send comes first, so that the chunks of a campaign end together. */
  remaining: number;
  /** What comes before the send takes so long: no slot is to lie nearer. */
  leadMs?: number;
}

/** What becomes of a slot: its time has come, was missed, or the message must not leave at all. */
export type SlotState = 'due' | 'missed' | 'revoked';

interface Waiter extends SlotRequest {
  wanted: number;
  signal: AbortSignal;
  give: (slots: Slot[]) => void;
}

/** Asking more often would reserve one slot at a time. */
const MIN_NAP_MS = 10;
/** Of the waits for a throttled bot at most this long at a time: its probe may be answered at any moment. */
const MAX_NAP_MS = 250;

/** A 429 stops the bot for this long at most; after that a probe to another chat shows whether one chat was meant. */
export const MAX_BLOCK_MS = 300_000;
/** Telegram counts whole seconds by its own clock. */
const BLOCK_MARGIN_MS = 100;

/** Timers are late by a few milliseconds. A slot that is this late is given up. */
export const MAX_LATE_MS = 10;

/** Whoever reports a 429 waits for so long until others know. */
const MAX_TELL_MS = 1000;

const URGENT_LANE = 'urgent';

/** Messages that somebody in the chat is waiting for. */
export const URGENT: SlotRequest = { lane: URGENT_LANE, remaining: 1, leadMs: 10 };

/**
 * Hands the installation's send slots to whoever asks in this process. All that wait are served by one statement at a
 * time; lanes (campaigns) take turns slot by slot, so that each gets the same share of the rate whatever the number
 * of its chunks, and the urgent lane comes before all others.
 */
export class RateLimiter {
  private readonly waiters: Waiter[] = [];
  /** Of what may be on its way from this process; urgent messages leave all the same. */
  private readonly budget: InFlightBudget;
  private pumping = false;
  private lastLane = '';
  /** Nothing leaves this process before (milliseconds of performance.now), whether or not others could be told. */
  private silentUntil = 0;
  private isUntold = false;
  private telling: Promise<void> | undefined;

  constructor(
    private readonly store: RateLimitStore,
    private readonly messagesPerSecond: number,
    private readonly onError: (error: unknown) => void,
    private readonly meter?: Pick<EngineMeter, 'throttled' | 'waitedForSlot'>,
    private readonly breaker?: CircuitBreaker,
  ) {
    this.budget = new InFlightBudget(messagesPerSecond);
  }

  /**
   * Waits until at least one slot is reserved, and returns up to `wanted`. Each has to be reported or given back: until
   * then it counts as a message on its way, of which there may be only so many.
   * @returns the slots in order of time, or none when the signal was aborted
   */
  acquire(request: SlotRequest, wanted: number, signal: AbortSignal): Promise<Slot[]> {
    if (signal.aborted) return Promise.resolve([]);
    const askedAt = performance.now();
    return new Promise((resolve) => {
      const waiter: Waiter = { ...request, wanted, signal, give: finish };
      const onAbort = () => {
        this.waiters.splice(this.waiters.indexOf(waiter), 1);
        finish([]);
      };
      const { meter } = this;
      function finish(slots: Slot[]): void {
        signal.removeEventListener('abort', onAbort);
        for (const { at } of slots) meter?.waitedForSlot(Math.max(0, at - askedAt));
        resolve(slots);
      }
      signal.addEventListener('abort', onAbort, { once: true });
      this.waiters.push(waiter);
      if (!this.pumping) void this.pump();
    });
  }

  /**
   * Waits for the time of a slot. One that a busy process misses is not caught up with: the second in which it would be
   * used belongs to other slots, of this process and of others.
   * @returns `revoked` when Telegram has asked for silence meanwhile, or cannot be reached. What is not due is to be given back.
   */
  async turn(slot: Slot): Promise<SlotState> {
    const waitMs = slot.at - performance.now();
    // Timers drop fractions, and no slot is used before its time.
    if (waitMs > 0) await pause(Math.ceil(waitMs));
    if (this.silenceMs() > 0 || (this.isOut() && !slot.trial)) return 'revoked';
    if (performance.now() - slot.at >= MAX_LATE_MS) return 'missed';
    this.budget.sent(slot);
    return 'due';
  }

  /**
   * Tells what became of the message that a slot was used for. After a 429 nobody sends for as long as Telegram asks,
   * then one probe goes out before the rest; any other answer to the probe lifts the block.
   * @param recipient of a campaign
   * @returns the outcome in the light of what others draw
   */
  async report(slot: Slot, outcome: SendOutcome, recipient?: Refusal): Promise<SendOutcome> {
    this.budget.answered(slot);
    if (outcome.kind === 'throttled') await this.throttled(outcome.retryAfterMs);
    else if (slot.probe !== undefined) await this.store.unblock().catch(this.onError);
    return (await this.breaker?.observe(outcome, slot.trial, recipient)) ?? outcome;
  }

  /**
   * Tells that Telegram wants silence for so long, whatever it was asked for. This process keeps it at once; the others
   * hear of it as soon as it can be written, for which this waits a moment at most.
   */
  async throttled(retryAfterMs: number): Promise<void> {
    const silenceMs = Math.min(retryAfterMs, MAX_BLOCK_MS) + BLOCK_MARGIN_MS;
    this.silentUntil = Math.max(this.silentUntil, performance.now() + silenceMs);
    this.isUntold = true;
    this.telling ??= this.tell().finally(() => {
      this.telling = undefined;
    });
    await withTimeout(this.telling, MAX_TELL_MS);
  }

  /** Tells that slots were not used. To others only a probe has to be returned: nobody sends until its answer is known. */
  async giveBack(slots: readonly Slot[]): Promise<void> {
    for (const slot of slots) this.budget.end(slot);
    const probe = slots.find((slot) => slot.probe !== undefined)?.probe;
    // Where that fails, the probe expires by itself, only later.
    if (probe !== undefined) await this.store.returnProbe(probe).catch(this.onError);
    if (slots.some((slot) => slot.trial)) await this.breaker?.returnTrial();
  }

  private isOut(): boolean {
    return this.breaker?.isOpen() ?? false;
  }

  private silenceMs(): number {
    return this.silentUntil - performance.now();
  }

  /** Writes that the bot is blocked, again and again until it is written. */
  private async tell(): Promise<void> {
    while (this.isUntold) {
      this.isUntold = false;
      try {
        const added = await this.store.block(Math.max(0, this.silenceMs()));
        this.meter?.throttled(added);
      } catch (error) {
        this.isUntold = true;
        this.onError(error);
        await pause(MAX_NAP_MS);
      }
    }
  }

  private async pump(): Promise<void> {
    this.pumping = true;
    while (this.waiters.length > 0) {
      // Whoever asked for more before the others know would be granted it.
      if (this.telling) await withTimeout(this.telling, MAX_NAP_MS);
      else if (this.silenceMs() > 0) await pause(Math.min(this.silenceMs(), MAX_NAP_MS));
      else if (this.isOut()) await this.serveTrial();
      else await this.serve();
    }
    this.pumping = false;
  }

  private async serve(): Promise<void> {
    try {
      const wanted = this.wanted();
      if (wanted === 0) {
        await withTimeout(this.budget.untilRoom(), MAX_NAP_MS);
        return;
      }
      const { granted, waitMs, probe, outage } = await this.store.reserve(wanted, { leadMs: this.leadMs() });
      if (outage) await this.breaker?.refresh();
      if (granted === 0) await pause(Math.min(Math.max(waitMs, MIN_NAP_MS), MAX_NAP_MS));
      else await this.distribute(granted, performance.now() + waitMs, probe);
    } catch (error) {
      this.onError(error);
      await pause(MAX_NAP_MS);
    }
  }

  /** Slots to ask for: none while too much is on its way, but for urgent messages. */
  private wanted(): number {
    const sum = (waiters: readonly Waiter[]) => waiters.reduce((total, { wanted }) => total + wanted, 0);
    const urgent = this.waiters.filter(({ lane }) => lane === URGENT_LANE);
    return Math.min(sum(this.waiters), Math.max(this.budget.room(), sum(urgent)));
  }

  private leadMs(): number {
    return Math.max(0, ...this.waiters.map(({ leadMs = 0 }) => leadMs));
  }

  /** During an outage one message may leave at a time, to find out whether it is over. */
  private async serveTrial(): Promise<void> {
    if (!(await this.breaker?.takeTrial())) {
      await pause(MAX_NAP_MS);
      return;
    }
    try {
      const { granted, waitMs, probe } = await this.store.reserve(1, {
        leadMs: this.leadMs(),
        duringOutage: true,
      });
      if (granted > 0) {
        await this.distribute(granted, performance.now() + waitMs, probe, true);
        return;
      }
    } catch (error) {
      this.onError(error);
    }
    await this.breaker?.returnTrial();
    await pause(MAX_NAP_MS);
  }

  private async distribute(granted: number, firstAt: number, probe?: string, trial?: boolean): Promise<void> {
    const spacingMs = slotSpacingMs(this.messagesPerSecond);
    const shares = new Map<Waiter, Slot[]>();
    for (let index = 0; index < granted; index += 1) {
      const waiter = this.nextWaiter(shares);
      if (!waiter) break;
      const share = shares.get(waiter) ?? [];
      const slot = { at: firstAt + index * spacingMs, probe, trial };
      this.budget.take(slot);
      share.push(slot);
      shares.set(waiter, share);
    }
    for (const [waiter, slots] of shares) {
      this.waiters.splice(this.waiters.indexOf(waiter), 1);
      waiter.give(slots);
    }
    // Whoever wanted it may have been told to stop meanwhile.
    if (shares.size === 0) await this.giveBack([{ at: firstAt, probe, trial }]);
  }

  /** Whoever has the most left of the lane whose turn it is. */
  private nextWaiter(shares: ReadonlyMap<Waiter, Slot[]>): Waiter | undefined {
    const hungry = this.waiters.filter((waiter) => (shares.get(waiter)?.length ?? 0) < waiter.wanted);
    const lanes = [...new Set(hungry.map((waiter) => waiter.lane))].sort();
    const lane = lanes.includes(URGENT_LANE)
      ? URGENT_LANE
      : (lanes.find((candidate) => candidate > this.lastLane) ?? lanes[0]);
    if (lane === undefined) return undefined;
    if (lane !== URGENT_LANE) this.lastLane = lane;
    return hungry
      .filter((waiter) => waiter.lane === lane)
      .reduce((first, waiter) => (waiter.remaining > first.remaining ? waiter : first));
  }
}
