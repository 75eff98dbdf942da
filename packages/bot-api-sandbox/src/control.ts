import type { IncomingMessage, ServerResponse } from 'node:http';
import { listChats, pressAndWait, readChat } from './chats.js';
import { FAULT_ANSWERS } from './fault-answers.js';
import type { SandboxCore } from './core.js';
import type { FaultAnswer } from './fault-types.js';
import { isParams, stringParam, toInteger } from './params.js';
import type { Params } from './params.js';
import { sendJson } from './transport.js';
import type { ButtonChoice, SandboxUser } from './users.js';

/** Input that cannot be used; the message says what would be right. */
class InputError extends Error {}

interface ControlRequest {
  core: SandboxCore;
  query: URLSearchParams;
  body: Params;
  /** The <id> of the path, for routes that have one. */
  id: number;
}

type Handler = (request: ControlRequest) => unknown;

const ROUTES: readonly [method: string, path: RegExp, handler: Handler][] = [
  ['GET', /^\/sandbox\/?$/, overview],
  ['GET', /^\/sandbox\/messages$/, listMessages],
  ['GET', /^\/sandbox\/calls$/, listCalls],
  ['POST', /^\/sandbox\/faults$/, addFault],
  ['DELETE', /^\/sandbox\/faults$/, clearFaults],
  ['POST', /^\/sandbox\/users\/([^/]+)\/says$/, say],
  ['POST', /^\/sandbox\/users\/([^/]+)\/presses$/, press],
  ['GET', /^\/sandbox\/chats$/, ({ core }) => listChats(core)],
  ['GET', /^\/sandbox\/chats\/([^/]+)$/, ({ core, id }) => readChat(core, id)],
  ['POST', /^\/sandbox\/chats\/([^/]+)\/presses$/, pressForAnswer],
];

/** Answers one request under /sandbox: for people, and for processes that hold no sandbox object. */
export async function answerControl(
  core: SandboxCore,
  request: IncomingMessage,
  response: ServerResponse,
  body: string | undefined,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://sandbox');
  const route = ROUTES.find(([method, path]) => method === request.method && path.test(url.pathname));
  if (route === undefined) {
    const known = ROUTES.map(([method, path]) => `${method} ${readable(path)}`).join(', ');
    sendJson(response, 404, { error: `There is no such route. There are: ${known}` });
    return;
  }
  const [, path, handler] = route;
  try {
    const id = readId(path.exec(url.pathname)?.[1]);
    sendJson(response, 200, await handler({ core, query: url.searchParams, body: readJson(body), id }));
  } catch (error) {
    // Errors of the sandbox's users and fault rules are sentences for the caller, too.
    sendJson(response, 400, { error: error instanceof Error ? error.message : String(error) });
  }
}

function overview({ core }: ControlRequest): unknown {
  const { messagesPerSecond, chatMessagesPerSecond, chatBurst } = core.options;
  return {
    bot: core.bot,
    calls: core.record.calls.length,
    messages: core.record.messages.length,
    throttled: core.record.throttled,
    faults: core.faults.size,
    pendingUpdates: core.updates.pending.length,
    webhook: core.webhook.target?.url ?? null,
    limits: { messagesPerSecond, chatMessagesPerSecond, chatBurst },
    answers: Object.keys(FAULT_ANSWERS),
  };
}

function listMessages({ core, query }: ControlRequest): unknown {
  const chat = query.get('chat_id');
  if (chat === null) return core.record.messages.slice(-readLimit(query));
  const chatId = toInteger(chat);
  if (chatId === undefined) throw new InputError(`chat_id must be a whole number, not "${chat}"`);
  return core.record.messagesTo(chatId).slice(-readLimit(query));
}

function listCalls({ core, query }: ControlRequest): unknown {
  return core.record.calls.slice(-readLimit(query));
}

function addFault({ core, body }: ControlRequest): unknown {
  const { method, chatId = body.chat_id } = body;
  if (method !== undefined && typeof method !== 'string') throw new InputError('method must be a string');
  core.faults.add({
    method,
    chatId: readChats(chatId),
    times: readNumber(body, 'times'),
    probability: readNumber(body, 'probability'),
    after: readNumber(body, 'after'),
    answer: readAnswer(body),
  });
  return { faults: core.faults.size };
}

