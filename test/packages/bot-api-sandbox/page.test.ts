import { describe, expect, test } from '@jest/globals';
import type { BotApiSandbox } from '@pollcast/bot-api-sandbox';
import { BrowserPage } from '../../support/chromium.js';
import { findProgram, testWith } from '../../support/programs.js';
import { waitFor } from '../../support/wait.js';
import { UNLIMITED, call, send, startSandbox } from './support.js';

const chromium = findProgram('chromium', 'chromium-browser', 'google-chrome');
const testBrowser = testWith(chromium, 'Chromium');

interface Update {
  update_id: number;
  message?: { text: string };
  callback_query?: { id: string; data: string; from: object };
}

/** Confirms what is before the offset, and waits for the next update. */
async function nextUpdate(sandbox: BotApiSandbox, offset = 0): Promise<Update> {
  const { result } = await call(sandbox, 'getUpdates', { offset, timeout: 30 });
  const [update] = result as Update[];
  if (!update) throw new Error('No update came.');
  return update;
}

describe('the page of the sandbox', () => {
  test('asks no other host, and runs no script of others', async () => {
    const sandbox = await startSandbox(UNLIMITED);
    for (const path of ['/', '/page.js', '/page.css']) {
      const response = await fetch(sandbox.url + path);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-security-policy')).toMatch(
        /^default-src 'none'; script-src 'self';/,
      );
      expect(await response.text()).not.toMatch(/(?:https?:)?\/\/[a-z]|innerHTML/i);
    }
    expect((await fetch(`${sandbox.url}/../package.json`)).status).toBe(404);
    expect((await fetch(sandbox.url, { method: 'POST' })).status).toBe(404);
  });

  test('a chat has the messages of both sides, and a press the words of the bot', async () => {
    const sandbox = await startSandbox(UNLIMITED);
    sandbox.userSays(7, '/start');
    await send(sandbox, 7, {
      text: '<b>Hi</b>',
      parse_mode: 'HTML',
      reply_markup: { inline_keyboard: [[{ text: 'Go', callback_data: 'go' }]] },
    });
    const read = async (path: string) => (await fetch(`${sandbox.url}/sandbox/${path}`)).json();
    expect(await read('chats')).toEqual([{ chatId: 7, text: 'Hi' }]);
    expect(await read('chats/7')).toMatchObject([
      { text: '/start', from: { is_bot: false } },
      { text: 'Hi', from: { is_bot: true }, entities: [{ type: 'bold', offset: 0, length: 2 }] },
    ]);
    expect(await read('chats/8')).toEqual([]);
    const press = (body: object) =>
      fetch(`${sandbox.url}/sandbox/chats/7/presses`, { method: 'POST', body: JSON.stringify(body) });
    const pressed = press({ text: 'Go', languageCode: 'ru' });
    const written = await nextUpdate(sandbox);
    const { callback_query: query } = await nextUpdate(sandbox, written.update_id + 1);
    expect(query).toMatchObject({ data: 'go', from: { id: 7, language_code: 'ru' } });
    await call(sandbox, 'answerCallbackQuery', { callback_query_id: query?.id, text: 'Thanks' });
    expect(await (await pressed).json()).toMatchObject({ answer: { text: 'Thanks' } });
    const refused = await press({ text: 'Gone' });
    expect(refused.status).toBe(400);
    expect(await refused.text()).toContain('its buttons: \\"Go\\"');
  });

  testBrowser('a person presses, sees the toast and the edit, and writes; markup stays text', async () => {
    const sandbox = await startSandbox(UNLIMITED);
    const hostile = '<img src=x onerror="document.title=1">';
    const markup = { inline_keyboard: [[{ text: hostile, callback_data: 'go' }]] };
    const text = `<b>Hi <i>you</i></b> &lt;img src=x onerror="document.title=1"&gt; <a href="https://a.example/">more</a>`;
    await send(sandbox, 7, { text, parse_mode: 'HTML', reply_markup: markup });
    const browser = await BrowserPage.open(chromium ?? '', `${sandbox.url}/#7`);
    const shows = (what: string) => waitFor(what, () => browser.evaluate(what));
    try {
      await shows('document.querySelector("#messages b i")?.textContent === "you"');
      expect(
        await browser.evaluate('[document.images.length, document.querySelector("#messages a").rel]'),
      ).toEqual([0, 'noopener noreferrer']);
      expect(await browser.evaluate('document.querySelector(".row button").textContent')).toBe(hostile);
      await browser.evaluate('document.querySelector(".row button").click()');
      const press = await nextUpdate(sandbox);
      const messageId = sandbox.messagesTo(7)[0]?.messageId;
      await call(sandbox, 'editMessageText', { chat_id: 7, message_id: messageId, text: 'Question 1' });
      await call(sandbox, 'answerCallbackQuery', {
        callback_query_id: press.callback_query?.id,
        text: 'Noted',
      });
      await shows('document.querySelector("#toast").textContent === "Noted"');
      await shows('document.querySelector("#messages .text").textContent === "Question 1"');
      await browser.evaluate('document.querySelector("#start").click()');
      expect(await nextUpdate(sandbox, press.update_id + 1)).toMatchObject({ message: { text: '/start' } });
      await shows('document.querySelector("#messages .person")?.textContent === "/start"');
    } finally {
      await browser.close();
    }
  });
});
