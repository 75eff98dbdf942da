import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { pause } from '../kernel/pause.js';
import { linkSignals, allowManyListeners } from '../kernel/linked-signal.js';
import { backoffMs } from './verdict.js';
import type { MessageSender, SendOutcome } from './ports.js';
import type { OutageStore, Refusal } from './outage.store.js';

/**
 * `closed`: messages may leave. `open`: an outage of the whole installation; only a trial may leave. `alone`: others reach
 * Telegram, and this process does not.
 */
type State = 'closed' | 'open' | 'alone';

const POLL_MS = 250;
const SOON_ATTEMPTS = 1;
/** A refused recipient waits for longer than the next trial, which must go to another recipient. */
const RETRY_MARGIN_MS = 250;

export interface CircuitBreakerOptions {
  store: OutageStore;
  sender: Pick<MessageSender, 'probe'>;
  logger: Logger;
}

/**
 * Stops sending while Telegram cannot be reached. Each process probes its own connection without a recipient, at once and then
 * every 1 to 30 s. Of those that succeed, one at a time sends to one recipient; Telegram's own answer to that ends the outage
 * for all.
 */
export class CircuitBreaker {
  private readonly prober = randomUUID();
  private readonly stopping = new AbortController();
  private state: State = 'closed';
  private unreachableController = new AbortController();
  private wakeUp = new AbortController();
  private reporting: Promise<unknown> = Promise.resolve();
  private isWayOpen = true;
  private isTrialTaken = false;
  private attempts = 0;
  private lostAnswers = 0;

  constructor(private readonly options: CircuitBreakerOptions) {
    allowManyListeners(this.stopping.signal);
    allowManyListeners(this.unreachableController.signal);
  }

  isOpen(): boolean {
    return this.state !== 'closed';
  }

  /** Aborted while this process does not reach Telegram. Others may, so it must leave the work to them. */
  get unreachable(): AbortSignal {
    return this.unreachableController.signal;
  }

  stop(): void {
    this.stopping.abort();
  }

  /** Milliseconds after which a recipient whose message was held back or refused may be tried again. */
  get retryInMs(): number {
    return backoffMs(this.attempts + 1, () => 1) + RETRY_MARGIN_MS;
  }

  /** Call it when the outage may have begun or ended in another process. */
  async refresh(): Promise<void> {
    if (this.stopping.signal.aborted) return;
    const lasts = await this.lasts();
    if (this.isOpen()) this.wakeUp.abort();
    else if (lasts) this.open();
  }

  /**
   * Observes the outcome of a message, or of loading the bot's profile.
   * @param trial whether it was the message of a trial
   * @returns the outcome, attributed to the recipient if only this recipient causes it
   */
  async observe(outcome: SendOutcome, trial = false, recipient?: Refusal): Promise<SendOutcome> {
    if (outcome.kind === 'notSent') {
      if (trial) await this.returnTrial();
      return outcome;
    }
    if (!this.isFailure(outcome, trial)) {
      if (outcome.kind !== 'ambiguous') this.lostAnswers = 0;
      if (trial) await this.end();
      return outcome;
    }
    const isRefusal = outcome.kind === 'outage' && outcome.reason === 'TELEGRAM_UNAVAILABLE';
    const isPersonal = await this.report(isRefusal ? recipient : undefined);
    if (isPersonal) await this.end();
    else if (trial) await this.returnTrial();
    // A refused trial costs nothing, so the next may follow soon.
    if (isRefusal && trial) this.attempts = Math.min(this.attempts, SOON_ATTEMPTS);
    if (isPersonal) return { kind: 'recipientFailed', reason: 'TELEGRAM_UNAVAILABLE' };
    return outcome.kind === 'outage' ? { ...outcome, retryInMs: this.retryInMs } : outcome;
  }