function clearFaults({ core }: ControlRequest): unknown {
  core.faults.clear();
  return { faults: 0 };
}

async function say({ core, body, id }: ControlRequest): Promise<unknown> {
  const text = stringParam(body, 'text');
  if (text === undefined || text === '') throw new InputError('Give the words as {"text": "..."}');
  return core.users.says(await readUser(core, body, id), text);
}

async function press({ core, body, id }: ControlRequest): Promise<unknown> {
  return core.users.press(id, await readChoice(core, body, id)).update;
}

async function pressForAnswer({ core, body, id }: ControlRequest): Promise<unknown> {
  return pressAndWait(core, id, await readChoice(core, body, id));
}

async function readChoice(core: SandboxCore, body: Params, id: number): Promise<ButtonChoice> {
  const messageId = readNumber(body, 'messageId') ?? readNumber(body, 'message_id');
  const from = id > 0 ? await readUser(core, body, id) : undefined;
  return { text: stringParam(body, 'text'), data: stringParam(body, 'data'), messageId, from };
}

/** The person as known, but for the language where one is given. */
async function readUser({ users }: SandboxCore, body: Params, id: number): Promise<SandboxUser> {
  const person = await users.introduce(id);
  const languageCode = stringParam(body, 'languageCode') ?? '';
  return languageCode === '' ? person : { ...person, language_code: languageCode };
}

/** By name, with `value` for the answers that take a number; or as {status, body, headers, after}. */
function readAnswer({ answer: name, value }: Params): FaultAnswer {
  if (isParams(name)) return readOwnAnswer(name);
  const names = Object.keys(FAULT_ANSWERS).join(', ');
  if (typeof name !== 'string' || !Object.hasOwn(FAULT_ANSWERS, name)) {
    throw new InputError(`answer must be one of: ${names}`);
  }
  const answer = FAULT_ANSWERS[name as keyof typeof FAULT_ANSWERS];
  if (typeof answer !== 'function') return answer;
  const number = toInteger(value);
  if (number === undefined) throw new InputError(`The answer ${name} needs a whole number as "value"`);
  return answer(number);
}

function readOwnAnswer(answer: Params): FaultAnswer {
  const { body = '', headers = {}, after = false } = answer;
  const status = readNumber(answer, 'status');
  if (status === undefined || !Number.isInteger(status) || status < 200 || status > 599)
    throw new InputError('status must be a whole number from 200 to 599');
  const isTextual = isParams(headers) && Object.values(headers).every((text) => typeof text === 'string');
  if (!isTextual) throw new InputError('headers must be an object of strings');
  return {
    kind: 'body',
    phase: after === true ? 'after' : 'before',
    status,
    contentType: typeof body === 'string' ? 'text/html' : 'application/json',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: headers as Record<string, string>,
  };
}

function readChats(value: unknown): number[] | undefined {
  if (value === undefined) return undefined;
  const chats = [value].flat().map(toInteger);
  if (chats.length === 0 || chats.includes(undefined)) {
    throw new InputError('chatId must be a whole number or a list of them');
  }
  return chats.filter((chat) => chat !== undefined);
}

function readNumber(body: Params, name: string): number | undefined {
  const value = body[name];
  if (value === undefined || typeof value === 'number') return value;
  throw new InputError(`${name} must be a number`);
}

function readLimit(query: URLSearchParams): number {
  const limit = toInteger(query.get('limit') ?? '100');
  if (limit === undefined || limit < 1) throw new InputError('limit must be a whole number above 0');
  return limit;
}

function readId(segment: string | undefined): number {
  if (segment === undefined) return 0;
  const id = toInteger(segment);
  if (id === undefined || id === 0) throw new InputError(`A user's id is a whole number, not "${segment}"`);
  return id;
}

function readJson(body: string | undefined): Params {
  if (body === '') return {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(body ?? '');
  } catch {
    parsed = undefined;
  }
  if (!isParams(parsed)) throw new InputError('The body must be a JSON object of at most 1 MB');
  return parsed;
}

function readable(path: RegExp): string {
  return path.source
    .replace(/^\^|\/\?\$$|\$$/g, '')
    .replaceAll('\\/', '/')
    .replace('([^/]+)', '<id>');
}
