import type { Logger } from 'pino';
import { connectDatabase, type ConnectedDatabase } from '../app/database.js';
import { connectTelegram } from '../app/telegram.js';
import { AudienceStore, type Exclusion } from '../campaigns/audience.store.js';
import { ExclusionReason } from '../campaigns/campaign-preview.types.js';
import { chunkCountOf, estimateDurationMs } from '../campaigns/estimate.js';
import { DEFAULT_MESSAGE_TEMPLATE } from '../campaigns/template.js';
import type { Settings } from '../config/settings.js';
import { isRowId } from '../kernel/ids.js';
import { problemOf } from '../installation/bot-guard.js';
import { InstallationStore } from '../installation/installation.store.js';
import { PeopleStore } from '../people/people.store.js';
import type { TelegramUser } from '../people/telegram-user.entity.js';
import type { Poll } from '../polls/poll.entity.js';
import { PollStore } from '../polls/poll.store.js';
import { ChatPacing } from '../engine/chat-pacing.js';
import { DirectSender } from '../engine/direct-sender.js';
import { sentenceOf } from '../engine/explain.js';
import type { OutgoingMessage } from '../engine/outcome.js';
import { PostgresRateLimit } from '../engine/rate-limit.store.js';
import { RateLimiter } from '../engine/rate-limiter.js';
import { reminderFor } from '../engine/reminder.js';
import { CommandFailure, ExitCode } from './failure.js';
import type { Interruption } from './interruption.js';

export interface TestNotificationsOptions {
  poll: string;
  user?: string;
  dryRun?: true;
}

interface Person {
  id: string;
  chatId?: string | null;
  firstName: string | null;
}

const NAMES_SHOWN = 10;

export async function testNotificationsCommand(
  settings: Settings,
  options: TestNotificationsOptions,
  logger: Logger,
  interruption: Interruption,
): Promise<void> {
  const database = await connectDatabase(settings, logger);
  try {
    await interruption.orElse(testNotifications(settings, options, database, logger));
  } finally {
    await database.close();
  }
}

async function testNotifications(
  settings: Settings,
  options: TestNotificationsOptions,
  database: ConnectedDatabase,
  logger: Logger,
): Promise<void> {
  const { dataSource } = database;
  const poll = isRowId(options.poll) ? await new PollStore(dataSource).find(options.poll) : null;
  if (!poll) throw new CommandFailure(`There is no poll ${options.poll}. "npm run seed" makes one.`);
  const user = options.user === undefined ? undefined : await findUser(options.user, database);
  const first = await showAudience(settings, database, poll);
  if (user?.optedOutAt && !options.dryRun) {
    throw new CommandFailure(
      `User ${user.id} wants no reminders: they have to write /start to the bot first.`,
    );
  }
  const recipient = user ?? (options.dryRun && first);
  if (!recipient) return;
  const message = messageTo(recipient, poll);
  if (options.dryRun) {
    console.log(`\nThe message to ${message.chatId}, which is not sent:`);
    console.log(`  ${message.text}\n  [${message.button.text}]`);
  } else await sendOne(settings, message, database, logger);
}

async function findUser(id: string, { dataSource }: ConnectedDatabase): Promise<TelegramUser> {
  const user = isRowId(id) ? await new PeopleStore(dataSource).find(id) : null;
  if (!user) throw new CommandFailure(`There is no user ${id}: importTelegramUsers adds one.`);
  return user;
}

/** @returns the one who would come first */
async function showAudience(
  settings: Settings,
  { dataSource }: ConnectedDatabase,
  poll: Poll,
): Promise<Person | undefined> {
  const audience = new AudienceStore(dataSource);
  const [size, exclusions, first] = await Promise.all([
    audience.size(poll.id),
    audience.exclusions(poll.id),
    audience.first(poll.id, NAMES_SHOWN),
  ]);
  const chunks = chunkCountOf(size, settings.chunkSize);
  const seconds = Math.ceil(estimateDurationMs(size, settings, settings.messagesPerSecond) / 1000);
  console.log(`Poll ${poll.id} "${poll.title}" is ${poll.status}.`);
  console.log(`A campaign would notify ${size} users in ${chunks} chunks, in about ${seconds} s.`);
  for (const exclusion of exclusions) console.log(`Left out: ${describe(exclusion)}.`);
  for (const { id, firstName } of first) console.log(`  ${id} ${firstName ?? ''}`.trimEnd());
  if (size > first.length) console.log(`  ... and ${size - first.length} more`);
  return first[0];
}

function describe({ reason, count }: Exclusion): string {
  return reason === ExclusionReason.COMPLETED
    ? `${count} who completed the poll`
    : `${count} who are ${reason}`;
}

function messageTo({ id, chatId, firstName }: Person, poll: Poll): OutgoingMessage {
  const content = {
    messageTemplate: DEFAULT_MESSAGE_TEMPLATE,
    buttonText: null,
    pollId: poll.id,
    pollTitle: poll.title,
  };
  return reminderFor({ chatId: chatId ?? id, firstName }, content);
}

/** Takes its turn by the limits that all processes share. */
async function sendOne(
  settings: Settings,
  message: OutgoingMessage,
  { engineSql }: ConnectedDatabase,
  logger: Logger,
): Promise<void> {
  const telegram = await connectTelegram(settings, logger);
  try {
    const problem = problemOf(telegram.ownBot, await new InstallationStore(engineSql).findBot());
    if (problem !== null) throw new CommandFailure(problem, ExitCode.WRONG_USAGE);
    const { messagesPerSecond } = settings;
    const store = new PostgresRateLimit(engineSql, telegram.botId, messagesPerSecond);
    const limiter = new RateLimiter(store, messagesPerSecond, (error) => {
      logger.warn({ err: error }, 'the rate limit could not be read');
    });
    const direct = new DirectSender(limiter, new ChatPacing(engineSql));
    const outcome = await direct.sendMessage(telegram.sender, message);
    if (!outcome) throw new CommandFailure('Telegram makes the bot wait: nothing was sent, try again later.');
    if (outcome.kind !== 'sent')
      throw new CommandFailure(`The message to ${message.chatId} failed. ${sentenceOf(outcome)}`);
    const receiver = telegram.sandboxUrl === undefined ? 'Telegram' : 'The sandbox';
    console.log(`\n${receiver} accepted the message to ${message.chatId}; its id is ${outcome.messageId}.`);
  } finally {
    await telegram.close();
  }
}
