import type { Logger } from 'pino';
import type { Telegraf } from 'telegraf';
import type { Update } from 'telegraf/types';
import type { DataSource } from 'typeorm';
import type { Settings } from '../config/settings.js';
import { PeopleStore } from '../people/people.store.js';
import { ChatPacing } from '../engine/chat-pacing.js';
import { DirectSender } from '../engine/direct-sender.js';
import type { OwnBot } from '../delivery/own-bot.js';
import type { RateLimiter } from '../engine/rate-limiter.js';
import { Bot } from '../telegram/bot.js';
import { BotApi, botIdOf } from '../telegram/bot-api.js';
import type { BotUpdate } from '../telegram/bot-update.js';
import { BotProfile } from '../telegram/bot-profile.js';
import { Hearing } from '../telegram/hearing.js';
import { TelegramSender } from '../telegram/message-sender.js';
import { ReplyQueue } from '../telegram/reply-queue.js';
import { createTelegraf } from '../telegram/telegraf.js';
import { UpdateBatch } from '../telegram/update-batch.js';
import { UpdatePoller } from '../telegram/update-poller.js';

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
  const { botApi, botId, profile } = telegram;
  const replies = new ReplyQueue(botApi, new DirectSender(limiter, new ChatPacing(dataSource)), logger);
  const bot = new Bot(new PeopleStore(dataSource), replies);
  let telegraf: Telegraf | undefined;
  const handle = (update: BotUpdate) => {
    telegraf ??= createTelegraf(botApi, profile.me()).use(({ update }) => bot.handle(update));
    return telegraf.handleUpdate(update as Update);
  };
  const batch = new UpdateBatch({ handle, logger });
  const hearing = new Hearing(logger);
  const poller = new UpdatePoller({
    botApi,
    botId,
    databaseUrl,
    prepare: () => profile.load(),
    batch,
    hearing,
  });
  poller.start();
  return {
    isDeaf: () => hearing.isFailing(),
    stop: async () => {
      await Promise.all([poller.stop(), replies.stop()]);
    },
  };
}
