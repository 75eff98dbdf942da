import type { Logger } from 'pino';
import { linkSignals, manyMayFollow } from '../async/linked-signal.js';
import type { ChatPacing } from '../sending/chat-pacing.js';
import { classify } from '../sending/classification.js';
import type { SendOutcome } from '../sending/outcome.js';
import { URGENT, type RateLimiter, type Slot } from '../sending/rate-limiter.js';
import { BotApiError, type BotApi } from './bot-api.js';
import { sentOutcome } from './message-sender.js';

/** A reply that could not be sent by then would only puzzle. */
const MAX_WAIT_MS = 10_000;

/**
 * Replies to people who write to the bot: before all campaign messages, and within the limits. Somebody who writes faster
 * than may be replied to gets the newest reply, and holds up nobody.
 */
export class ReplyQueue {
  private readonly stopping = new AbortController();
  private readonly waiting = new Map<string, string>();
  private readonly running = new Set<Promise<void>>();

  constructor(
    private readonly botApi: BotApi,
    private readonly limiter: RateLimiter,
    private readonly pacing: ChatPacing,
    private readonly logger: Logger,
  ) {
    manyMayFollow(this.stopping.signal);
  }

  put(chatId: string, text: string): void {
    const isWaiting = this.waiting.has(chatId);
    this.waiting.set(chatId, text);
    if (isWaiting || this.stopping.signal.aborted) return;
    const run = this.reply(chatId)
      .catch((error: unknown) => {
        this.logger.warn({ err: error, chatId }, 'a reply was not sent');
      })
      .finally(() => this.running.delete(run));
    this.running.add(run);
  }

  /** No reply from now on; what is under way is no longer waited for. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.running);
  }

  private async reply(chatId: string): Promise<void> {
    let text = '';
    const slot = await this.turnOf(chatId).finally(() => {
      text = this.take(chatId);
    });
    if (!slot) return;
    if (this.stopping.signal.aborted) await this.limiter.giveBack([slot]);
    else await this.limiter.report(slot, await this.send(chatId, text));
  }

  /** What comes from now on is another reply. */
  private take(chatId: string): string {
    const text = this.waiting.get(chatId) ?? '';
    this.waiting.delete(chatId);
    return text;
  }

  /** @returns undefined when the turn has not come in time */
  private async turnOf(chatId: string): Promise<Slot | undefined> {
    const patience = linkSignals([this.stopping.signal], MAX_WAIT_MS);
    try {
      if (!(await this.pacing.turn(chatId, patience.signal))) return undefined;
      const [slot] = await this.limiter.acquire(URGENT, 1, patience.signal);
      if (slot) await this.limiter.turn(slot);
      return slot;
    } finally {
      patience.unlink();
    }
  }

  private async send(chatId: string, text: string): Promise<SendOutcome> {
    try {
      const payload = { chat_id: chatId, text };
      return sentOutcome(await this.botApi.call('sendMessage', payload, this.stopping.signal));
    } catch (error) {
      if (!(error instanceof BotApiError)) throw error;
      this.logger.info({ err: error, chatId }, 'a reply was not delivered');
      return classify(error.failure);
    }
  }
}
