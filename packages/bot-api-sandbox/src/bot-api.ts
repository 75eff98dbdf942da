import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApiError } from './api-error.js';
import { now } from './clock.js';
import type { SandboxCore } from './core.js';
import type { TakenFault } from './faults.js';
import { findMethod } from './methods/index.js';
import type { NamedMethod } from './methods/index.js';
import { isWellFormedToken } from './options.js';
import { parseParams, toInteger } from './params.js';
import type { Params } from './params.js';
import type { RecordedCall } from './record.js';
import { resetConnection, sendBody, sendFaultyBody, sendTruncated } from './transport.js';
import type { Delays } from './transport.js';

interface Answer {
  status: number;
  body: string;
}

interface Exchange {
  core: SandboxCore;
  delays: Delays;
  response: ServerResponse;
  call: RecordedCall;
}

/** What a client gets when an answer is to be cut although none was made. */
const EMPTY_RESULT = '{"ok":true,"result":{}}';

/**
 * Answers one request to /bot<token>/<method>.
 * @param body undefined when it was too large to read
 */
export async function answerBotApi(
  core: SandboxCore,
  delays: Delays,
  request: IncomingMessage,
  response: ServerResponse,
  body: string | undefined,
): Promise<void> {
  const at = now();
  const [path = '', query = ''] = (request.url ?? '').split('?', 2);
  const [, token = '', name = ''] = /^\/bot([^/]*)\/([^/]*)$/.exec(path) ?? [];
  const method = findMethod(name);
  let params: Params = {};
  let refusal = refuse(core, token, method);
  try {
    if (body === undefined) throw new ApiError(413, 'Request Entity Too Large');
    params = parseParams(query, request.headers['content-type'] ?? '', body);
  } catch (error) {
    refusal ??= toApiError(error);
  }
  const call = core.record.openCall(method?.name ?? name, recordedChat(params), at);
  const exchange: Exchange = { core, delays, response, call };
  if (method === undefined || refusal !== undefined) {
    answer(exchange, refuseWith(refusal ?? new ApiError(404, 'Not Found')));
    return;
  }
  await carryOut(exchange, method, params);
}

function refuse(core: SandboxCore, token: string, method: NamedMethod | undefined): ApiError | undefined {
  if (!isWellFormedToken(safeDecode(token))) return new ApiError(404, 'Not Found');
  if (safeDecode(token) !== core.options.token) return new ApiError(401, 'Unauthorized');
  return method === undefined ? new ApiError(404, 'Not Found: method not found') : undefined;
}

async function carryOut(exchange: Exchange, method: NamedMethod, params: Params): Promise<void> {
  const { core, call, response } = exchange;
  try {
    // A bot that has been told to wait hears nothing else, whatever the faults say.
    if (method.name === 'sendMessage') core.limits.refuseWhileWaiting(call.receivedAt);
  } catch (error) {
    answer(exchange, refuseWith(toApiError(error)));
    return;
  }
  const fault = core.faults.take(method.name, String(call.chatId ?? ''));
  if (fault?.answer.phase === 'before') {
    spoil(exchange, fault, { status: 200, body: EMPTY_RESULT });
    return;
  }
  let result: Answer;
  try {
    const clientGone = (): AbortSignal => abortedOnClose(response);
    const value = await method.run({ core, params, at: call.receivedAt, clientGone });
    result = { status: 200, body: JSON.stringify({ ok: true, result: value }) };
    call.accepted = true;
  } catch (error) {
    fault?.giveBack();
    answer(exchange, refuseWith(toApiError(error)), method.name);
    return;
  }
  if (fault === undefined) answer(exchange, result, method.name);
  else spoil(exchange, fault, result);
}

function answer({ core, delays, response, call }: Exchange, { status, body }: Answer, method = ''): void {
  const latency = method === 'getUpdates' ? 0 : core.options.latencyMs;
  delays.run(latency, () => {
    core.record.closeCall(call, status);
    sendBody(response, status, 'application/json', body);
  });
}

/** Gives a fault's answer in place of the right one. */
function spoil(exchange: Exchange, taken: TakenFault, right: Answer): void {
  const { core, delays, response, call } = exchange;
  const { answer: fault } = taken;
  call.fault = fault.kind;
  switch (fault.kind) {
    case 'api': {
      const { errorCode, description, parameters, pauseBot } = fault;
      if (pauseBot === true) core.limits.forceWait(parameters?.retry_after ?? 1, call.receivedAt);
      answer(exchange, refuseWith(new ApiError(errorCode, description, parameters)));
      return;
    }
    case 'body':
      core.record.closeCall(call, fault.status);
      sendFaultyBody(response, fault);
      return;
    case 'reset':
      core.record.closeCall(call, 0);
      resetConnection(response);
      return;
    case 'truncated':
      core.record.closeCall(call, right.status);
      sendTruncated(response, right.status, right.body, fault.close);
      return;
    case 'hang':
      core.record.closeCall(call, 0);
      return;
    case 'slow':
      delays.run(fault.ms, () => {
        answer(exchange, right);
      });
      return;
    case 'held':
      taken.hold(() => {
        answer(exchange, right);
      });
  }
}

function refuseWith({ errorCode, description, parameters }: ApiError): Answer {
  return {
    status: errorCode,
    body: JSON.stringify({ ok: false, error_code: errorCode, description, parameters }),
  };
}

/** A mistake of the sandbox's own must show in the test that met it. */
function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError(
    500,
    `Internal Server Error: ${error instanceof Error ? (error.stack ?? '') : String(error)}`,
  );
}

function abortedOnClose(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    controller.abort();
  });
  return controller.signal;
}

function recordedChat({ chat_id: chatId }: Params): number | string | undefined {
  if (typeof chatId !== 'string' && typeof chatId !== 'number') return undefined;
  return toInteger(chatId) ?? chatId;
}

function safeDecode(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
