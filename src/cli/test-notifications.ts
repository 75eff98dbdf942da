import type { Logger } from 'pino';
import { connectDatabase, type ConnectedDatabase } from '../app/database.js';
import { createReminders, type ReminderDeps } from '../app/reminders.js';
import { connectTelegram, createSender, type ConnectedTelegram } from '../app/telegram.js';
import { AudienceStore, type Exclusion } from '../campaigns/audience.store.js';
import { CampaignStore } from '../campaigns/campaign.store.js';
import { ExclusionReason } from '../campaigns/campaign-preview.types.js';
import { countChunks, estimateDurationMs } from '../campaigns/estimate.js';
import { reminderContent, TestNotificationService } from '../campaigns/test-notification.service.js';
import type { Settings } from '../config/settings.js';
import { describeMissing, isRowId, toKey } from '../kernel/ids.js';
import { describeProblem } from '../installation/bot-guard.js';
import { InstallationStore } from '../installation/installation.store.js';
import { PeopleStore } from '../people/people.store.js';
import type { TelegramUser } from '../people/telegram-user.entity.js';
import { QuestionnaireStore } from '../questionnaire/questionnaire.store.js';
import type { Poll } from '../polls/poll.entity.js';
import { PollStore } from '../polls/poll.store.js';
import { ChatPacing } from '../engine/chat-pacing.js';
import { DirectSender } from '../engine/direct-sender.js';
import { PostgresRateLimit } from '../engine/rate-limit.store.js';
import { RateLimiter } from '../engine/rate-limiter.js';
import type { ReminderWriter } from '../campaigns/reminder.js';
import { DirectTestSender } from '../engine/test-sender.js';
import { CommandFailure, ExitCode } from './failure.js';
import type { CommandContext } from './shell.js';

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
  context: CommandContext,
  options: TestNotificationsOptions,
): Promise<void> {
  const { settings, logger, interruption } = context;
  const database = await connectDatabase(settings, logger);
  try {
    await interruption.orElse(testNotifications(context, options, database));
  } finally {
    await database.close();
  }
}

async function testNotifications(
  context: CommandContext,
  options: TestNotificationsOptions,
  database: ConnectedDatabase,
): Promise<void> {
  const { dataSource } = database;
  const pollId = toKey('poll', options.poll);
  const poll = isRowId(pollId) ? await new PollStore(dataSource).find(pollId) : null;
  if (!poll) throw new CommandFailure(`${describeMissing('poll', pollId)} "npm run seed" makes one.`);
  const user = options.user === undefined ? undefined : await findUser(options.user, database);
  const first = await showAudience(context, database, poll);
  const shown = options.dryRun && (user ?? first);
  if (shown) await showMessage(shown, poll, context, database);
  else if (user) await sendOne(context, poll, user, database);
}

async function findUser(id: string, { dataSource }: ConnectedDatabase): Promise<TelegramUser> {
  const userId = toKey('user', id);
  const user = isRowId(userId) ? await new PeopleStore(dataSource).find(userId) : null;
  if (!user) throw new CommandFailure(`${describeMissing('user', userId)} importTelegramUsers adds one.`);
  return user;
}

/** @returns the first recipient */
async function showAudience(
  { settings, output }: CommandContext,
  { dataSource }: ConnectedDatabase,
  poll: Poll,
): Promise<Person | undefined> {
  const audience = new AudienceStore(dataSource);
  const scope = await audience.scope(poll.id);
  const [{ size, exclusions }, first] = await Promise.all([
    audience.survey(scope),
    audience.first(scope, NAMES_SHOWN),
  ]);
  const chunks = countChunks(size, settings.chunkSize);
  const seconds = Math.ceil(estimateDurationMs(size, settings, settings.messagesPerSecond) / 1000);
  output.log(`Poll ${poll.id} "${poll.title}" is ${poll.status}.`);
  output.log(`A campaign would notify ${size} users in ${chunks} chunks, in about ${seconds} s.`);
  for (const exclusion of exclusions) output.log(`Left out: ${describe(exclusion)}.`);
  for (const { id, firstName } of first) output.log(`  ${id} ${firstName ?? ''}`.trimEnd());
  if (size > first.length) output.log(`  ... and ${size - first.length} more`);
  return first[0];
}

