import type { Logger } from 'pino';
import type { Telegraf } from 'telegraf';
import type { Update } from 'telegraf/types';
import type { DataSource } from 'typeorm';
import { PeopleStore } from '../people/people.store.js';
import { StaleKeyboardStore } from '../delivery/stale-keyboard.store.js';
import { recordOpened } from '../delivery/opened.store.js';
import { ChatPacing } from '../engine/chat-pacing.js';
import { DirectSender } from '../engine/direct-sender.js';
import type { RateLimiter } from '../engine/rate-limiter.js';
import { Bot } from '../telegram/bot.js';
import type { BotUpdate } from '../telegram/bot-update.js';
import { PollingHealth } from '../telegram/polling-health.js';
import { CallbackAnswers } from '../telegram/callback-answers.js';
import { Outbox } from '../telegram/outbox.js';
import { ReminderWishes } from '../telegram/reminder-menu.js';
import { WishStore } from '../questionnaire/wish.store.js';
import type { Settings } from '../config/settings.js';
import { PollConversation } from '../telegram/poll-conversation.js';
import type { BotMeter } from '../telegram/ports.js';
import { QuestionnaireService } from '../questionnaire/questionnaire.service.js';
import { QuestionnaireStore } from '../questionnaire/questionnaire.store.js';
import type { SqlExecutor } from '../database/rows.js';
import { createTelegraf } from '../telegram/telegraf.js';
import { UpdateBatch } from '../telegram/update-batch.js';
import { UpdatePoller } from '../telegram/update-poller.js';
import type { ReminderDeps } from './reminders.js';
import type { ConnectedTelegram } from './telegram.js';

export interface BotDeps {
  settings: Settings;
  telegram: ConnectedTelegram;
  databaseUrl: string;
  dataSource: DataSource;
  engineSql: SqlExecutor;
  reminders: ReminderDeps;
  metrics: { bot: BotMeter };
  limiter: RateLimiter;
  logger: Logger;
}

export interface RunningBot {
  /** Whether this process should read the bot's updates, and fails. */
  isFailing(): boolean;
  stop(): Promise<void>;
}

function createBot({
  settings,
  telegram,
  dataSource,
  engineSql,
  reminders,
  metrics,
  limiter,
  logger,
}: BotDeps) {
  const { references, texts } = reminders;
  const { botApi } = telegram;
  const outbox = new Outbox(botApi, new DirectSender(limiter, new ChatPacing(engineSql)), logger);
  const answers = new CallbackAnswers(botApi, logger);
  const questionnaires = new QuestionnaireService(new QuestionnaireStore(engineSql));
  const stale = new StaleKeyboardStore(engineSql);
  const conversation = new PollConversation(questionnaires, references, outbox, {
    opened: (campaignId, userId) => recordOpened(engineSql, campaignId, userId),
    upToDate: (userId, messageId) => stale.forget({ userId, messageId }),
  });
  const people = new PeopleStore(dataSource);
  const wishes = new ReminderWishes(references, new WishStore(engineSql), (userId) => people.optOut(userId));
  const bot = new Bot({
    people,
    wishes,
    timeZone: settings.timeZone,
    references,
    conversation,
    outbox,
    answers,
    texts,
    meter: metrics.bot,
  });
  return { bot, outbox, answers };
}

/** Starts to read the bot's updates. */
export function startBot(deps: BotDeps): RunningBot {
  const { telegram, databaseUrl, logger } = deps;
  const { botApi, botId, profile } = telegram;
  const { bot, outbox, answers } = createBot(deps);
  let telegraf: Telegraf | undefined;
  const handle = (update: BotUpdate) => {
    telegraf ??= createTelegraf(botApi, profile.me()).use(({ update }) => bot.handle(update));
    return telegraf.handleUpdate(update as Update);
  };
  const arrived = (update: BotUpdate) => {
    bot.arrived(update);
  };
  const batch = new UpdateBatch({ handle, arrived, logger });
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
      await Promise.all([poller.stop(), outbox.stop(), answers.stop()]);
    },
  };
}
