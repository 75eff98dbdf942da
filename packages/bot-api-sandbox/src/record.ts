import type { Conditions } from './conditions.js';
import type { FaultKind } from './fault-types.js';
import type { ApiMessage, InlineKeyboard } from './types.js';

/** One request to the Bot API. It is recorded on arrival, and completed when it is answered. */
export interface RecordedCall {
  /** As Telegram spells it; what the client wrote when there is no such method. */
  readonly method: string;
  /** As in the request; a number wherever it is one. */
  readonly chatId: number | string | undefined;
  /** Milliseconds since the epoch, with a fraction. */
  readonly receivedAt: number;
  /** HTTP status, equal to the error_code of a refusal; 0 while open, and when no answer was given. */
  status: number;
  /** Whether the request was carried out, whatever its answer. */
  accepted: boolean;
  /** The kind of the fault that answered it. */
  fault: FaultKind | undefined;
}

/** One message that was accepted and therefore delivered. */
export interface RecordedMessage {
  readonly chatId: number;
  readonly messageId: number;
  /** As sent, before its markup is parsed. */
  readonly text: string;
  readonly parseMode: string | undefined;
  /** Milliseconds since the epoch, with a fraction. */
  readonly sentAt: number;
  readonly effectId: string | undefined;
  /** As of the last edit. */
  currentText: string;
  currentParseMode: string | undefined;
  replyMarkup: InlineKeyboard | undefined;
  editedAt: number | undefined;
  deleted: boolean;
}

export type NewMessage = Pick<
  RecordedMessage,
  'chatId' | 'text' | 'parseMode' | 'sentAt' | 'replyMarkup' | 'effectId'
>;

/** People's messages that are remembered, over all chats. */
const SAID_KEPT = 10_000;

/** Everything the sandbox received. Tokens never get here. */
export class SandboxRecord {
  readonly calls: RecordedCall[] = [];
  readonly messages: RecordedMessage[] = [];
  /** How many requests were answered with 429. */
  throttled = 0;
  readonly #byChat = new Map<number, RecordedMessage[]>();
  readonly #byId = new Map<number, RecordedMessage>();
  readonly #said: ApiMessage[] = [];
  #lastMessageId = 0;
  #lastText = '';

  /** @param keep how many calls and messages are kept at the least; twice as many at the most */
  constructor(
    private readonly conditions: Conditions,
    private readonly keep: number,
  ) {}

  /** People's messages and the bot's share one sequence, as in a private chat. */
  nextMessageId(): number {
    return ++this.#lastMessageId;
  }

  openCall(method: string, chatId: number | string | undefined, receivedAt: number): RecordedCall {
    const call: RecordedCall = { method, chatId, receivedAt, status: 0, accepted: false, fault: undefined };
    this.calls.push(call);
    if (this.calls.length >= 2 * this.keep) this.calls.splice(0, this.keep);
    this.conditions.notify();
    return call;
  }

  closeCall(call: RecordedCall, status: number): void {
    call.status = status;
    if (status === 429) this.throttled++;
    this.conditions.notify();
  }

  addMessage(message: NewMessage): RecordedMessage {
    const { chatId, parseMode, sentAt, replyMarkup, effectId } = message;
    // A campaign repeats one text: equal neighbours share one string.
    const text = message.text === this.#lastText ? this.#lastText : message.text;
    this.#lastText = text;
    const recorded: RecordedMessage = {
      chatId,
      messageId: this.nextMessageId(),
      text,
      parseMode,
      sentAt,
      effectId,
      currentText: text,
      currentParseMode: parseMode,
      replyMarkup,
      editedAt: undefined,
      deleted: false,
    };
    this.messages.push(recorded);
    if (this.messages.length >= 2 * this.keep) this.#forgetOldest();
    this.#byId.set(recorded.messageId, recorded);
    const inChat = this.#byChat.get(chatId);
    if (inChat === undefined) this.#byChat.set(chatId, [recorded]);
    else inChat.push(recorded);
    return recorded;
  }

  #forgetOldest(): void {
    for (const { chatId, messageId } of this.messages.splice(0, this.keep)) {
      this.#byId.delete(messageId);
      const inChat = this.#byChat.get(chatId);
      inChat?.shift();
      if (inChat?.length === 0) this.#byChat.delete(chatId);
    }
  }

  messagesTo(chatId: number): readonly RecordedMessage[] {
    return this.#byChat.get(chatId) ?? [];
  }

  /** Remembers what a person wrote to the bot, for those who look at the chat. */
  addSaid(message: ApiMessage): void {
    this.#said.push(message);
    if (this.#said.length >= 2 * SAID_KEPT) this.#said.splice(0, SAID_KEPT);
  }

  saidIn(chatId: number): readonly ApiMessage[] {
    return this.#said.filter(({ chat }) => chat.id === chatId);
  }

  /** A message that the chat still has. */
  find(chatId: number, messageId: number): RecordedMessage | undefined {
    const message = this.#byId.get(messageId);
    return message?.chatId === chatId && !message.deleted ? message : undefined;
  }

  clear(): void {
    this.calls.length = 0;
    this.messages.length = 0;
    this.#said.length = 0;
    this.throttled = 0;
    this.#byChat.clear();
    this.#byId.clear();
  }
}
