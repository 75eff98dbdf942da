import { randomUUID } from 'node:crypto';
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
import { CommandMenu } from '../telegram/command-menu.js';
import { Outbox } from '../telegram/outbox.js';
import { ReminderWishes } from '../telegram/reminder-menu.js';
import { WishStore } from '../questionnaire/wish.store.js';
import type { Settings } from '../config/settings.js';
import { PollConversation } from '../telegram/poll-conversation.js';
import type { BotMeter } from '../telegram/ports.js';
import { QuestionnaireService } from '../questionnaire/questionnaire.service.js';
import { QuestionnaireStore } from '../questionnaire/questionnaire.store.js';
import type { SqlExecutor } from '../database/rows.js';
import { withTimeout } from '../kernel/timeout.js';
import { createTelegraf } from '../telegram/telegraf.js';
import { UpdateBatch } from '../telegram/update-batch.js';
import type { PollerRank } from '../telegram/poller-turn.js';
import { UpdatePoller } from '../telegram/update-poller.js';
import type { WebhookDoor } from '../telegram/webhook-door.js';
import { WebhookKeeper } from '../telegram/webhook-keeper.js';
import { WebhookReceiver } from '../telegram/webhook-receiver.js';
import type { ReminderDeps } from './reminders.js';
import type { ConnectedTelegram } from './telegram.js';

export interface BotDeps {
  settings: Settings;
  telegram: ConnectedTelegram;
  databaseUrl: string;
  dataSource: DataSource;
  engineSql: SqlExecutor;
  /** For what people say and press. */
  keyedSql: SqlExecutor;
  reminders: ReminderDeps;
  metrics: { bot: BotMeter };
  limiter: RateLimiter;
  webhook: WebhookDoor | undefined;
  logger: Logger;
}

export interface RunningBot {
  /** Whether this process should read the bot's updates, and fails. */
  isFailing(): boolean;
  /** Takes no more updates, and sends the replies to those that were taken, for so many milliseconds at most. */
  stop(repliesMs: number): Promise<void>;
}

function createBot({
  settings,
  telegram,
  dataSource,
  engineSql,
  keyedSql,
  reminders,
  metrics,
  limiter,
  logger,
}: BotDeps) {
  const { references, texts } = reminders;
  const { botApi } = telegram;
  const outbox = new Outbox(botApi, new DirectSender(limiter, new ChatPacing(engineSql, logger)), logger);
  const answers = new CallbackAnswers(botApi, logger);
  const questionnaires = new QuestionnaireService(new QuestionnaireStore(keyedSql));
  const stale = new StaleKeyboardStore(keyedSql);
  const conversation = new PollConversation(questionnaires, references, outbox, {
    opened: (campaignId, userId) => recordOpened(keyedSql, campaignId, userId),
    upToDate: (userId, messageId) => stale.forget({ userId, messageId }),
  });
  const people = new PeopleStore(dataSource);
  const wishes = new ReminderWishes(references, new WishStore(engineSql));
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

/** How updates come in. */
interface Source {
  stop(): Promise<void>;
}

interface Handlers {
  /** Runs before updates are handled. @throws BotApiError */
  prepare: () => Promise<void>;
  handle: (update: BotUpdate) => Promise<void>;
  arrived: (update: BotUpdate) => void;
  health: PollingHealth;
}

function startPolling(
  { telegram, databaseUrl, logger }: BotDeps,
  { health, prepare, ...handlers }: Handlers,
  rank: PollerRank,
): Source {
  const { botApi, botId, sandbox } = telegram;
  const batch = new UpdateBatch({ ...handlers, logger });
  // A process has its sandbox for itself: nobody else can read what is written there.
  const turn = { name: sandbox ? `sandbox ${randomUUID()}` : botId, rank };
  const poller = new UpdatePoller({ botApi, turn, databaseUrl, prepare, batch, health, logger });
  poller.start();
  return poller;
}

function startWebhook(
  { telegram, engineSql, logger }: BotDeps,
  { health, prepare, ...handlers }: Handlers,
  { url, door }: { url: string; door: WebhookDoor },
): Source {
  const { botApi } = telegram;
  const checkDatabase = () => engineSql.query('SELECT 1');
  const receiver = new WebhookReceiver({ ...handlers, checkDatabase, logger });
  const keeper = new WebhookKeeper({
    botApi,
    url,
    secret: door.secret,
    prepare,
    onReady: () => {
      door.open(receiver);
    },
    health,
    logger,
  });
  keeper.start();
  return {
    stop: async () => {
      await keeper.stop();
      door.shut();
      await receiver.stop();
    },
  };
}

/** Starts to take the bot's updates: by the webhook if there is one, else by asking for them when it is our turn. */
export function startBot(deps: BotDeps, rank: PollerRank): RunningBot {
  const { settings, telegram, reminders, webhook: door, logger } = deps;
  const { botApi, profile } = telegram;
  const { bot, outbox, answers } = createBot(deps);
  let telegraf: Telegraf | undefined;
  const handle = (update: BotUpdate) => {
    telegraf ??= createTelegraf(botApi, profile.me()).use(({ update }) => bot.handle(update));
    return telegraf.handleUpdate(update as Update);
  };
  const arrived = (update: BotUpdate) => {
    bot.arrived(update);
  };
  const health = new PollingHealth(logger);
  const menu = new CommandMenu(botApi, reminders.texts, logger);
  const prepare = async () => {
    await profile.load();
    await menu.ensure();
  };
  const handlers = { handle, arrived, prepare, health };
  const { webhookUrl: url } = settings;
  const source =
    url !== undefined && door
      ? startWebhook(deps, handlers, { url, door })
      : startPolling(deps, handlers, rank);
  return {
    isFailing: () => health.isFailing(),
    stop: async (repliesMs) => {
      const endsAt = performance.now() + repliesMs;
      const taken = source.stop();
      // What is being handled is stored, and still has to be replied to.
      await withTimeout(taken, repliesMs);
      await Promise.all([taken, outbox.stop(endsAt - performance.now()), answers.stop()]);
    },
  };
}
