import { pause, pauseUntil } from '../kernel/pause.js';
import { withTimeout } from '../kernel/timeout.js';
import type { CircuitBreaker } from './circuit-breaker.js';
import type { EngineMeter, SendOutcome } from './ports.js';
import { InFlightBudget } from './in-flight-budget.js';
import type { Refusal } from './outage.store.js';
import { slotSpacingMs, type RateLimitStore } from './rate-limit.store.js';
import { SlotsAtOnce } from './slots-at-once.js';

/** Permission to send one message at `at` (milliseconds of performance.now). */
export interface Slot {
  at: number;
  /** As in its reservation. */
  probe?: string;
  /** The message is the trial of an outage. */
  trial?: boolean;
}

/** A request for slots. */
export interface SlotRequest {
  /** Lanes get equal shares of the rate. Each campaign has one; the urgent lane comes first. */
  lane: string;
  /** Within a lane, the chunk with the most left comes first, so that the chunks of a campaign end together. */
  remaining: number;
  /** Minimum time until the slot, for what precedes its send. */
  leadMs?: number;
}

/** State of a slot: due, missed, or revoked because the message must not leave. */
export type SlotState = 'due' | 'missed' | 'revoked';

interface Waiter extends SlotRequest {
  wanted: number;
  signal: AbortSignal;
  give: (slots: Slot[]) => void;
}

/** More frequent requests would reserve one slot at a time. */
const MIN_NAP_MS = 10;
/** Longest single wait for a throttled bot, since its probe may be answered at any moment. */
const MAX_NAP_MS = 250;

/** Longest stop of the bot after a 429. Then a probe to another chat shows whether only one chat was meant. */
export const MAX_BLOCK_MS = 300_000;
/** Margin, since Telegram counts whole seconds by its own clock. */
const BLOCK_MARGIN_MS = 100;

/** How long the report of a 429 waits until it is written. */
const MAX_TELL_MS = 1000;

const URGENT_LANE = 'urgent';
const IDLE_LANE = 'idle';

/** Lane of messages that a user is waiting for. */
export const URGENT: SlotRequest = { lane: URGENT_LANE, remaining: 1, leadMs: 10 };

/** Lane of what can wait until nobody else wants to send. */
export const IDLE: SlotRequest = { lane: IDLE_LANE, remaining: 1, leadMs: 10 };

/**
 * Distributes the installation's send slots within this process. One statement at a time serves all waiters. Lanes (campaigns)
 * take turns slot by slot, so that each gets the same share of the rate whatever the number of its chunks; the urgent lane
 * comes first. The idle lane gets what nobody in the installation wants.
 */
export class RateLimiter {
  private readonly waiters: Waiter[] = [];
  /** The in-flight budget; urgent messages may exceed it. */
  private readonly budget: InFlightBudget;
  private readonly atOnce: SlotsAtOnce;
  private pumping = false;
  private lastLane = '';
  /** While only the idle lane waits; any other waiter ends it. */
  private idleNap = new AbortController();
  /** Until when this process is silent (milliseconds of performance.now), whether or not the block is written. */
  private silentUntil = 0;
  private isUntold = false;
  private publishing: Promise<void> | undefined;

  constructor(
    private readonly store: RateLimitStore,
    private readonly messagesPerSecond: number,
    private readonly onError: (error: unknown) => void,
    private readonly meter?: Pick<EngineMeter, 'throttled' | 'waitedForSlot'>,
    private readonly breaker?: CircuitBreaker,
  ) {
    this.budget = new InFlightBudget(messagesPerSecond);
    this.atOnce = new SlotsAtOnce(messagesPerSecond);
  }

  /**
   * Waits until at least one slot is reserved, and returns up to `wanted`. Each must be reported or returned: until then it
   * counts in the in-flight budget.
   * @returns the slots in order of time, or none if the signal was aborted
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
      this.idleNap.abort();
      if (!this.pumping) void this.pump();
    });
  }

  /**
   * Waits for the time of a slot. A slot that a busy process misses is lost: its use later would take the second of other
   * slots.
   * @returns `revoked` if Telegram has asked for silence meanwhile, or cannot be reached. Slots that are not due must be returned.
   */
  async turn(slot: Slot): Promise<SlotState> {
    await pauseUntil(slot.at);
    if (this.silenceMs() > 0 || (this.isOut() && !slot.trial)) return 'revoked';
    if (!this.atOnce.use(slot.at)) return 'missed';
    this.budget.sent(slot);
    return 'due';
  }