  /** Waits until this process reaches Telegram, or until the signal is aborted. */
  async untilReachable(signal: AbortSignal): Promise<void> {
    while (this.isOpen() && !this.isWayOpen && !signal.aborted) await pause(POLL_MS, signal);
  }

  /** @returns whether one message may leave as a trial */
  async takeTrial(): Promise<boolean> {
    if (this.state !== 'open' || !this.isWayOpen || this.isTrialTaken) return false;
    this.isTrialTaken = true;
    const isTaken = await this.options.store.takeTrial(this.prober).catch(() => false);
    if (!isTaken) this.isTrialTaken = false;
    return isTaken;
  }

  async returnTrial(): Promise<void> {
    this.isTrialTaken = false;
    // If that fails, the trial expires later.
    await this.options.store.returnTrial(this.prober).catch(() => undefined);
  }

  private isFailure(outcome: SendOutcome, trial: boolean): boolean {
    if (outcome.kind === 'outage') return true;
    // One lost answer concerns one connection. An unexpected error is not Telegram's.
    if (outcome.kind !== 'ambiguous' || outcome.reason === 'SENDER_FAILED') return false;
    this.lostAnswers += 1;
    return trial || this.lostAnswers > 1;
  }

  private async report(refusal: Refusal | undefined): Promise<boolean> {
    // It would stop processes that reach Telegram.
    if (this.unreachable.aborted || this.stopping.signal.aborted) return false;
    const report = this.options.store.report(refusal).catch((error: unknown) => {
      this.options.logger.warn({ err: error }, 'the outage of Telegram could not be recorded');
      return false;
    });
    this.reporting = report;
    if (this.state === 'closed') this.open();
    this.isWayOpen = false;
    return report;
  }

  private open(): void {
    this.options.logger.warn('Telegram cannot be reached: nothing is sent until it answers again');
    this.state = 'open';
    this.isWayOpen = false;
    this.isTrialTaken = false;
    this.attempts = 0;
    void this.probeUntilClosed();
  }

  private async end(): Promise<void> {
    this.isTrialTaken = false;
    try {
      await this.options.store.end();
      this.close();
    } catch (error) {
      this.options.logger.warn({ err: error }, 'the end of the outage could not be recorded');
    }
  }

  private close(): void {
    if (this.state !== 'closed') this.options.logger.info('Telegram answers again');
    this.state = 'closed';
    this.setReachable(true);
    this.lostAnswers = 0;
    this.wakeUp.abort();
  }

  private setReachable(isReachable: boolean): void {
    this.isWayOpen = isReachable;
    const { aborted } = this.unreachableController.signal;
    if (isReachable && aborted) {
      this.unreachableController = new AbortController();
      allowManyListeners(this.unreachableController.signal);
    } else if (!isReachable && !aborted) this.unreachableController.abort();
  }

  private enter(state: State): void {
    if (state === 'alone' && this.state !== 'alone')
      this.options.logger.warn('other processes reach Telegram, and this one does not');
    this.state = state;
  }

  private async probeUntilClosed(): Promise<void> {
    while (this.isOpen() && !this.stopping.signal.aborted) {
      this.wakeUp = new AbortController();
      await this.probe();
      if (!this.isOpen()) return;
      this.attempts += 1;
      await this.untilNextProbe();
    }
  }

  private async probe(): Promise<void> {
    const passes = await this.options.sender.probe(this.stopping.signal);
    await this.reporting;
    const lasts = await this.lasts();
    if (!this.isOpen() || lasts === undefined) return;
    this.setReachable(passes);
    if (passes && !lasts) this.close();
    else this.enter(lasts ? 'open' : 'alone');
  }

  /** @returns undefined if the database cannot be read */
  private async lasts(): Promise<boolean | undefined> {
    return this.options.store.check().catch(() => undefined);
  }

  private async untilNextProbe(): Promise<void> {
    const end = linkSignals([this.wakeUp.signal, this.stopping.signal]);
    await pause(backoffMs(this.attempts), end.signal);
    end.unlink();
  }
}
