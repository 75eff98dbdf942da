import { createServer } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, describe, expect, test } from '@jest/globals';
import { BotApi, BotApiError } from '../../src/telegram/bot-api.js';
import { FAULT_ANSWERS, type FaultAnswer } from '@pollcast/bot-api-sandbox';
import { createTelegraf } from '../../src/telegram/telegraf.js';
import { startSandbox, UNLIMITED } from '../packages/bot-api-sandbox/support.js';

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(undo.splice(0).map((step) => step()));
});

const MESSAGE = { chat_id: 1_000_001, text: 'Hello' };

function connect(token: string, apiRoot: string, timeoutMs = 60_000): BotApi {
  const botApi = new BotApi({ token, apiRoot, timeoutMs });
  undo.push(() => botApi.close());
  return botApi;
}

async function failureOf(call: Promise<unknown>): Promise<unknown> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof BotApiError)) throw error;
  return error.failure;
}

function json(status: number, value: unknown, headers?: Record<string, string>): FaultAnswer {
  const body = JSON.stringify(value);
  return { kind: 'body', phase: 'before', status, contentType: 'application/json', body, headers };
}

const INVALID = { kind: 'transport', code: 'INVALID_BODY', isWritten: true };
const BROKEN = { kind: 'transport', code: 'UND_ERR_SOCKET', isWritten: true };
const refusal = { ok: false, error_code: 400, description: 'Bad Request: x' };

