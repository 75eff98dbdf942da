import { describe, expect, test } from '@jest/globals';
import { Telegram } from 'telegraf';
import type { TelegramError } from 'telegraf';
import { FAULT_ANSWERS, type FaultAnswer } from '@pollcast/bot-api-sandbox';
import { UNLIMITED, call, send, startSandbox } from './support.js';

/** An argument for the answers that take one. */
const VALUES: Record<string, number> = {
  throttled: 7,
  throttledBot: 7,
  migrated: -100123,
  slow: 80,
  nonJson: 503,
  nonJsonAfter: 200,
};

const CASES = Object.entries(FAULT_ANSWERS).map(([name, answer]): [string, FaultAnswer] => [
  name,
  typeof answer === 'function' ? answer(VALUES[name] ?? 0) : answer,
]);

function ofKind<K extends FaultAnswer['kind']>(kind: K): [string, Extract<FaultAnswer, { kind: K }>][] {
  return CASES.filter(
    (entry): entry is [string, Extract<FaultAnswer, { kind: K }>] => entry[1].kind === kind,
  );
}

/** What a client sees of a broken connection: a code, or undici's "terminated" with the code as cause. */
async function failureOf(request: Promise<unknown>): Promise<string> {
  const error = await request.then(
    () => new Error('answered'),
    (reason: unknown) => reason as Error,
  );
  const cause = error.cause as { code?: string } | undefined;
  return cause?.code ?? error.name;
}

describe('refusals on demand', () => {
  test.each(ofKind('api'))('%s', async (_, answer) => {
    const sandbox = await startSandbox(UNLIMITED);
    const handle = sandbox.faults.add({ answer, times: 1 });
    const telegram = new Telegram(sandbox.token, { apiRoot: sandbox.url });
    const error = (await telegram
      .sendMessage(7, 'Hello')
      .catch((reason: unknown) => reason)) as TelegramError;

    // telegraf drops the bodies of 5xx answers, so only the record can tell.
    const [recorded] = sandbox.calls;
    expect(recorded).toMatchObject({
      status: answer.errorCode,
      fault: 'api',
      accepted: answer.phase === 'after',
    });
    expect(error).toBeInstanceOf(Error);
    if (answer.errorCode < 500) {
      expect(error.response).toMatchObject({ error_code: answer.errorCode, description: answer.description });
      expect(error.response.parameters).toEqual(answer.parameters);
    }
    expect(sandbox.messages).toHaveLength(answer.phase === 'after' ? 1 : 0);
    expect(handle.hits).toBe(1);
  });

  test('throttledBot makes the whole bot wait, until the faults are cleared', async () => {
    const sandbox = await startSandbox(UNLIMITED);
    sandbox.faults.add({ chatId: 7, times: 1, answer: FAULT_ANSWERS.throttledBot(60) });
    await send(sandbox, 7);

    const other = await send(sandbox, 8);
    expect(other).toMatchObject({ status: 429, parameters: { retry_after: 60 } });
    expect(sandbox.throttled).toBe(2);
    sandbox.faults.clear();
    expect(await send(sandbox, 8)).toMatchObject({ status: 200 });
  });

  test('throttled leaves other chats alone', async () => {
    const sandbox = await startSandbox(UNLIMITED);
    sandbox.faults.add({ chatId: 7, answer: FAULT_ANSWERS.throttled(3600) });
    expect(await send(sandbox, 7)).toMatchObject({ status: 429, parameters: { retry_after: 3600 } });
    expect(await send(sandbox, 8)).toMatchObject({ status: 200 });
  });
});

