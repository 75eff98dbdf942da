import { badRequest } from './api-error.js';

/** The parameters of one request; the values are whatever the client sent. */
export type Params = Readonly<Record<string, unknown>>;

const NO_PARAMS: Params = {};

/**
 * Reads the parameters as the Bot API does: from the query string, then from the body over it.
 * @throws ApiError 400 when the body cannot be read
 */
export function parseParams(query: string, contentType: string, body: string): Params {
  const fromQuery = query === '' ? NO_PARAMS : Object.fromEntries(new URLSearchParams(query));
  if (body === '') return fromQuery;
  const fromBody = parseBody(contentType, body);
  return query === '' ? fromBody : { ...fromQuery, ...fromBody };
}

function parseBody(contentType: string, body: string): Params {
  if (contentType.startsWith('application/json')) {
    const parsed = parseJson(body);
    if (!isParams(parsed)) throw badRequest("can't parse JSON object: an object is expected");
    return parsed;
  }
  if (contentType.startsWith('multipart/'))
    throw badRequest('the sandbox takes JSON or urlencoded parameters');
  return Object.fromEntries(new URLSearchParams(body));
}

export function isParams(value: unknown): value is Params {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A string; numbers count as their digits, as in urlencoded requests. */
export function stringParam(params: Params, name: string): string | undefined {
  const value = params[name];
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : undefined;
}

/** A whole number, or undefined when absent or not one. */
export function integerParam(params: Params, name: string): number | undefined {
  return toInteger(params[name]);
}

export function flagParam(params: Params, name: string): boolean {
  const value = params[name];
  return value === true || value === 'true' || value === 'True' || value === '1' || value === 1;
}

/** A structured value: as it is in a JSON request, as JSON text in the other kinds. */
export function jsonParam(params: Params, name: string): unknown {
  const value = params[name];
  if (typeof value !== 'string') return value;
  return value === '' ? undefined : parseJson(value);
}

export function toInteger(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined;
  if (typeof value !== 'string' || !/^-?\d{1,16}$/.test(value)) return undefined;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : undefined;
}

/** @throws ApiError 400 "chat_id is empty" or "chat not found", as Telegram distinguishes them */
export function requireChatId(params: Params): number {
  const given = params.chat_id;
  if (given === undefined || given === null || given === '') throw badRequest('chat_id is empty');
  const chatId = toInteger(given);
  if (chatId === undefined || chatId === 0) throw badRequest('chat not found');
  return chatId;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw badRequest("can't parse JSON object");
  }
}
