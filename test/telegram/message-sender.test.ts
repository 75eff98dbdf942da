import { expect, test } from '@jest/globals';
import { pino } from 'pino';
import { connectTelegram, createSender } from '../../src/app/telegram.js';
import { loadSettings } from '../../src/config/settings.js';
import { References } from '../../src/questionnaire/reference.js';
import { startBotApiSandbox } from '@pollcast/bot-api-sandbox';

const CHATS = ['1000001', '1000002', '1000003'];

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
    const sender = createSender(telegram, new References(Buffer.alloc(32)), settings);
    expect(await sender.prepare()).toBeUndefined();
    const outcomes = CHATS.map((chatId) =>
      sender.send({
        chatId,
        text: 'Hello',
        button: { text: 'Open', userId: chatId, pollId: '1', campaignId: null },
      }),
    );
    return (await Promise.all(outcomes)).map(({ kind }) => kind).sort();
  } finally {
    await sandbox.close();
  }
}

test('messages are paid for with PAID_BROADCAST=true, and only then', async () => {
  expect(await sendAtOnce(true)).toEqual(['sent', 'sent', 'sent']);
  expect(await sendAtOnce(false)).toEqual(['sent', 'throttled', 'throttled']);
});
