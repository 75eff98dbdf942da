import { describe, expect, test } from '@jest/globals';
import { Telegraf, Telegram } from 'telegraf';
import { UNLIMITED, call, hasOpenPoll, keyboard, send, startSandbox } from './support.js';
import type { BotApiSandbox } from '@pollcast/bot-api-sandbox';

const YES_NO = keyboard({ text: 'Yes', callback_data: 'y' }, { text: 'No', callback_data: 'n' });

function edit(sandbox: BotApiSandbox, messageId: number, more: Record<string, unknown>) {
  return call(sandbox, 'editMessageText', { chat_id: 7, message_id: messageId, ...more });
}

describe('buttons', () => {
  test('a press reaches a telegraf bot, and its answer reaches the user', async () => {
    const sandbox = await startSandbox(UNLIMITED);
    const bot = new Telegraf(sandbox.token, { telegram: { apiRoot: sandbox.url } });
    bot.on('callback_query', async (context) => {
      const data = 'data' in context.callbackQuery ? context.callbackQuery.data : '';
      await context.answerCbQuery(`You chose ${data}`, { show_alert: true });
    });
    const running = bot.launch();
    await sandbox.waitUntil(() => hasOpenPoll(sandbox));

    await send(sandbox, 7, YES_NO);
    const press = sandbox.press(7, { text: 'No' });
    expect(await press.answered).toEqual({ text: 'You chose n', showAlert: true, url: undefined });
    bot.stop();
    await running;
  });

  test('a press carries the message as it is now', async () => {
    const sandbox = await startSandbox(UNLIMITED);
    await send(sandbox, 7, { text: '<b>Old</b>', parse_mode: 'HTML', ...YES_NO });
    const { messageId = 0 } = sandbox.messagesTo(7)[0] ?? {};
    await edit(sandbox, messageId, { text: '<i>New</i>', parse_mode: 'HTML', ...YES_NO });

    const { update, queryId } = sandbox.press(7, { data: 'y' });
    expect(update.callback_query).toMatchObject({
      id: queryId,
      from: { id: 7 },
      data: 'y',
      message: { message_id: messageId, text: 'New', entities: [{ type: 'italic' }] },
    });
  });

  test('the newest message is meant, unless another is given', async () => {
    const sandbox = await startSandbox(UNLIMITED);
    await send(sandbox, 7, YES_NO);
    await send(sandbox, 7, keyboard({ text: 'Next', callback_data: 'next' }));
    const { messageId } = sandbox.messagesTo(7)[0] ?? {};

    expect(sandbox.press(7, { text: 'Next' }).update.callback_query?.data).toBe('next');
    expect(sandbox.press(7, { text: 'Yes', messageId }).update.callback_query?.data).toBe('y');
    expect(() => sandbox.press(7, { text: 'Yes' })).toThrow(
      'Message 2 to chat 7 has no button "Yes"; its buttons: "Next"',
    );
  });

  test.each([
    'https://t.me/example_bot?start=abc-1',
    't.me/Example_Bot?start=abc-1',
    'tg://resolve?domain=example_bot&start=abc-1',
  ])('the link %s sends /start with its payload', async (url) => {
    const sandbox = await startSandbox({ botUsername: 'example_bot' });
    await send(sandbox, 7, keyboard({ text: 'Open', url }));
    const press = sandbox.press(7, { text: 'Open' });
    expect(press.update.message).toMatchObject({
      text: '/start abc-1',
      from: { id: 7 },
      entities: [{ type: 'bot_command', offset: 0, length: 6 }],
    });
    expect(await press.answered).toBeUndefined();
  });

  test('in a group, somebody has to press', async () => {
    const sandbox = await startSandbox();
    await send(sandbox, -7, YES_NO);
    expect(sandbox.press(-7, { text: 'Yes', from: 8 }).update.callback_query).toMatchObject({
      from: { id: 8 },
      message: { chat: { id: -7, type: 'group' } },
    });
    expect(() => sandbox.press(-7, { text: 'Yes' })).toThrow(
      'Chat -7 is a group: say who presses with "from"',
    );
  });

  test('what cannot be pressed is said', async () => {
    const sandbox = await startSandbox(UNLIMITED);
    expect(() => sandbox.press(7, { text: 'Yes' })).toThrow('Chat 7 has no message from the bot');
    await send(sandbox, 7, keyboard({ text: 'Site', url: 'https://example.org' }));
    expect(() => sandbox.press(7, {})).toThrow('Say which button to press: by its text or by its data');
    expect(() => sandbox.press(7, { text: 'Site' })).toThrow(
      'The button opens https://example.org, which does not reach the bot',
    );
  });

  test('an unknown query is too old', async () => {
    const sandbox = await startSandbox();
    expect(await call(sandbox, 'answerCallbackQuery', { callback_query_id: '1' })).toMatchObject({
      status: 400,
      description: 'Bad Request: query is too old and response timeout expired or query ID is invalid',
    });
  });

  test('a press that nobody answers ends with the sandbox', async () => {
    const sandbox = await startSandbox();
    await send(sandbox, 7, YES_NO);
    const { answered } = sandbox.press(7, { text: 'Yes' });
    await sandbox.close();
    await expect(answered).rejects.toThrow('The sandbox was closed');
  });
});

