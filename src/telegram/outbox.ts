import type { Logger } from 'pino';
import { allowManyListeners } from '../kernel/linked-signal.js';
import { pause } from '../kernel/pause.js';
import { withTimeout } from '../kernel/timeout.js';
import type { DirectMessages, SendOutcome } from '../engine/ports.js';
import { classify } from './answers.js';
import { BotApiError, type BotApi } from './bot-api.js';
import { sentOutcome } from './message-sender.js';

/** A message to somebody who talks to the bot, or a new text for one that they have. */
export interface Letter {
  /** Takes the place of a waiting letter to the same chat with this key. */
  key: string;
  /** Fields of sendMessage or editMessageText, without the chat; without a text only the buttons are edited. */
  content: Readonly<Record<string, unknown>>;
  /** The message to edit; a new one is sent if it no longer exists. */
  messageId?: number;
  /** Sent in its place if the message no longer exists. */
  orElse?: Readonly<Record<string, unknown>>;
}

interface WaitingLetter extends Letter {
  tries: number;
}

/** Who writes to the bot waits for its answer, however many others do, and while Telegram asks for silence. */
const PATIENCE_MS = 120_000;
const MAX_TRIES = 5;
const RETRY_MS = 500;
/** Somebody who answers fast sees the next question at once, a few times in a row. */
const EDITS_AHEAD = 2;
/** Far more than a chat has open questions; the oldest gives way. */
const MAX_WAITING = 20;

/** Descriptions by which Telegram says that a message cannot be edited any more. */
const GONE = ['message to edit not found', "message can't be edited", 'message_id_invalid'];

/**
 * Messages to people who talk to the bot: before all campaign messages, within the limits, and in order for each chat. A person who
 * is faster than the limits allow gets the newest of each kind, and holds up no one else.
 */
export class Outbox {
  private readonly stopping = new AbortController();
  private readonly chats = new Map<string, Map<string, WaitingLetter>>();
  private readonly running = new Set<Promise<void>>();

  constructor(
    private readonly botApi: BotApi,
    private readonly direct: DirectMessages,
    private readonly logger: Logger,
  ) {
    allowManyListeners(this.stopping.signal);
  }

  put(chatId: string, letter: Letter): void {
    if (this.stopping.signal.aborted) return;
    const waiting = this.chats.get(chatId);
    if (waiting) {
      waiting.set(letter.key, { ...letter, tries: 0 });
      const [oldest] = waiting.keys();
      if (waiting.size > MAX_WAITING && oldest !== undefined) waiting.delete(oldest);
      return;
    }
    const letters = new Map([[letter.key, { ...letter, tries: 0 }]]);
    this.chats.set(chatId, letters);
    const run = this.deliverAll(chatId, letters).finally(() => this.running.delete(run));
    this.running.add(run);
  }

  /** Sends what waits, for so long at most. What is not answered by then is not waited for. */
  async stop(withinMs: number): Promise<void> {
    await withTimeout(this.drain(), withinMs);
    const { size } = this.chats;
    if (size > 0) this.logger.warn({ chats: size }, 'replies that still waited are dropped');
    this.stopping.abort();
    await this.drain();
  }

  private async drain(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running);
  }

  private async deliverAll(chatId: string, letters: Map<string, WaitingLetter>): Promise<void> {
    const { signal } = this.stopping;
    for (let [key] = letters.keys(); key !== undefined && !signal.aborted; [key] = letters.keys()) {
      const again = await this.deliver(chatId, letters, key).catch(async (error: unknown) => {
        this.logger.warn({ err: error, chatId }, 'a message to somebody who talks to the bot was not sent');
        // It may still wait for its turn, of which the database knows.
        await pause(RETRY_MS, signal);
        return undefined;
      });
      // What was put meanwhile under the key is newer.
      if (!again || letters.has(again.key)) continue;
      letters.set(again.key, again);
      await pause(RETRY_MS, signal);
    }
    this.chats.delete(chatId);
  }

  /** @returns the letter if it is to be tried again */
  private async deliver(
    chatId: string,
    letters: Map<string, WaitingLetter>,
    key: string,
  ): Promise<WaitingLetter | undefined> {
    const { signal } = this.stopping;
    let again: WaitingLetter | undefined;
    // Until its turn has come, a newer letter takes its place.
    const request = async (): Promise<SendOutcome> => {
      const letter = letters.get(key);
      letters.delete(key);
      if (!letter) return { kind: 'notSent' };
      const answer = await this.request(chatId, letter);
      again = this.nextTry(letter, answer);
      return answer.outcome;
    };
    const { messageId } = letters.get(key) ?? {};
    const burst = messageId === undefined ? 0 : EDITS_AHEAD;
    const outcome = await this.direct.send(chatId, request, { signal, patienceMs: PATIENCE_MS, burst });
    if (!outcome) letters.delete(key);
    return again;
  }

  private async request(
    chatId: string,
    { content, messageId }: Letter,
  ): Promise<{ outcome: SendOutcome; description?: string }> {
    const { signal } = this.stopping;
    try {
      if (messageId === undefined)
        return {
          outcome: sentOutcome(
            await this.botApi.call('sendMessage', { chat_id: chatId, ...content }, { signal }),
          ),
        };
      const edit = { chat_id: chatId, message_id: messageId, ...content };
      const method = 'text' in content ? 'editMessageText' : 'editMessageReplyMarkup';
      await this.botApi.call(method, edit, { signal });
      return { outcome: { kind: 'sent', messageId: String(messageId) } };
    } catch (error) {
      if (!(error instanceof BotApiError)) throw error;
      const { failure } = error;
      const description = failure.kind === 'answer' ? failure.description.toLowerCase() : '';
      // The message is as it should be.
      if (description.includes('message is not modified'))
        return { outcome: { kind: 'sent', messageId: String(messageId) } };
      this.logger.info({ err: error, chatId }, 'a message to somebody who talks to the bot was not accepted');
      return { outcome: classify(failure), description };
    }
  }

  private nextTry(
    letter: WaitingLetter,
    { outcome, description = '' }: { outcome: SendOutcome; description?: string },
  ): WaitingLetter | undefined {
    const tries = letter.tries + 1;
    if (tries >= MAX_TRIES || outcome.kind === 'sent') return undefined;
    if (GONE.some((words) => description.includes(words)))
      return { ...letter, content: letter.orElse ?? letter.content, messageId: undefined, tries };
    // Servers that do not know an effect refuse the message.
    if (description.includes('effect'))
      return { ...letter, content: { ...letter.content, message_effect_id: undefined }, tries };
    if (outcome.kind === 'moved') {
      this.put(outcome.chatId, letter);
      return undefined;
    }
    const isLost =
      outcome.kind === 'ambiguous' || (outcome.kind === 'outage' && outcome.isDelivered !== 'no');
    const isUnsent = outcome.kind === 'throttled' || outcome.kind === 'outage';
    // An edit can be repeated without harm, a message that may have arrived cannot.
    const mayRepeat = isLost ? letter.messageId !== undefined : isUnsent;
    return mayRepeat ? { ...letter, tries } : undefined;
  }
}
