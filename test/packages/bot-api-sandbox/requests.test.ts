import { describe, expect, test } from '@jest/globals';
import { Telegram } from 'telegraf';
import { SANDBOX_TOKEN, startBotApiSandbox } from '@pollcast/bot-api-sandbox';
import { call, UNLIMITED, keyboard, send, startSandbox } from './support.js';

describe('requests', () => {
  test('telegraf gets the bot and sends a message', async () => {
    const sandbox = await startSandbox({ botUsername: 'example_bot' });
    const telegram = new Telegram(sandbox.token, { apiRoot: sandbox.url });

    const me = await telegram.getMe();
    const message = await telegram.sendMessage(7, '<b>Hi</b> &amp; bye', {
      parse_mode: 'HTML',
      reply_markup: { inline_keyboard: [[{ text: 'Yes', callback_data: 'yes' }]] },
    });

    expect(me).toMatchObject({ id: 4200000000, is_bot: true, username: 'example_bot' });
    expect(message).toMatchObject({
      text: 'Hi & bye',
      chat: { id: 7, type: 'private' },
      entities: [{ type: 'bold', offset: 0, length: 2 }],
      reply_markup: { inline_keyboard: [[{ text: 'Yes', callback_data: 'yes' }]] },
    });
    expect(sandbox.messagesTo(7)).toMatchObject([
      { messageId: message.message_id, text: '<b>Hi</b> &amp; bye', parseMode: 'HTML', deleted: false },
    ]);
  });

  test.each([
    ['the query string', '?chat_id=7&text=Hello', {}],
    [
      'an urlencoded body',
      '',
      { method: 'POST', body: new URLSearchParams({ chat_id: '7', text: 'Hello' }) },
    ],
    [
      'a JSON body',
      '',
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"chat_id":"7","text":"Hello"}',
      },
    ],
  ])('takes parameters from %s', async (_, query, init) => {
    const sandbox = await startSandbox();
    const response = await fetch(`${sandbox.url}/bot${sandbox.token}/sendmessage${query}`, init);
    expect(response.status).toBe(200);
    expect(sandbox.messages).toMatchObject([{ chatId: 7, text: 'Hello' }]);
  });

  test.each([
    ['a wrong token', `/bot4200000000:${'x'.repeat(35)}/getMe`, 401, 'Unauthorized'],
    ['a malformed token', '/botnonsense/getMe', 404, 'Not Found'],
    ['no method', `/bot${SANDBOX_TOKEN}`, 404, 'Not Found'],
    ['an unknown method', `/bot${SANDBOX_TOKEN}/sendNothing`, 404, 'Not Found: method not found'],
    ['another path', '/nothing', 404, 'Not Found'],
  ])('refuses %s', async (_, path, status, description) => {
    const sandbox = await startSandbox();
    const response = await fetch(sandbox.url + path);
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ ok: false, error_code: status, description });
  });

  test('records requests with their time and status, and never a token', async () => {
    const sandbox = await startSandbox();
    const before = Date.now();
    await send(sandbox, 7);
    await send(sandbox, 7, { text: '' });
    await fetch(`${sandbox.url}/botnonsense/getMe`);

    expect(sandbox.calls).toMatchObject([
      { method: 'sendMessage', chatId: 7, status: 200, accepted: true, fault: undefined },
      { method: 'sendMessage', chatId: 7, status: 400, accepted: false, fault: undefined },
      { method: 'getMe', chatId: undefined, status: 404, accepted: false },
    ]);
    expect(sandbox.calls[0]?.receivedAt).toBeGreaterThan(before - 5);
    expect(sandbox.calls[0]?.receivedAt).toBeLessThan(Date.now() + 5);
    expect(JSON.stringify([sandbox.calls, sandbox.messages])).not.toContain(SANDBOX_TOKEN.slice(11));

    sandbox.clear();
    expect([sandbox.calls, sandbox.messages, sandbox.messagesTo(7)]).toEqual([[], [], []]);
  });

  test('an answer takes the latency asked for', async () => {
    const sandbox = await startSandbox({ latencyMs: 60 });
    const start = performance.now();
    await send(sandbox, 7);
    expect(performance.now() - start).toBeGreaterThanOrEqual(59);
  });

  test('a wrong option is refused without quoting the token', async () => {
    await expect(startBotApiSandbox({ token: 'secret' })).rejects.toThrow(
      'token must look like 1234567890:AAAA...',
    );
    await expect(startBotApiSandbox({ messagesPerSecond: 0 })).rejects.toThrow(
      'messagesPerSecond must be above 0, not 0',
    );
  });
});

