import { describe, expect, test } from '@jest/globals';
import type { BotApiSandbox } from '@pollcast/bot-api-sandbox';
import { UNLIMITED, call, keyboard, send, startSandbox } from './support.js';

async function control(sandbox: BotApiSandbox, method: string, path: string, body?: unknown) {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  const response = await fetch(`${sandbox.url}/sandbox${path}`, init);
  return { status: response.status, body: await response.json() };
}

describe('control over HTTP', () => {
  test('shows counts, messages and calls, and no token', async () => {
    const sandbox = await startSandbox(UNLIMITED);
    for (const chatId of [7, 7, 8]) await send(sandbox, chatId);

    const overview = await control(sandbox, 'GET', '');
    expect(overview.body).toMatchObject({
      bot: { is_bot: true },
      messages: 3,
      calls: 3,
      throttled: 0,
      faults: 0,
    });
    expect(JSON.stringify(overview)).not.toContain(sandbox.token);
    expect((await control(sandbox, 'GET', '/messages?chat_id=7')).body).toMatchObject([
      { chatId: 7 },
      { chatId: 7 },
    ]);
    expect((await control(sandbox, 'GET', '/messages?limit=1')).body).toMatchObject([{ chatId: 8 }]);
    expect((await control(sandbox, 'GET', '/calls?limit=2')).body).toMatchObject([
      { status: 200 },
      { chatId: 8 },
    ]);
  });

  test('adds faults by name and clears them', async () => {
    const sandbox = await startSandbox(UNLIMITED);
    await control(sandbox, 'POST', '/faults', { answer: 'blocked', chatId: 7 });
    await control(sandbox, 'POST', '/faults', { answer: 'throttled', value: 9, chat_id: [8], times: 1 });
    expect(await send(sandbox, 7)).toMatchObject({ status: 403 });
    expect(await send(sandbox, 8)).toMatchObject({ status: 429, parameters: { retry_after: 9 } });
    expect(await control(sandbox, 'DELETE', '/faults')).toEqual({ status: 200, body: { faults: 0 } });
    expect(await send(sandbox, 7)).toMatchObject({ status: 200 });
  });

  test('speaks and presses as a user', async () => {
    const sandbox = await startSandbox(UNLIMITED);
    await send(sandbox, 7, keyboard({ text: 'Yes', callback_data: 'y' }));
    await control(sandbox, 'POST', '/users/7/says', { text: 'Hello' });
    await control(sandbox, 'POST', '/users/7/presses', { data: 'y' });
    expect((await call(sandbox, 'getUpdates')).result).toMatchObject([
      { message: { text: 'Hello', from: { id: 7 } } },
      { callback_query: { data: 'y', from: { id: 7 } } },
    ]);
  });

  test.each([
    ['POST', '/faults', {}, /^answer must be one of: throttled, /],
    ['POST', '/faults', { answer: 'toString' }, /^answer must be one of: throttled, /],
    ['POST', '/faults', { answer: 'slow' }, /^The answer slow needs a whole number as "value"$/],
    [
      'POST',
      '/faults',
      { answer: 'blocked', chatId: 'abc' },
      /^chatId must be a whole number or a list of them$/,
    ],
    ['POST', '/faults', { answer: 'blocked', times: 'x' }, /^times must be a number$/],
    ['POST', '/faults', { answer: 'blocked', probability: 3 }, /^probability must be from 0 to 1, not 3$/],
    ['POST', '/faults', [], /^The body must be a JSON object/],
    ['POST', '/users/abc/says', { text: 'x' }, /^A user's id is a whole number, not "abc"$/],
    ['POST', '/users/7/says', {}, /^Give the words as/],
    ['POST', '/users/7/presses', { text: 'Yes' }, /^Chat 7 has no message from the bot$/],
    ['GET', '/messages?limit=x', undefined, /^limit must be a whole number above 0$/],
    ['GET', '/messages?chat_id=x', undefined, /^chat_id must be a whole number, not "x"$/],
  ])('%s %s with %j is refused with a sentence', async (method, path, body, sentence) => {
    const sandbox = await startSandbox();
    const reply = await control(sandbox, method, path, body);
    expect(reply.status).toBe(400);
    expect((reply.body as { error: string }).error).toMatch(sentence);
  });

  test('an unknown route names the known ones', async () => {
    const sandbox = await startSandbox();
    const reply = await control(sandbox, 'GET', '/nothing');
    expect(reply.status).toBe(404);
    expect((reply.body as { error: string }).error).toContain('POST /sandbox/users/<id>/says');
  });
});