describe('what a call tells of an answer', () => {
  test.each<[string, FaultAnswer, object]>([
    ['a refusal', json(400, refusal), { kind: 'answer', code: 400, description: 'Bad Request: x' }],
    ['a refusal with 200', json(200, refusal), { kind: 'answer', code: 400 }],
    ['a refusal that says another code', json(403, refusal), { kind: 'page', status: 403 }],
    ['a JSON that is not of Telegram', json(403, { message: 'Forbidden' }), { kind: 'page', status: 403 }],
    ['a JSON that is no object', json(200, null), INVALID],
    ['a page with 200', FAULT_ANSWERS.nonJson(200), INVALID],
    ['a page with 504', FAULT_ANSWERS.nonJson(504), { kind: 'page', status: 504 }],
    ['a page with 413', FAULT_ANSWERS.nonJson(413), { kind: 'page', status: 413 }],
    ['a body cut short', FAULT_ANSWERS.truncatedBefore, BROKEN],
    ['a reset', FAULT_ANSWERS.resetBefore, { kind: 'transport', isWritten: true }],
    [
      'more than anybody reads',
      FAULT_ANSWERS.hugeAfter,
      { kind: 'transport', code: 'UND_ERR_RES_EXCEEDED_MAX_SIZE', isWritten: true },
    ],
    ['a body that is longer than it says', FAULT_ANSWERS.shortLengthAfter, INVALID],
    ['a page of an error that is too large', { ...FAULT_ANSWERS.hugeAfter, status: 502 }, { kind: 'page' }],
  ])('%s', async (_name, answer, failure) => {
    const sandbox = await startSandbox(UNLIMITED);
    sandbox.faults.add({ answer, times: 1 });
    const botApi = connect(sandbox.token, sandbox.url);
    expect(await failureOf(botApi.call('sendMessage', MESSAGE))).toMatchObject(failure);
    // Whatever it was, the next call works.
    await botApi.call('sendMessage', MESSAGE);
  });

  const asked = (retry_after: unknown) => ({
    ok: false,
    error_code: 429,
    description: 'Too Many Requests',
    parameters: { retry_after },
  });
  const header = { 'retry-after': '4' };
  test.each<[string, FaultAnswer, number | undefined]>([
    ['a number', json(429, asked(7), header), 7],
    ['zero', json(429, asked(0), header), 0],
    ['a week', json(429, asked(604_800), header), 604_800],
    ['more than a week', json(429, asked(604_801), header), 4],
    ['1e300', json(429, asked(1e300)), undefined],
    ['a negative one', json(429, asked(-1), header), 4],
    ['a word', json(429, asked('soon'), header), 4],
    ['nothing', json(429, {}, header), 4],
    ['nothing at all', json(429, {}), undefined],
    ['a page', FAULT_ANSWERS.throttledHtml, 1],
    ['a header that is a date', json(429, {}, { 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' }), undefined],
    ['a header that is empty', json(429, {}, { 'retry-after': '' }), undefined],
  ])('429 that asks for %s', async (_name, answer, seconds) => {
    const sandbox = await startSandbox(UNLIMITED);
    sandbox.faults.add({ answer, times: 1 });
    const failure = await failureOf(connect(sandbox.token, sandbox.url).call('sendMessage', MESSAGE));
    expect(failure).toMatchObject({ retryAfterSeconds: seconds });
  });
});

describe('the port to the Bot API', () => {
  test('follows no redirect', async () => {
    const elsewhere = await startSandbox(UNLIMITED);
    const sandbox = await startSandbox(UNLIMITED);
    const location = `${elsewhere.url}/bot${sandbox.token}/sendMessage`;
    for (const status of [301, 302, 303, 307, 308])
      sandbox.faults.add({ answer: json(status, {}, { location }), times: 1 });
    const botApi = connect(sandbox.token, sandbox.url);
    for (const status of [301, 302, 303, 307, 308])
      expect(await failureOf(botApi.call('sendMessage', MESSAGE))).toEqual({ kind: 'page', status });
    expect(elsewhere.calls).toEqual([]);
  });

  test('counts the time of an answer from when the request is written', async () => {
    // It takes the connection, keeps silent for longer than an answer may take, and ends it before TLS is made.
    const server = createServer((socket) => setTimeout(() => socket.destroy(), 400));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    undo.push(
      () =>
        new Promise<void>(
          (resolve) =>
            void server.close(() => {
              resolve();
            }),
        ),
    );
    const { port } = server.address() as { port: number };
    const botApi = connect('1:token', `https://127.0.0.1:${port}`, 50);
    const failure = await failureOf(botApi.call('sendMessage', MESSAGE));
    expect(failure).toMatchObject({ kind: 'transport', isWritten: false });
    expect(failure).not.toMatchObject({ code: 'TIMEOUT' });
  });

  test('tells a timeout, a caller who gives up and a connection that is not made apart', async () => {
    const sandbox = await startSandbox(UNLIMITED);
    sandbox.faults.add({ answer: FAULT_ANSWERS.hangBefore });
    const botApi = connect(sandbox.token, sandbox.url, 100);
    expect(await failureOf(botApi.call('sendMessage', MESSAGE))).toEqual({
      kind: 'transport',
      code: 'TIMEOUT',
      isWritten: true,
    });
    const giveUp = new AbortController();
    const call = failureOf(botApi.call('sendMessage', MESSAGE, { signal: giveUp.signal, timeoutMs: 60_000 }));
    await sandbox.waitUntil(() => sandbox.calls.length === 2);
    giveUp.abort();
    expect(await call).toEqual({ kind: 'transport', code: 'ABORTED', isWritten: true });
    const late = botApi.call('sendMessage', MESSAGE, { signal: giveUp.signal });
    expect(await failureOf(late)).toEqual({ kind: 'transport', code: 'ABORTED', isWritten: false });
    const refused = botApi.call('sendMessage', MESSAGE, { mayLeave: () => false });
    expect(await failureOf(refused)).toEqual({ kind: 'transport', code: 'ABORTED', isWritten: false });
    expect(sandbox.calls).toHaveLength(2);
    await sandbox.close();
    expect(await failureOf(connect(sandbox.token, sandbox.url).call('getMe'))).toEqual({
      kind: 'transport',
      code: 'ECONNREFUSED',
      isWritten: false,
    });
  });

  test('keeps a path of the root, and tells the token to nobody', async () => {
    const sandbox = await startSandbox(UNLIMITED);
    const { token } = sandbox;
    sandbox.faults.add({ answer: json(400, { ...refusal, description: `Bad Request: bot${token}` }) });
    const botApi = connect(token, `${sandbox.url}/`);
    const error: unknown = await botApi.call('sendMessage', MESSAGE).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ failure: { description: 'Bad Request: bot[token]' } });
    const below = connect(token, `${sandbox.url}/below/`);
    expect(await failureOf(below.call('getMe'))).toMatchObject({ code: 404 });
    const [, secret = ''] = token.split(':');
    for (const thing of [error, botApi, below])
      expect(inspect(thing, { depth: 20, showHidden: true })).not.toContain(secret);
  });

  test('refuses a file that other clients would fetch from this machine', async () => {
    const botApi = connect('1:token', 'http://127.0.0.1:9');
    const file = { url: 'http://169.254.169.254/' };
    for (const payload of [{ media: file }, { media: [{ type: 'photo', media: file }] }])
      await expect(botApi.call('sendMediaGroup', payload)).rejects.toThrow(TypeError);
  });

  test('is the way of telegraf, too', async () => {
    const sandbox = await startSandbox(UNLIMITED);
    const botApi = connect(sandbox.token, sandbox.url);
    const telegraf = createTelegraf(botApi, await botApi.call('getMe'));
    telegraf.on('message', (context) => context.reply('Hello'));
    const update = sandbox.userSays(1_000_001, 'Good morning');
    await telegraf.handleUpdate(update as Parameters<typeof telegraf.handleUpdate>[0]);
    await telegraf.telegram.sendMessage(1_000_001, 'again');
    expect(sandbox.messagesTo(1_000_001).map(({ text }) => text)).toEqual(['Hello', 'again']);
    telegraf.on('edited_message', () => Promise.reject(new Error('not now')));
    const edited = { update_id: 1, edited_message: (update as { message: object }).message };
    await expect(
      telegraf.handleUpdate(edited as Parameters<typeof telegraf.handleUpdate>[0]),
    ).rejects.toThrow('not now');
  });
});