describe('broken transport on demand', () => {
  test.each(ofKind('reset'))('%s', async (_, answer) => {
    const sandbox = await startSandbox(UNLIMITED);
    sandbox.faults.add({ answer, times: 1 });
    expect(['ECONNRESET', 'UND_ERR_SOCKET']).toContain(await failureOf(send(sandbox, 7)));
    expect(sandbox.messages).toHaveLength(answer.phase === 'after' ? 1 : 0);
    expect(sandbox.calls).toMatchObject([{ status: 0, fault: 'reset', accepted: answer.phase === 'after' }]);
    expect(await send(sandbox, 7)).toMatchObject({ ok: true });
  });

  test.each(ofKind('truncated'))('%s', async (_, answer) => {
    const sandbox = await startSandbox(UNLIMITED);
    sandbox.faults.add({ answer, times: 1 });
    const impatient = new AbortController();
    const failure = failureOf(call(sandbox, 'sendMessage', { chat_id: 7, text: 'Hello' }, impatient.signal));
    await sandbox.waitUntil(() => sandbox.calls[0]?.fault === 'truncated');
    if (!answer.close) impatient.abort();
    expect(await failure).toBe(answer.close ? 'UND_ERR_SOCKET' : 'AbortError');
    expect(sandbox.messages).toHaveLength(answer.phase === 'after' ? 1 : 0);
    expect(sandbox.calls).toMatchObject([{ status: 200, fault: 'truncated' }]);
  });

  test.each(ofKind('hang'))('%s', async (_, answer) => {
    const sandbox = await startSandbox(UNLIMITED);
    sandbox.faults.add({ answer, times: 1 });
    const impatient = new AbortController();
    const failure = failureOf(call(sandbox, 'sendMessage', { chat_id: 7, text: 'Hello' }, impatient.signal));
    await sandbox.waitUntil(() => sandbox.calls[0]?.fault === 'hang');
    impatient.abort();
    expect(await failure).toBe('AbortError');
    expect(sandbox.messages).toHaveLength(answer.phase === 'after' ? 1 : 0);
  });

  test.each(ofKind('body'))('%s', async (_, answer) => {
    const sandbox = await startSandbox(UNLIMITED);
    sandbox.faults.add({ answer, method: '*', times: 1 });
    const address = `${sandbox.url}/bot${sandbox.token}/sendMessage?chat_id=7&text=Hello`;
    const response = await fetch(address, { redirect: 'manual' });
    expect(response.status).toBe(answer.status);
    expect(response.headers.get('content-type')).toBe(answer.contentType);
    for (const [name, value] of Object.entries(answer.headers ?? {}))
      expect(response.headers.get(name)).toBe(value);
    const body = answer.body.padEnd(answer.fillTo ?? 0);
    expect((await response.text()) === body.slice(0, answer.contentLength)).toBe(true);
    expect(sandbox.messages).toHaveLength(answer.phase === 'after' ? 1 : 0);
  });

  test.each(ofKind('slow'))('%s', async (_, answer) => {
    const sandbox = await startSandbox(UNLIMITED);
    sandbox.faults.add({ answer, times: 1 });
    const start = performance.now();
    expect(await send(sandbox, 7)).toMatchObject({ ok: true });
    expect(performance.now() - start).toBeGreaterThanOrEqual(answer.ms - 1);
  });

  test('held, the right answer comes when it is let go', async () => {
    const sandbox = await startSandbox(UNLIMITED);
    const held = sandbox.faults.add({ answer: FAULT_ANSWERS.held });
    const answered: number[] = [];
    const sends = [7, 8, 9].map(async (chat) => {
      const { status } = await send(sandbox, chat);
      answered.push(status);
    });
    await sandbox.waitUntil(() => held.hits === 3);
    expect(sandbox.messages).toHaveLength(3);
    expect(sandbox.calls.map(({ status }) => status)).toEqual([0, 0, 0]);

    held.release(1);
    await Promise.race(sends);
    expect(sandbox.calls.filter(({ status }) => status === 200)).toHaveLength(1);
    held.release(3);
    await Promise.all(sends);
    expect(answered).toEqual([200, 200, 200]);

    // One more was let go than there were.
    expect(await send(sandbox, 10)).toMatchObject({ status: 200 });
    const last = send(sandbox, 11);
    await sandbox.waitUntil(() => held.hits === 5);
    sandbox.faults.clear();
    expect(await last).toMatchObject({ status: 200 });
  });

  test('an answer cannot be lost when the request itself is refused', async () => {
    const sandbox = await startSandbox(UNLIMITED);
    const handle = sandbox.faults.add({ answer: FAULT_ANSWERS.resetAfter, times: 1 });
    expect(await send(sandbox, 7, { text: '' })).toMatchObject({ status: 400 });
    expect(handle.hits).toBe(0);
    await expect(send(sandbox, 7)).rejects.toThrow();
    expect(handle.hits).toBe(1);
  });
});

describe('rules', () => {
  test('apply by method, chat, and count; the first that matches wins', async () => {
    const sandbox = await startSandbox(UNLIMITED);
    sandbox.faults.add({ chatId: [7, '9'], after: 1, times: 1, answer: FAULT_ANSWERS.blocked });
    sandbox.faults.add({ chatId: '7', times: 2, answer: FAULT_ANSWERS.serverError });
    sandbox.faults.add({ method: 'getMe', answer: FAULT_ANSWERS.unauthorized });

    const statuses = [];
    for (const chatId of [7, 8, 9, 7, 7]) statuses.push((await send(sandbox, chatId)).status);
    expect(statuses).toEqual([500, 200, 403, 500, 200]);
    expect(await call(sandbox, 'getMe')).toMatchObject({ status: 401 });
  });

  test('can be removed one by one', async () => {
    const sandbox = await startSandbox(UNLIMITED);
    const handle = sandbox.faults.add({ answer: FAULT_ANSWERS.blocked });
    expect(await send(sandbox, 7)).toMatchObject({ status: 403 });
    handle.remove();
    expect(await send(sandbox, 7)).toMatchObject({ status: 200 });
    expect(handle.hits).toBe(1);
  });

  test('at random, equal seeds give equal draws and the share asked for', async () => {
    const draw = async (seed: number): Promise<string> => {
      const sandbox = await startSandbox({ ...UNLIMITED, seed });
      sandbox.faults.add({ probability: 0.3, answer: FAULT_ANSWERS.serverError });
      for (let chat = 1; chat <= 200; chat++) await send(sandbox, chat);
      return sandbox.calls.map(({ status }) => (status === 500 ? 'x' : '.')).join('');
    };
    const [one, same, other] = [await draw(5), await draw(5), await draw(6)];
    expect(same).toBe(one);
    expect(other).not.toBe(one);
    expect(one.split('x').length - 1).toBeGreaterThan(35);
    expect(one.split('x').length - 1).toBeLessThan(85);
  });

  test.each([
    [{ times: 0 }, 'times must be 1 or more, not 0'],
    [{ after: -1 }, 'after must be 0 or more, not -1'],
    [{ probability: 2 }, 'probability must be from 0 to 1, not 2'],
  ])('refuse %j', async (numbers, message) => {
    const sandbox = await startSandbox();
    expect(() => sandbox.faults.add({ ...numbers, answer: FAULT_ANSWERS.blocked })).toThrow(message);
  });
});
