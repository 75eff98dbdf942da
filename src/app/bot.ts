import type { Logger } from 'pino';
import type { Telegraf } from 'telegraf';
import type { Update } from 'telegraf/types';
import type { DataSource } from 'typeorm';
import { PeopleStore } from '../people/people.store.js';
import { ChatPacing } from '../engine/chat-pacing.js';
import { DirectSender } from '../engine/direct-sender.js';
import type { RateLimiter } from '../engine/rate-limiter.js';
import { Bot } from '../telegram/bot.js';
import type { BotUpdate } from '../telegram/bot-update.js';
import { PollingHealth } from '../telegram/polling-health.js';
import { ReplyQueue } from '../telegram/reply-queue.js';
import { createTelegraf } from '../telegram/telegraf.js';
import { UpdateBatch } from '../telegram/update-batch.js';
import { UpdatePoller } from '../telegram/update-poller.js';
import type { ConnectedTelegram } from './telegram.js';

export interface BotDeps {
  telegram: ConnectedTelegram;
  databaseUrl: string;
  dataSource: DataSource;
  limiter: RateLimiter;
  logger: Logger;
}

export interface RunningBot {
  /** Whether this process should read the bot's updates, and fails. */
  isFailing(): boolean;
  stop(): Promise<void>;
}

/** Starts to read the bot's updates. */
export function startBot({ telegram, databaseUrl, dataSource, limiter, logger }: BotDeps): RunningBot {
  const { botApi, botId, profile } = telegram;
  const replies = new ReplyQueue(botApi, new DirectSender(limiter, new ChatPacing(dataSource)), logger);
  const bot = new Bot(new PeopleStore(dataSource), replies);
  let telegraf: Telegraf | undefined;
  const handle = (update: BotUpdate) => {
    telegraf ??= createTelegraf(botApi, profile.me()).use(({ update }) => bot.handle(update));
    return telegraf.handleUpdate(update as Update);
  };
  const batch = new UpdateBatch({ handle, logger });
  const health = new PollingHealth(logger);
  const poller = new UpdatePoller({
    botApi,
    botId,
    databaseUrl,
    prepare: () => profile.load(),
    batch,
    health,
  });
  poller.start();
  return {
    isFailing: () => health.isFailing(),
    stop: async () => {
      await Promise.all([poller.stop(), replies.stop()]);
    },
  };
}
