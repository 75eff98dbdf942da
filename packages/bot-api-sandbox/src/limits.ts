import { tooManyRequests } from './api-error.js';
import type { ResolvedOptions } from './options.js';

const WINDOW_MS = 1000;

/**
 * Telegram's limits on messages and their edits: a sliding window of one second for the bot, a token bucket for
 * each chat, and a wait that is enforced once it was told.
 */
export class SendLimits {
  /** Times of the last accepted messages, a ring. */
  readonly #accepted: Float64Array;
  #count = 0;
  #waitUntil = 0;
  #forcedWaitUntil = 0;
  /** For each chat, when its bucket will be full again: one number stands for the whole bucket. */
  readonly #fullAt = new Map<number, number>();
  readonly #perSecond: number;
  readonly #paidPerSecond: number;
  readonly #chatIntervalMs: number;
  readonly #chatToleranceMs: number;

  constructor(options: ResolvedOptions) {
    this.#perSecond = wholeLimit(options.messagesPerSecond);
    this.#paidPerSecond = wholeLimit(options.paidMessagesPerSecond);
    const finite = [this.#perSecond, this.#paidPerSecond].filter(Number.isFinite);
    this.#accepted = new Float64Array(Math.max(1, ...finite));
    this.#chatIntervalMs = 1000 / options.chatMessagesPerSecond;
    this.#chatToleranceMs = (options.chatBurst - 1) * this.#chatIntervalMs;
  }

  /** @throws ApiError 429 while the bot has been told to wait */
  refuseWhileWaiting(at: number): void {
    const until = Math.max(this.#waitUntil, this.#forcedWaitUntil);
    if (at < until) throw tooManyRequests(secondsUntil(until, at));
  }

  /**
   * Takes the place of one message to the chat; a refused one takes none.
   * @param at the moment of acceptance, milliseconds since the epoch
   * @throws ApiError 429 over a limit; over the bot's, the bot has to wait from then on
   */
  take(chatId: number, paid: boolean, at: number): void {
    this.#refuseAboveLimit(paid ? this.#paidPerSecond : this.#perSecond, at);
    const fullAt = Math.max(this.#fullAt.get(chatId) ?? 0, at);
    const freeAt = fullAt - this.#chatToleranceMs;
    if (freeAt > at) throw tooManyRequests(secondsUntil(freeAt, at));
    if (this.#chatIntervalMs > 0) this.#fullAt.set(chatId, fullAt + this.#chatIntervalMs);
    this.#accepted[this.#count++ % this.#accepted.length] = at;
  }

  /**
   * Takes the place of one edit, which counts as a message of the bot, and not for the chat.
   * @throws ApiError 429 over the limit of the bot
   */
  takeEdit(at: number): void {
    this.#refuseAboveLimit(this.#perSecond, at);
    this.#accepted[this.#count++ % this.#accepted.length] = at;
  }

  /** Makes the whole bot wait, whatever it has sent. */
  forceWait(seconds: number, at: number): void {
    this.#forcedWaitUntil = at + seconds * 1000;
  }

  endForcedWait(): void {
    this.#forcedWaitUntil = 0;
  }

  #refuseAboveLimit(limit: number, at: number): void {
    this.refuseWhileWaiting(at);
    if (!this.#isWindowFull(limit, at)) return;
    this.#waitUntil = at + WINDOW_MS;
    throw tooManyRequests(1);
  }

  #isWindowFull(limit: number, at: number): boolean {
    if (limit === Infinity || this.#count < limit) return false;
    const ring = this.#accepted;
    const earliest = ring[(this.#count - limit) % ring.length] ?? 0;
    return at - earliest <= WINDOW_MS;
  }
}

function wholeLimit(perSecond: number): number {
  return Number.isFinite(perSecond) ? Math.max(1, Math.floor(perSecond)) : Infinity;
}

function secondsUntil(until: number, at: number): number {
  return Math.max(1, Math.ceil((until - at) / 1000));
}
