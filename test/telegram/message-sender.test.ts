import { expect, test } from '@jest/globals';
import { pino } from 'pino';
import { connectTelegram, createSender } from '../../src/app/telegram.js';
import { loadSettings } from '../../src/config/settings.js';
import { projectPath } from '../../src/config/paths.js';
import { References } from '../../src/questionnaire/reference.js';
import { TelegramReminderView } from '../../src/telegram/reminder-view.js';
import { Texts } from '../../src/texts/texts.js';
import { startBotApiSandbox } from '@pollcast/bot-api-sandbox';

const CHATS = ['1000001', '1000002', '1000003'];

const view = new TelegramReminderView(new References(Buffer.alloc(32)), new Texts(projectPath('locales')));
const REMINDER = {
  languageCode: null,
  campaignId: null,
  pollId: '1',
  text: 'Hello',
  buttonText: 'Open',
};

/** What becomes of messages that are sent at once where no more than one a second is free. */
async function sendAtOnce(paidBroadcast: boolean): Promise<string[]> {
  const sandbox = await startBotApiSandbox({ messagesPerSecond: 1 });
  try {
    const settings = loadSettings({
      BOT_TOKEN: sandbox.token,
      TELEGRAM_API_ROOT: sandbox.url,
      PAID_BROADCAST: String(paidBroadcast),
    });
    const telegram = await connectTelegram(settings, pino({ level: 'silent' }));
    const sender = createSender(telegram, view, settings);
    expect(await sender.prepare()).toBeUndefined();
    const outcomes = CHATS.map((chatId) => sender.send({ ...REMINDER, userId: chatId, chatId }));
    return (await Promise.all(outcomes)).map(({ kind }) => kind).sort();
  } finally {
    await sandbox.close();
  }
}

test('messages are paid for with PAID_BROADCAST=true, and only then', async () => {
  expect(await sendAtOnce(true)).toEqual(['sent', 'sent', 'sent']);
  expect(await sendAtOnce(false)).toEqual(['sent', 'throttled', 'throttled']);
});

test.each([
  [[], '<tg-time unix="1" format="Dt">noon</tg-time> <b>x</b>'],
  [['tg-time'], 'noon <b>x</b>'],
])('times are shown as the server can: %j are unknown to it', async (unknownTags, shown) => {
  const sandbox = await startBotApiSandbox({ unknownTags });
  try {
    const settings = loadSettings({ BOT_TOKEN: sandbox.token, TELEGRAM_API_ROOT: sandbox.url });
    const telegram = await connectTelegram(settings, pino({ level: 'silent' }));
    const sender = createSender(telegram, view, settings);
    const text = '<tg-time unix="1" format="Dt">noon</tg-time> <b>x</b>';
    expect(await sender.prepare(undefined, true)).toBeUndefined();
    expect(await sender.prepare(undefined, true)).toBeUndefined();
    for (const chatId of CHATS) await sender.send({ ...REMINDER, userId: chatId, chatId, text });
    expect(sandbox.messages.map((message) => message.text)).toEqual(CHATS.map(() => shown));
    expect(
      sandbox.calls.filter(({ method, status }) => method === 'sendMessage' && status !== 200),
    ).toHaveLength(1);
  } finally {
    await sandbox.close();
  }
});