  /**
   * Reports the outcome of a slot's message. After a 429 nothing is sent for as long as Telegram asks; then one probe goes out
   * before the rest, and any other answer to the probe lifts the block.
   * @param recipient of a campaign
   * @returns the outcome, attributed to the recipient if others are reached
   */
  async report(slot: Slot, outcome: SendOutcome, recipient?: Refusal): Promise<SendOutcome> {
    this.budget.answered(slot);
    if (outcome.kind === 'throttled') await this.throttled(outcome.retryAfterMs);
    else if (slot.probe !== undefined) await this.store.unblock().catch(this.onError);
    return (await this.breaker?.observe(outcome, slot.trial, recipient)) ?? outcome;
  }

  /**
   * Reports that Telegram asks for silence. It takes effect in this process at once, and in others as soon as it is written, for
   * which this waits briefly.
   */
  async throttled(retryAfterMs: number): Promise<void> {
    const silenceMs = Math.min(retryAfterMs, MAX_BLOCK_MS) + BLOCK_MARGIN_MS;
    this.silentUntil = Math.max(this.silentUntil, performance.now() + silenceMs);
    this.isUntold = true;
    this.publishing ??= this.publishBlock().finally(() => {
      this.publishing = undefined;
    });
    await withTimeout(this.publishing, MAX_TELL_MS);
  }

  /** Returns unused slots. Only a probe must be returned to the others, who wait for its answer. */
  async returnSlots(slots: readonly Slot[]): Promise<void> {
    for (const slot of slots) this.budget.end(slot);
    const probe = slots.find((slot) => slot.probe !== undefined)?.probe;
    // If that fails, the probe expires later.
    if (probe !== undefined) await this.store.returnProbe(probe).catch(this.onError);
    if (slots.some((slot) => slot.trial)) await this.breaker?.returnTrial();
  }

  private isOut(): boolean {
    return this.breaker?.isOpen() ?? false;
  }

  private silenceMs(): number {
    return this.silentUntil - performance.now();
  }

  /** Publishes the block, and retries until it is written. */
  private async publishBlock(): Promise<void> {
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
      // A request before the block is published would be granted.
      if (this.publishing) await withTimeout(this.publishing, MAX_NAP_MS);
      else if (this.silenceMs() > 0) await pause(Math.min(this.silenceMs(), MAX_NAP_MS));
      else if (this.isOut()) await this.serveTrial();
      else await this.serve();
    }
    this.pumping = false;
  }

  private async serve(): Promise<void> {
    try {
      const wanted = Math.min(this.wanted(), this.atOnce.count());
      if (wanted === 0) {
        await withTimeout(this.budget.untilRoom(), MAX_NAP_MS);
        return;
      }
      const options = { leadMs: this.leadMs(), ifIdle: this.isIdle() };
      const { granted, waitMs, probe, outage } = await this.store.reserve(wanted, options);
      if (outage) await this.breaker?.refresh();
      if (granted === 0) await this.nap(waitMs);
      else await this.distribute(granted, performance.now() + waitMs, probe);
    } catch (error) {
      this.onError(error);
      await pause(MAX_NAP_MS);
    }
  }

  /** Whether nobody waits but in the idle lane. */
  private isIdle(): boolean {
    return this.waiters.every(({ lane }) => lane === IDLE_LANE);
  }

  private nap(waitMs: number): Promise<void> {
    if (!this.isIdle()) return pause(Math.min(Math.max(waitMs, MIN_NAP_MS), MAX_NAP_MS));
    this.idleNap = new AbortController();
    return pause(MAX_NAP_MS, this.idleNap.signal);
  }

  /** Number of slots to request: none above the in-flight budget, except for urgent messages; for the idle lane alone. */
  private wanted(): number {
    const sum = (waiters: readonly Waiter[]) => waiters.reduce((total, { wanted }) => total + wanted, 0);
    const served = this.isIdle() ? this.waiters : this.waiters.filter(({ lane }) => lane !== IDLE_LANE);
    const urgent = served.filter(({ lane }) => lane === URGENT_LANE);
    return Math.min(sum(served), Math.max(this.budget.room(), sum(urgent)));
  }

  private leadMs(): number {
    return Math.max(0, ...this.waiters.map(({ leadMs = 0 }) => leadMs));
  }

  /** During an outage, one message at a time may leave as a trial. */
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
    // The waiter may have been stopped meanwhile.
    if (shares.size === 0) await this.returnSlots([{ at: firstAt, probe, trial }]);
  }

  /** The waiter with the most left in the lane whose turn it is. */
  private nextWaiter(shares: ReadonlyMap<Waiter, Slot[]>): Waiter | undefined {
    const hungry = this.waiters.filter((waiter) => (shares.get(waiter)?.length ?? 0) < waiter.wanted);
    const all = [...new Set(hungry.map((waiter) => waiter.lane))].sort();
    const lanes = all.length > 1 ? all.filter((lane) => lane !== IDLE_LANE) : all;
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
