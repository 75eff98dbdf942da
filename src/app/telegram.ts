import type { Logger } from 'pino';
import type { Settings } from '../config/settings.js';
import { BotApi, botIdOf } from '../telegram/bot-api.js';
import { BotProfile } from '../telegram/bot-profile.js';
import { TelegramSender } from '../telegram/message-sender.js';
import { startBotApiSandbox } from '../telegram/sandbox/index.js';

export interface ConnectedTelegram {
  /** The public number of the bot. */
  botId: string;
  botApi: BotApi;
  sender: TelegramSender;
  /** Where the sandbox listens, when it stands in for Telegram. */
  sandboxUrl: string | undefined;
  close(): Promise<void>;
}

/** Telegram when there is a bot token, otherwise the sandbox, which sends nothing to anybody. */
export async function connectTelegram(settings: Settings, logger: Logger): Promise<ConnectedTelegram> {
  const { botToken, telegramApiRoot, requestTimeoutMs, paidBroadcast, messagesPerSecond } = settings;
  if (botToken !== undefined) {
    return { ...connect(botToken, telegramApiRoot), sandboxUrl: undefined, close: () => Promise.resolve() };
  }
  const sandbox = await startBotApiSandbox({ messagesPerSecond: Math.max(30, messagesPerSecond + 2) });
  logger.info(
    `No BOT_TOKEN: the built-in sandbox at ${sandbox.url}/sandbox takes the messages, no real one is sent.`,
  );
  return { ...connect(sandbox.token, sandbox.url), sandboxUrl: sandbox.url, close: () => sandbox.close() };

  function connect(token: string, apiRoot: string): Pick<ConnectedTelegram, 'botId' | 'botApi' | 'sender'> {
    const botApi = new BotApi({ token, apiRoot, timeoutMs: requestTimeoutMs });
    const sender = new TelegramSender(botApi, new BotProfile(botApi), { paidBroadcast });
    return { botId: botIdOf(token), botApi, sender };
  }
}
