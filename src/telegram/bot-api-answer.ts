import type { HttpAnswer } from './http-exchange.js';

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

export type BotApiAnswer = { ok: true; result: unknown } | { ok: false; failure: TelegramFailure };

/** Telegram says at most a week; anything else is no waiting time. */
const MAX_RETRY_AFTER_SECONDS = 604_800;

/** Tells Telegram's own answer from a page of what stands between us and Telegram. */
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
