import type { Logger } from 'pino';
import type { DataSource } from 'typeorm';
import type { Settings } from '../config/settings.js';
import { PeopleStore } from '../people/people.store.js';
import { ChatPacing } from '../sending/chat-pacing.js';
import { DirectSender } from '../sending/direct-sender.js';
import type { RateLimiter } from '../sending/rate-limiter.js';
import { Bot } from '../telegram/bot.js';
import { BotApi, botIdOf } from '../telegram/bot-api.js';
import { BotProfile } from '../telegram/bot-profile.js';
import { Hearing } from '../telegram/hearing.js';
import { TelegramSender } from '../telegram/message-sender.js';
import { ReplyQueue } from '../telegram/reply-queue.js';
import { startBotApiSandbox } from '../telegram/sandbox/index.js';
import { UpdateBatch } from '../telegram/update-batch.js';
import { UpdatePoller } from '../telegram/update-poller.js';

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
  const sandbox = await startBotApiSandbox({
    messagesPerSecond: Math.max(30, messagesPerSecond + 2),
    // It runs for as long as the process: weeks of messages must not fill the memory.
    keepRecords: 10_000,
  });
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

export interface BotParts {
  telegram: ConnectedTelegram;
  databaseUrl: string;
  dataSource: DataSource;
  limiter: RateLimiter;
  logger: Logger;
}

export interface RunningBot {
  /** Whether this process has to read what people write to the bot, and cannot. */
  isDeaf(): boolean;
  stop(): Promise<void>;
}

/** Starts to listen to the people who write to the bot. */
export function startBot({ telegram, databaseUrl, dataSource, limiter, logger }: BotParts): RunningBot {
  const { botApi, botId } = telegram;
  const replies = new ReplyQueue(botApi, new DirectSender(limiter, new ChatPacing(dataSource)), logger);
  const bot = new Bot(new PeopleStore(dataSource), replies);
  const batch = new UpdateBatch({ handle: bot.handle.bind(bot), logger });
  const hearing = new Hearing(logger);
  const poller = new UpdatePoller({ botApi, botId, databaseUrl, batch, hearing });
  poller.start();
  return {
    isDeaf: () => hearing.isFailing(),
    stop: async () => {
      await Promise.all([poller.stop(), replies.stop()]);
    },
  };
}
