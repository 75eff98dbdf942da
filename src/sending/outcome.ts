import type { DeliveryReason, StopCode } from '../campaigns/failure-codes.js';
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
  /** Nothing was delivered; worth trying again. */
  | { kind: 'transient'; reason: DeliveryReason }
  /** Delivered or not, nobody knows. */
  | { kind: 'ambiguous'; reason: DeliveryReason }
  /** A verdict about the person, whom later campaigns leave out until they write to the bot. */
  | { kind: 'recipientGone'; reason: DeliveryReason; userStatus: Reachability }
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
  /** No usable answer; `code` is Node's error code (ECONNRESET, ...) or TIMEOUT, INVALID_BODY, UNKNOWN. */
  | { kind: 'transport'; code: string };
