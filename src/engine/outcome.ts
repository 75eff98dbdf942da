import type { DeliveryReason, PersonReason, StopCode } from '../campaigns/failure-codes.js';
import type { Reachability } from '../people/telegram-user.entity.js';

/** What is sent to one recipient: HTML text, and one button that opens the bot's chat with a start parameter. */
export interface OutgoingMessage {
  chatId: string;
  text: string;
  button: { text: string; startParameter: string };
}

/** What became of one request to send a message. */
export type SendOutcome =
  | { kind: 'sent'; messageId: string }
  /** The whole bot has to wait. */
  | { kind: 'throttled'; retryAfterMs: number }
  /**
   * The way to Telegram is at fault, or Telegram itself, not the recipient. `isDelivered` is unknown after a gateway's
   * answer; `retryInMs` is when it is worth another try.
   */
  | { kind: 'outage'; reason: DeliveryReason; isDelivered: 'no' | 'unknown'; retryInMs?: number }
  /** Shutdown came first: the request has not left. */
  | { kind: 'notSent' }
  /** Delivered or not, nobody knows. */
  | { kind: 'ambiguous'; reason: DeliveryReason }
  /** A verdict about the person, whom later campaigns leave out until they write to the bot. */
  | { kind: 'recipientGone'; reason: PersonReason; userStatus: Reachability }
  /** Refused for a reason that is not known: enough alike in a row are not the recipients' fault. */
  | { kind: 'recipientFailed'; reason: DeliveryReason }
  /** The chat has another id now. */
  | { kind: 'moved'; chatId: string }
  /** Nothing can be sent by this bot until an operator puts it right. */
  | { kind: 'botUnusable'; reason: StopCode }
  /** `textOnly`: with other personal data the text might have passed. */
  | { kind: 'templateUnusable'; reason: StopCode; textOnly: boolean };

/** The port through which the engine sends; src/telegram implements it. */
export interface MessageSender {
  /**
   * Finds out what every message needs. To be called before anybody's turn to send is taken: it may take as long as an
   * answer of Telegram, while `send` asks for nothing but the message itself. Never throws for anything that Telegram or
   * the network does.
   * @param signal aborted when it must not be waited for any longer
   * @returns why nothing can be sent now, or undefined when messages can
   */
  prepare(signal?: AbortSignal): Promise<SendOutcome | undefined>;
  /** @returns whether Telegram itself answers: also to messages, though none is sent. Never throws. */
  probe(signal: AbortSignal): Promise<boolean>;
  /**
   * Never throws for anything that Telegram or the network does.
   * @param abandon aborted when the answer must not be waited for any longer: the outcome is ambiguous then
   */
  send(message: OutgoingMessage, abandon?: AbortSignal): Promise<SendOutcome>;
}

/** What went wrong with a Bot API call, without anything secret in it. */
export type TelegramFailure =
  | {
      kind: 'answer';
      code: number;
      description: string;
      retryAfterSeconds?: number;
      migrateToChatId?: string;
    }
  /** A status, and a body that is not Telegram's: something on the way has answered. */
  | { kind: 'page'; status: number; retryAfterSeconds?: number }
  /**
   * No usable answer; `code` is that of Node or undici (ECONNRESET, ...), or TIMEOUT, ABORTED, INVALID_BODY, UNKNOWN.
   * `isWritten`: some of the request may have left.
   */
  | { kind: 'transport'; code: string; isWritten: boolean };
