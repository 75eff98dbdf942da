import type { Logger } from 'pino';
import type { Settings } from '../config/settings.js';
import type { OwnBot } from '../delivery/own-bot.js';
import { BotApi, botIdOf } from '../telegram/bot-api.js';
import { BotProfile } from '../telegram/bot-profile.js';
import { TelegramSender } from '../telegram/message-sender.js';

export interface ConnectedTelegram {
  /** The public number of the bot. */
  botId: string;
  botApi: BotApi;
  profile: BotProfile;
  sender: TelegramSender;
  /** The bot as the installation knows it. */
  ownBot: OwnBot;
  /** Where the sandbox listens, when it stands in for Telegram. */
  sandboxUrl: string | undefined;
  close(): Promise<void>;
}

/** Telegram when there is a bot token, otherwise the sandbox, which sends nothing to anybody. */
export async function connectTelegram(settings: Settings, logger: Logger): Promise<ConnectedTelegram> {
  const { botToken, telegramApiRoot, requestTimeoutMs, paidBroadcast, messagesPerSecond } = settings;
  if (botToken !== undefined && !settings.sandbox) {
    const connected = connect(botToken, telegramApiRoot);
    return {
      ...connected,
      ownBot: connected.botId,
      sandboxUrl: undefined,
      close: () => connected.botApi.close(),
    };
  }
  const { startBotApiSandbox } = await import('@pollcast/bot-api-sandbox');
  const sandbox = await startBotApiSandbox({
    messagesPerSecond: Math.max(30, messagesPerSecond + 2),
    // It runs for as long as the process: weeks of messages must not fill the memory.
    keepRecords: 10_000,
  });
  logger.info(
    `${settings.sandbox ? 'SANDBOX=true' : 'No BOT_TOKEN'}: the built-in sandbox at ${sandbox.url}/sandbox takes the messages, no real one is sent.`,
  );
  const connected = connect(sandbox.token, sandbox.url);
  const close = async () => {
    await connected.botApi.close();
    await sandbox.close();
  };
  return { ...connected, ownBot: null, sandboxUrl: sandbox.url, close };

  function connect(
    token: string,
    apiRoot: string,
  ): Omit<ConnectedTelegram, 'ownBot' | 'sandboxUrl' | 'close'> {
    const botApi = new BotApi({ token, apiRoot, timeoutMs: requestTimeoutMs });
    const profile = new BotProfile(botApi);
    const sender = new TelegramSender(botApi, profile, { paidBroadcast });
    return { botId: botIdOf(token), botApi, profile, sender };
  }
}