describe('checks of sendMessage', () => {
  const button = (more: Record<string, string>) => keyboard({ text: 'Press', ...more });

  test.each([
    ['no chat', { chat_id: undefined }, 'Bad Request: chat_id is empty'],
    ['an empty chat', { chat_id: '' }, 'Bad Request: chat_id is empty'],
    ['a chat that is no number', { chat_id: 'abc' }, 'Bad Request: chat not found'],
    ['a chat of zero', { chat_id: 0 }, 'Bad Request: chat not found'],
    ['no text', { text: undefined }, 'Bad Request: message text is empty'],
    ['white space', { text: ' \n ' }, 'Bad Request: message text is empty'],
    ['nothing but markup', { text: '<b></b>', parse_mode: 'HTML' }, 'Bad Request: message text is empty'],
    ['4097 characters', { text: 'x'.repeat(4097) }, 'Bad Request: message is too long'],
    ['an unknown parse mode', { parse_mode: 'RTF' }, 'Bad Request: unsupported parse_mode'],
    ['65 bytes of data', button({ callback_data: 'x'.repeat(65) }), 'Bad Request: BUTTON_DATA_INVALID'],
    [
      '33 characters of 2 bytes',
      button({ callback_data: 'ж'.repeat(33) }),
      'Bad Request: BUTTON_DATA_INVALID',
    ],
    ['empty data', button({ callback_data: '' }), 'Bad Request: BUTTON_DATA_INVALID'],
    ['a host without a dot', button({ url: 'http://localhost' }), 'Bad Request: BUTTON_URL_INVALID'],
    ['a url of another scheme', button({ url: 'ftp://example.org' }), 'Bad Request: BUTTON_URL_INVALID'],
    ['a url with a space', button({ url: 'https://example.org/a b' }), 'Bad Request: BUTTON_URL_INVALID'],
    [
      'a button without text',
      keyboard({ callback_data: 'x' }),
      'Bad Request: can\'t parse inline keyboard button: Can\'t find field "text"',
    ],
    [
      'a button that does nothing',
      button({}),
      "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
    ],
    ['a markup that is no JSON', { reply_markup: '{' }, "Bad Request: can't parse JSON object"],
    [
      '101 buttons',
      keyboard(...Array.from({ length: 101 }, (_, index) => ({ text: String(index), callback_data: 'x' }))),
      'Bad Request: reply markup is too long',
    ],
  ])('refuses %s', async (_, params, description) => {
    const sandbox = await startSandbox();
    const reply = await send(sandbox, 7, params);
    expect(reply).toEqual({ status: 400, ok: false, error_code: 400, description });
    expect(sandbox.messages).toEqual([]);
  });

  test.each([
    ['4096 characters', { text: 'x'.repeat(4096) }],
    ['4096 characters outside the basic plane', { text: '😀'.repeat(4096) }],
    ['4096 characters after parsing', { text: `<b>${'x'.repeat(4095)}</b>&lt;`, parse_mode: 'HTML' }],
    ['64 bytes of data', button({ callback_data: 'ж'.repeat(32) })],
    ['a url without a scheme', button({ url: 't.me/example_bot?start=x' })],
    ['a markup as JSON text', { reply_markup: '{"inline_keyboard":[[{"text":"A","callback_data":"a"}]]}' }],
    ['a link inside Telegram', button({ url: 'tg://user?id=7' })],
  ])('accepts %s', async (_, params) => {
    const sandbox = await startSandbox(UNLIMITED);
    expect(await send(sandbox, 7, params)).toMatchObject({ status: 200, ok: true });
  });
});

test('a sandbox that runs for long remembers the newest calls and messages only', async () => {
  const sandbox = await startSandbox({ ...UNLIMITED, keepRecords: 3 });
  for (let chatId = 1; chatId <= 7; chatId += 1) await send(sandbox, chatId);
  expect(sandbox.messages.map(({ chatId }) => chatId)).toEqual([4, 5, 6, 7]);
  expect(sandbox.messagesTo(1)).toEqual([]);
  expect(sandbox.calls).toHaveLength(4);
});

describe('an older server', () => {
  test('refuses the tags that it does not know, before it looks for the chat', async () => {
    const time = { text: 'By <tg-time unix="1767225600">noon</tg-time>', parse_mode: 'HTML' };
    const older = await startSandbox({ unknownTags: ['tg-time'] });
    expect(await call(older, 'sendMessage', { chat_id: 0, ...time })).toMatchObject({
      description: 'Bad Request: can\'t parse entities: Unsupported start tag "tg-time" at byte offset 3',
    });
    const newer = await startSandbox();
    expect((await call(newer, 'sendMessage', { chat_id: 0, ...time })).description).toMatch(/chat/);
    expect(await send(newer, 1, time)).toMatchObject({ ok: true });
  });

  test('refuses effects, which newer ones know in private chats', async () => {
    const effect = { message_effect_id: '5046509860389126442' };
    const older = await startSandbox({ knowsEffects: false });
    expect(await send(older, 1, effect)).toMatchObject({ description: 'Bad Request: EFFECT_ID_INVALID' });
    const newer = await startSandbox();
    expect(await send(newer, 1, effect)).toMatchObject({ ok: true });
    expect(newer.messages[0]?.effectId).toBe(effect.message_effect_id);
    expect(await send(newer, 1, { message_effect_id: '1' })).toMatchObject({ ok: false });
    expect(await send(newer, -1, effect)).toMatchObject({ ok: false });
  });
});
