import { TelegramUserStatus, type Reachability } from '../people/telegram-user.entity.js';
import type { PersonReason, SendOutcome, StopCode } from '../engine/ports.js';
import type { TelegramFailure } from './bot-api-answer.js';

type Answer = Extract<TelegramFailure, { kind: 'answer' }>;
type Page = Extract<TelegramFailure, { kind: 'page' }>;

interface Rule {
  readonly code: number;
  /** A part of Telegram's description; letter case does not matter. */
  readonly description?: string;
  readonly outcome: SendOutcome;
}

const { BLOCKED, DEACTIVATED, UNREACHABLE } = TelegramUserStatus;

function gone(code: number, description: string, reason: PersonReason, userStatus: Reachability): Rule {
  return { code, description, outcome: { kind: 'recipientGone', reason, userStatus } };
}

function botUnusable(code: number, reason: StopCode, description?: string): Rule {
  return { code, description, outcome: { kind: 'botUnusable', reason } };
}

function templateUnusable(description: string, reason: StopCode, textOnly = false): Rule {
  return { code: 400, description, outcome: { kind: 'templateUnusable', reason, textOnly } };
}

/**
 * Telegram documents no list of errors: these are the descriptions that it has been seen to send. The first rule
 * that fits decides; what fits none is decided by its code alone.
 */
const RULES: readonly Rule[] = [
  gone(403, 'blocked by the user', 'BOT_BLOCKED', BLOCKED),
  gone(403, 'user is deactivated', 'USER_DEACTIVATED', DEACTIVATED),
  gone(403, "can't initiate conversation", 'CONVERSATION_NOT_STARTED', UNREACHABLE),
  gone(403, "can't send messages to the bot", 'RECIPIENT_IS_BOT', UNREACHABLE),
  gone(403, "can't send messages to bots", 'RECIPIENT_IS_BOT', UNREACHABLE),
  botUnusable(400, 'BOT_LOGGED_OUT', 'logged out'),
  botUnusable(401, 'BOT_TOKEN_REJECTED'),
  botUnusable(404, 'BOT_TOKEN_REJECTED'),
  botUnusable(421, 'BOT_ON_OTHER_SERVER'),
  gone(400, 'chat not found', 'CHAT_NOT_FOUND', UNREACHABLE),
  gone(400, 'PEER_ID_INVALID', 'PEER_ID_INVALID', UNREACHABLE),
  gone(400, 'no write access', 'NO_WRITE_ACCESS', UNREACHABLE),
  gone(400, 'not enough rights', 'NO_WRITE_ACCESS', UNREACHABLE),
  gone(400, 'have no rights', 'NO_WRITE_ACCESS', UNREACHABLE),
  gone(400, 'need administrator rights', 'NO_WRITE_ACCESS', UNREACHABLE),
  gone(400, 'PRIVACY_PREMIUM_REQUIRED', 'PRIVACY_PREMIUM_REQUIRED', UNREACHABLE),
  gone(400, 'CHAT_RESTRICTED', 'CHAT_RESTRICTED', UNREACHABLE),
  gone(400, 'CHAT_WRITE_FORBIDDEN', 'NO_WRITE_ACCESS', UNREACHABLE),
  templateUnusable("can't parse entities", 'MARKUP_INVALID', true),
  templateUnusable('message is too long', 'MESSAGE_TOO_LONG', true),
  templateUnusable('text is empty', 'MESSAGE_EMPTY', true),
  templateUnusable('BUTTON_', 'BUTTON_INVALID'),
  templateUnusable('inline keyboard button', 'BUTTON_INVALID'),
  templateUnusable('reply markup is too long', 'REPLY_MARKUP_TOO_LONG'),
  templateUnusable('REPLY_MARKUP_TOO_LONG', 'REPLY_MARKUP_TOO_LONG'),
  templateUnusable('parse_mode', 'PARSE_MODE_INVALID'),
  templateUnusable('parse mode', 'PARSE_MODE_INVALID'),
];

/** Telegram says how long to wait; a 429 without that is waited out for this long. */
const DEFAULT_RETRY_AFTER_SECONDS = 1;

const UNAVAILABLE: SendOutcome = { kind: 'outage', reason: 'TELEGRAM_UNAVAILABLE', isDelivered: 'no' };
const UNREACHABLE_NOW: SendOutcome = { kind: 'outage', reason: 'TELEGRAM_UNREACHABLE', isDelivered: 'no' };
/** A gateway may give up on an answer after Telegram has delivered the message. */
const LOST_BY_GATEWAY: SendOutcome = { kind: 'outage', reason: 'ANSWER_LOST', isDelivered: 'unknown' };
const REDIRECTED: SendOutcome = { kind: 'botUnusable', reason: 'API_ROOT_REDIRECTS' };

function throttled(retryAfterSeconds = DEFAULT_RETRY_AFTER_SECONDS): SendOutcome {
  return { kind: 'throttled', retryAfterMs: retryAfterSeconds * 1000 };
}

function classifyAnswer(answer: Answer): SendOutcome {
  const { code } = answer;
  if (code === 429) return throttled(answer.retryAfterSeconds);
  if (code === 500) return UNAVAILABLE;
  if (code > 500) return LOST_BY_GATEWAY;
  if (code >= 300 && code < 400) return REDIRECTED;
  if (code === 400 && answer.migrateToChatId !== undefined) {
    return { kind: 'moved', chatId: answer.migrateToChatId };
  }
  const description = answer.description.toLowerCase();
  const rule = RULES.find(
    (candidate) =>
      candidate.code === code &&
      (candidate.description === undefined || description.includes(candidate.description.toLowerCase())),
  );
  if (rule) return rule.outcome;
  if (code === 403) return { kind: 'recipientGone', reason: 'FORBIDDEN', userStatus: UNREACHABLE };
  return { kind: 'recipientFailed', reason: 'BAD_REQUEST' };
}

/** A proxy's 4xx says that it has not passed the request on; its 5xx may come after the delivery. */
function classifyPage({ status, retryAfterSeconds }: Page): SendOutcome {
  if (status === 429) return throttled(retryAfterSeconds);
  if (status >= 500) return LOST_BY_GATEWAY;
  return status >= 400 ? UNAVAILABLE : REDIRECTED;
}

/** Sorts what Telegram or the network answered to sendMessage into what the engine has to do about it. */
export function classify(failure: TelegramFailure): SendOutcome {
  if (failure.kind === 'answer') return classifyAnswer(failure);
  if (failure.kind === 'page') return classifyPage(failure);
  const { code, isWritten } = failure;
  if (isWritten) return { kind: 'ambiguous', reason: code === 'TIMEOUT' ? 'ANSWER_TIMEOUT' : 'ANSWER_LOST' };
  return code === 'ABORTED' ? { kind: 'notSent' } : UNREACHABLE_NOW;
}
