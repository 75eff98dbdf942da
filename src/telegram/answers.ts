import { shorten } from '../kernel/shorten.js';
import { TelegramUserStatus, type Reachability } from '../people/telegram-user.entity.js';
import type { PersonReason, SendOutcome, StopCode } from '../engine/ports.js';
import type { HttpAnswer } from './http-exchange.js';

/** Why a Bot API call failed, without secrets. */
export type TelegramFailure =
  | {
      kind: 'answer';
      code: number;
      description: string;
      retryAfterSeconds?: number;
      migrateToChatId?: string;
    }
  /** A status with a body that is not Telegram's: a proxy or gateway has answered. */
  | { kind: 'page'; status: number; retryAfterSeconds?: number }
  /**
   * No usable answer; `code` is that of Node or undici (ECONNRESET, ...), or TIMEOUT, ABORTED, INVALID_BODY, UNKNOWN.
   * `isWritten`: some of the request may have left.
   */
  | { kind: 'transport'; code: string; isWritten: boolean };

export type BotApiAnswer = { ok: true; result: unknown } | { ok: false; failure: TelegramFailure };

/** Telegram's waiting times are a week at most; larger numbers are not waiting times. */
const MAX_RETRY_AFTER_SECONDS = 604_800;

/** Distinguishes Telegram's own answers from pages of proxies and gateways. */
export function readAnswer({ status, retryAfter, body }: HttpAnswer): BotApiAnswer {
  const json = parse(body);
  const isSuccess = status >= 200 && status < 300;
  if (isSuccess && json.ok === true) return { ok: true, result: json.result };
  const waitSeconds = seconds(retryAfter === undefined ? undefined : Number(retryAfter || NaN));
  const { error_code: code, description, parameters } = json;
  const isTelegrams =
    json.ok === false &&
    typeof code === 'number' &&
    typeof description === 'string' &&
    (isSuccess || code === status);
  if (isTelegrams) {
    const { retry_after: asked, migrate_to_chat_id: chatId } = record(parameters);
    return {
      ok: false,
      failure: {
        kind: 'answer',
        code,
        description,
        retryAfterSeconds: seconds(asked) ?? waitSeconds,
        migrateToChatId:
          typeof chatId === 'number' || typeof chatId === 'string' ? String(chatId) : undefined,
      },
    };
  }
  if (isSuccess) return { ok: false, failure: { kind: 'transport', code: 'INVALID_BODY', isWritten: true } };
  const asked = seconds(record(parameters).retry_after);
  return { ok: false, failure: { kind: 'page', status, retryAfterSeconds: asked ?? waitSeconds } };
}

function parse(body: string | undefined): Record<string, unknown> {
  try {
    return record(JSON.parse(body ?? ''));
  } catch {
    return {};
  }
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function seconds(value: unknown): number | undefined {
  if (typeof value !== 'number' || !(value >= 0 && value <= MAX_RETRY_AFTER_SECONDS)) return undefined;
  return value;
}

type Answer = Extract<TelegramFailure, { kind: 'answer' }>;
type Page = Extract<TelegramFailure, { kind: 'page' }>;

interface Rule {
  readonly code: number;
  /** Part of Telegram's description, case-insensitive. */
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
 * Telegram does not document its errors; these descriptions were observed. The first matching rule decides, or else the
 * status code alone.
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

/** Waiting time for a 429 that names none. */
const DEFAULT_RETRY_AFTER_SECONDS = 1;

const UNAVAILABLE: SendOutcome = { kind: 'outage', reason: 'TELEGRAM_UNAVAILABLE', isDelivered: 'no' };
const UNREACHABLE_NOW: SendOutcome = { kind: 'outage', reason: 'TELEGRAM_UNREACHABLE', isDelivered: 'no' };
/** A gateway may give up after Telegram has delivered the message. */
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

/** A proxy answers 4xx without passing the request on; its 5xx may come after the delivery. */
function classifyPage({ status, retryAfterSeconds }: Page): SendOutcome {
  if (status === 429) return throttled(retryAfterSeconds);
  if (status >= 500) return LOST_BY_GATEWAY;
  return status >= 400 ? UNAVAILABLE : REDIRECTED;
}

/** Classifies a failed sendMessage by what the engine must do. */
export function classify(failure: TelegramFailure): SendOutcome {
  if (failure.kind === 'answer') return classifyAnswer(failure);
  if (failure.kind === 'page') return classifyPage(failure);
  const { code, isWritten } = failure;
  if (isWritten) return { kind: 'ambiguous', reason: code === 'TIMEOUT' ? 'ANSWER_TIMEOUT' : 'ANSWER_LOST' };
  return code === 'ABORTED' ? { kind: 'notSent' } : UNREACHABLE_NOW;
}

const MAX_DETAIL = 300;
/** The form of a bot token, which a proxy might repeat. */
const BOT_TOKEN = /\d{5,}:[\w-]{20,}/g;

/** What was answered, for people, without secrets. */
export function describeFailure(failure: TelegramFailure): string {
  switch (failure.kind) {
    case 'answer':
      return shorten(`${failure.code} ${failure.description.replaceAll(BOT_TOKEN, '…')}`, MAX_DETAIL);
    case 'page':
      return `HTTP ${failure.status}, not from Telegram itself`;
    case 'transport':
      return `no answer: ${failure.code}`;
  }
}