describe('edits', () => {
  test('telegraf edits the text, the keyboard, and deletes', async () => {
    const sandbox = await startSandbox();
    const telegram = new Telegram(sandbox.token, { apiRoot: sandbox.url });
    const { message_id: id } = await telegram.sendMessage(7, 'One');

    await telegram.editMessageText(7, id, undefined, 'Two');
    await telegram.editMessageReplyMarkup(7, id, undefined, {
      inline_keyboard: [[{ text: 'A', callback_data: 'a' }]],
    });
    expect(sandbox.messagesTo(7)).toMatchObject([
      {
        text: 'One',
        currentText: 'Two',
        replyMarkup: { inline_keyboard: [[{ text: 'A' }]] },
        deleted: false,
      },
    ]);
    expect(await telegram.deleteMessage(7, id)).toBe(true);
    expect(sandbox.messagesTo(7)).toMatchObject([{ text: 'One', deleted: true }]);
    await expect(telegram.deleteMessage(7, id)).rejects.toThrow('message to delete not found');
  });

  test.each([
    [
      'the same text and keyboard',
      { text: 'Hello', ...YES_NO },
      /^Bad Request: message is not modified: specified/,
    ],
    [
      'a message that is not there',
      { text: 'x', message_id: 99 },
      /^Bad Request: message to edit not found$/,
    ],
    ['a message of another chat', { text: 'x', chat_id: 8 }, /^Bad Request: message to edit not found$/],
    [
      'no message',
      { text: 'x', message_id: undefined },
      /^Bad Request: message identifier is not specified$/,
    ],
    ['an empty text', { text: '' }, /^Bad Request: message text is empty$/],
  ])('refuses %s', async (_, params, description) => {
    const sandbox = await startSandbox();
    await send(sandbox, 7, YES_NO);
    const reply = await edit(sandbox, sandbox.messages[0]?.messageId ?? 0, params);
    expect(reply.status).toBe(400);
    expect(reply.description).toMatch(description);
    expect(sandbox.messages[0]?.currentText).toBe('Hello');
  });

  test('without reply_markup the keyboard goes; to take it away twice is no change', async () => {
    const sandbox = await startSandbox();
    await send(sandbox, 7, YES_NO);
    const params = { chat_id: 7, message_id: sandbox.messages[0]?.messageId };
    expect(await call(sandbox, 'editMessageReplyMarkup', params)).toMatchObject({ ok: true });
    expect(sandbox.messages[0]?.replyMarkup).toBeUndefined();
    expect(await call(sandbox, 'editMessageReplyMarkup', params)).toMatchObject({ status: 400 });
  });
});

describe('waitUntil', () => {
  test('resolves with the request that makes the condition true', async () => {
    const sandbox = await startSandbox();
    const waiting = sandbox.waitUntil(() => sandbox.messages.length === 2);
    await send(sandbox, 7);
    await send(sandbox, 8);
    await waiting;
    expect(sandbox.messages).toHaveLength(2);
  });

  test('gives up in time, and passes on what the condition throws', async () => {
    const sandbox = await startSandbox();
    await expect(sandbox.waitUntil(() => false, 20)).rejects.toThrow('did not come true within 20 ms');
    await expect(
      sandbox.waitUntil(() => {
        throw new Error('broken');
      }),
    ).rejects.toThrow('broken');
  });
});
