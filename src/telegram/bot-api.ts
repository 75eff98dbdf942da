import { Telegram, TelegramError } from 'telegraf';
import { linkSignals } from '../async/linked-signal.js';
import type { TelegramFailure } from '../sending/outcome.js';

export interface BotApiOptions {
  token: string;
  apiRoot: string;
  /** How long an answer may take. Telegram itself may hold a request for 8 s. */
  timeoutMs: number;
}

/** A call that failed, with nothing in it but what may be logged: telegraf's own errors can hold the token. */
export class BotApiError extends Error {
  override readonly name = 'BotApiError';

  constructor(readonly failure: TelegramFailure) {
    super(
      failure.kind === 'answer' ? `${failure.code}: ${failure.description}` : `No answer: ${failure.code}`,
    );
  }
}

type Call = (method: string, payload: object, options: { signal: AbortSignal }) => Promise<unknown>;

/** The Bot API of one bot. Every call ends within the timeout, and no error tells the token. */
export class BotApi {
  readonly #telegram: Telegram;
  readonly #timeoutMs: number;
  readonly #token: string;

  constructor({ token, apiRoot, timeoutMs }: BotApiOptions) {
    // The trailing slash keeps telegraf from dropping a path of the root.
    this.#telegram = new Telegram(token, { apiRoot: `${apiRoot}/` });
    this.#timeoutMs = timeoutMs;
    this.#token = token;
  }

  /** @throws BotApiError */
  async call<T>(
    method: string,
    payload: object = {},
    signal?: AbortSignal,
    timeoutMs = this.#timeoutMs,
  ): Promise<T> {
    const limit = linkSignals(signal ? [signal] : [], timeoutMs);
    // callApi alone takes a signal, and its types know the methods of Bot API 7.1 only.
    const callApi = this.#telegram.callApi.bind(this.#telegram) as unknown as Call;
    try {
      return (await callApi(method, payload, { signal: limit.signal })) as T;
    } catch (error) {
      throw new BotApiError(this.#failureOf(error, limit.timedOut()));
    } finally {
      limit.unlink();
    }
  }

  #failureOf(error: unknown, timedOut: boolean): TelegramFailure {
    if (error instanceof TelegramError) {
      // What stands between us and Telegram may answer with a JSON of its own.
      if (!isAnswer(error.response)) return { kind: 'transport', code: 'INVALID_BODY' };
      return {
        kind: 'answer',
        code: error.code,
        description: error.description.replaceAll(this.#token, '[token]'),
        retryAfterSeconds: error.parameters?.retry_after,
        migrateToChatId: error.parameters?.migrate_to_chat_id?.toString(),
      };
    }
    if (timedOut) return { kind: 'transport', code: 'TIMEOUT' };
    const { code, type } = (error ?? {}) as { code?: unknown; type?: unknown };
    if (typeof code === 'string') return { kind: 'transport', code };
    return { kind: 'transport', code: type === 'invalid-json' ? 'INVALID_BODY' : 'UNKNOWN' };
  }
}

function isAnswer(response: unknown): boolean {
  const { error_code: code, description } = (response ?? {}) as Record<string, unknown>;
  return typeof code === 'number' && typeof description === 'string';
}

/** The public number of a bot, the part of its token before the colon. */
export function botIdOf(token: string): string {
  return token.slice(0, token.indexOf(':'));
}
