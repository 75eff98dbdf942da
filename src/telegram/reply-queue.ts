import type { Logger } from 'pino';
import { allowManyListeners } from '../kernel/linked-signal.js';
import { classify } from './answers.js';
import type { DirectMessages, SendOutcome } from '../engine/ports.js';
import { BotApiError, type BotApi } from './bot-api.js';
import { sentOutcome } from './message-sender.js';

/** A reply whose text may change until it is sent. */
interface Reply {
  text: string;
}

/**
 * Replies to users who write to the bot: before all campaign messages, and within the limits. A user who writes faster than
 * replies are allowed gets the newest one, and holds up no one else.
 */
export class ReplyQueue {
  private readonly stopping = new AbortController();
  private readonly waiting = new Map<string, Reply>();
  private readonly running = new Set<Promise<void>>();

  constructor(
    private readonly botApi: BotApi,
    private readonly direct: DirectMessages,
    private readonly logger: Logger,
  ) {
    allowManyListeners(this.stopping.signal);
  }

  put(chatId: string, text: string): void {
    const waiting = this.waiting.get(chatId);
    if (waiting) waiting.text = text;
    else if (!this.stopping.signal.aborted) this.start(chatId, { text });
  }

  /** Stops replying, without waiting for replies under way. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.running);
  }

  private start(chatId: string, reply: Reply): void {
    this.waiting.set(chatId, reply);
    const run = this.reply(chatId, reply)
      .catch((error: unknown) => {
        this.logger.warn({ err: error, chatId }, 'a reply was not sent');
      })
      .finally(() => this.running.delete(run));
    this.running.add(run);
  }

  private async reply(chatId: string, reply: Reply): Promise<void> {
    // Later messages get another reply.
    const close = () => {
      if (this.waiting.get(chatId) === reply) this.waiting.delete(chatId);
    };
    const request = () => {
      close();
      return this.send(chatId, reply.text);
    };
    await this.direct.send(chatId, request, this.stopping.signal).finally(close);
  }

  private async send(chatId: string, text: string): Promise<SendOutcome> {
    try {
      const payload = { chat_id: chatId, text };
      return sentOutcome(await this.botApi.call('sendMessage', payload, { signal: this.stopping.signal }));
    } catch (error) {
      if (!(error instanceof BotApiError)) throw error;
      this.logger.info({ err: error, chatId }, 'a reply was not delivered');
      return classify(error.failure);
    }
  }
}