function describe({ reason, count }: Exclusion): string {
  return reason === ExclusionReason.COMPLETED
    ? `${count} who completed the poll`
    : `${count} who are ${reason}`;
}

/** The texts of a campaign that names none. */
function defaultTexts(writer: ReminderWriter) {
  return {
    messageTemplate: writer.defaultTemplate(),
    buttonText: null,
    translations: [],
    asksFirstQuestion: false,
  };
}

async function showMessage(
  { id, chatId, firstName }: Person,
  poll: Poll,
  { settings, output }: CommandContext,
  { dataSource }: ConnectedDatabase,
): Promise<void> {
  const { writer } = await createReminders(dataSource, settings);
  const user = await new PeopleStore(dataSource).find(id);
  const standing = await new QuestionnaireStore(dataSource).forReminder(id, poll.id);
  const { languageCode = null, timeZone = null } = user ?? {};
  const person = { userId: id, chatId: chatId ?? id, firstName, languageCode, timeZone };
  const message = writer.write(
    { ...standing, ...person, languageCode },
    reminderContent(defaultTexts(writer), poll),
  );
  output.log(`\nThe message to ${message.chatId}, which is not sent:`);
  output.log(`  ${message.text}\n  [${message.buttonText}]`);
}

/** The service of the mutation, with the limits that all processes share. */
function createService(
  settings: Settings,
  telegram: ConnectedTelegram,
  { dataSource, engineSql }: ConnectedDatabase,
  { view, writer }: ReminderDeps,
  logger: Logger,
): TestNotificationService {
  const { messagesPerSecond } = settings;
  const { botId } = telegram;
  const sender = createSender(telegram, view, settings);
  const store = new PostgresRateLimit(engineSql, botId, messagesPerSecond);
  const limiter = new RateLimiter(store, messagesPerSecond, (error) => {
    logger.warn({ err: error }, 'the rate limit could not be read');
  });
  const campaigns = new CampaignStore(dataSource);
  const polls = new PollStore(dataSource);
  const people = new PeopleStore(dataSource);
  return new TestNotificationService(
    {
      findCampaign: (id) => campaigns.find(id),
      findPoll: (id) => polls.find(id),
      findUser: (id) => people.find(id),
      findStanding: (userId, pollId) => new QuestionnaireStore(dataSource).forReminder(userId, pollId),
    },
    new DirectTestSender(sender, new DirectSender(limiter, new ChatPacing(engineSql, logger)), writer),
    () => null,
  );
}

async function sendOne(
  { settings, logger, output }: CommandContext,
  poll: Poll,
  user: TelegramUser,
  database: ConnectedDatabase,
): Promise<void> {
  const telegram = await connectTelegram(settings, logger);
  try {
    const problem = describeProblem(
      telegram.ownBot,
      await new InstallationStore(database.engineSql).findBot(),
    );
    if (problem !== null) throw new CommandFailure(problem, ExitCode.WRONG_USAGE);
    const reminders = await createReminders(database.engineSql, settings);
    const service = createService(settings, telegram, database, reminders, logger);
    const result = await service.sendTexts(defaultTexts(reminders.writer), poll, user.id);
    if (!result.ok) {
      const reasons = result.errors.map(({ message }) => message).join(' ');
      throw new CommandFailure(`The message to ${user.chatId ?? user.id} failed. ${reasons}`);
    }
    const { chatId, messageId } = result.value;
    const receiver = telegram.sandbox === undefined ? 'Telegram' : 'The sandbox';
    output.log(`\n${receiver} accepted the message to ${chatId}; its id is ${messageId}.`);
  } finally {
    await telegram.close();
  }
}
