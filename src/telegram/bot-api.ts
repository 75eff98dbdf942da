import { Pool } from 'undici';
import { type TelegramFailure, readAnswer } from './answers.js';
import { HttpError, HttpExchange, type HttpAnswer, type HttpRequest } from './http-exchange.js';

export interface BotApiOptions {
  token: string;
  apiRoot: string;
  /** Time limit of an answer. Telegram may hold a request for 8 s. */
  timeoutMs: number;
}

export type CallOptions = Partial<Pick<HttpRequest, 'signal' | 'timeoutMs' | 'mayLeave'>>;

/** A failed call. Everything in it may be logged. */
export class BotApiError extends Error {
  override readonly name = 'BotApiError';

  constructor(readonly failure: TelegramFailure) {
    super(describe(failure));
  }
}

/** How long Telegram asks to wait; 0 if it does not. */
export function retryAfterMs({ failure }: BotApiError): number {
  return failure.kind === 'transport' ? 0 : (failure.retryAfterSeconds ?? 0) * 1000;
}

/** Above the size of 100 updates with the largest messages; a sent message takes a few kB. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
/** Far more than the engine keeps in flight. */
const MAX_CONNECTIONS = 512;
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * The Bot API of one bot, and the only connection from this process to Telegram. Follows no redirect, ends every call within
 * its timeout, and never puts the token into an error.
 */
export class BotApi {
  readonly #pool: Pool;
  readonly #path: string;
  readonly #timeoutMs: number;
  readonly #token: string;

  /** Does not connect yet. */
  constructor({ token, apiRoot, timeoutMs }: BotApiOptions) {
    const { origin, pathname } = new URL(apiRoot);
    this.#pool = new Pool(origin, {
      connections: MAX_CONNECTIONS,
      pipelining: 1,
      connect: { timeout: CONNECT_TIMEOUT_MS },
      maxResponseSize: MAX_ANSWER_BYTES,
      // The exchange has a timeout of its own.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    this.#path = `${pathname.replace(/\/+$/, '')}/bot${token}/`;
    this.#timeoutMs = timeoutMs;
    this.#token = token;
  }

  /**
   * @param options.timeoutMs begins when the request is written to a socket; connecting has its own timeout
   * @throws BotApiError
   * @throws TypeError if the payload has a file as {media: {url}}, which telegraf would fetch from this machine
   */
  async call<T>(
    method: string,
    payload: object = {},
    { signal, timeoutMs = this.#timeoutMs, mayLeave }: CallOptions = {},
  ): Promise<T> {
    refuseAddresses(payload);
    const body = JSON.stringify(payload);
    const answer = readAnswer(
      await this.#exchange({ path: this.#path + method, body, signal, timeoutMs, mayLeave }),
    );
    if (answer.ok) return answer.result as T;
    throw new BotApiError(this.#withoutToken(answer.failure));
  }

  /** Aborts the calls under way. */
  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  async #exchange(request: HttpRequest): Promise<HttpAnswer> {
    const { path, body, signal } = request;
    if (signal?.aborted) throw new BotApiError({ kind: 'transport', code: 'ABORTED', isWritten: false });
    const exchange = new HttpExchange(request);
    const headers = { 'content-type': 'application/json', 'user-agent': 'pollcast' };
    try {
      this.#pool.dispatch({ method: 'POST', path, headers, body }, exchange);
      return await exchange.answer;
    } catch (error) {
      const { code, isWritten } = error instanceof HttpError ? error : new HttpError('UNKNOWN', false);
      throw new BotApiError({ kind: 'transport', code, isWritten });
    }
  }

  #withoutToken(failure: TelegramFailure): TelegramFailure {
    if (failure.kind !== 'answer') return failure;
    return { ...failure, description: failure.description.replaceAll(this.#token, '[token]') };
  }
}

function describe(failure: TelegramFailure): string {
  switch (failure.kind) {
    case 'answer':
      return `${failure.code}: ${failure.description}`;
    case 'page':
      return `${failure.status}, and not in the words of Telegram`;
    case 'transport':
      return failure.isWritten ? `No answer: ${failure.code}` : `Not sent: ${failure.code}`;
  }
}

function refuseAddresses(payload: object): void {
  for (const [key, value] of Object.entries(payload)) {
    if (typeof value !== 'object' || value === null) continue;
    if (key === 'media' && [value].flat().some((file) => 'url' in file || 'source' in file))
      throw new TypeError('A file goes by its file_id or by an address as text, not as {media: {url}}.');
    refuseAddresses(value as object);
  }
}

/** Reads the public id of a bot, the part of its token before the colon. */
export function readBotId(token: string): string {
  return token.slice(0, token.indexOf(':'));
}
