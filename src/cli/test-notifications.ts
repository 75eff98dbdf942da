import type { Logger } from 'pino';
import { connectDatabase, type ConnectedDatabase } from '../app/database.js';
import { connectTelegram } from '../app/telegram.js';
import { AudienceStore } from '../campaigns/audience.store.js';
import { chunkCountOf, estimateDurationMs } from '../campaigns/estimate.js';
import { DEFAULT_MESSAGE_TEMPLATE } from '../campaigns/template.js';
import type { Settings } from '../config/settings.js';
import { isRowId } from '../graphql/ids.js';
import { PeopleStore } from '../people/people.store.js';
import type { Poll } from '../polls/poll.entity.js';
import { PollStore } from '../polls/poll.store.js';
import type { OutgoingMessage } from '../sending/outcome.js';
import { reminderFor } from '../sending/reminder.js';
import { CommandFailure } from './failure.js';

export interface TestNotificationsOptions {
  poll: string;
  user?: string;
  dryRun?: true;
}

const NAMES_SHOWN = 10;

export async function testNotificationsCommand(
  settings: Settings,
  options: TestNotificationsOptions,
  logger: Logger,
): Promise<void> {
  const database = await connectDatabase(settings, logger);
  try {
    const poll = isRowId(options.poll) ? await new PollStore(database.dataSource).find(options.poll) : null;
    if (!poll) throw new CommandFailure(`There is no poll ${options.poll}. "npm run seed" makes one.`);
    await showAudience(settings, database, poll);
    if (options.user === undefined) return;
    const message = await messageTo(options.user, poll, database);
    if (options.dryRun)
      console.log(`Would send to ${message.chatId}: ${message.text} [${message.button.text}]`);
    else await sendOne(settings, message, logger);
  } finally {
    await database.close();
  }
}

async function showAudience(
  settings: Settings,
  { dataSource }: ConnectedDatabase,
  poll: Poll,
): Promise<void> {
  const audience = new AudienceStore(dataSource);
  const [size, exclusions, first] = await Promise.all([
    audience.size(poll.id),
    audience.exclusions(poll.id),
    audience.first(poll.id, NAMES_SHOWN),
  ]);
  const chunks = chunkCountOf(size, settings.chunkSize);
  const seconds = Math.ceil(estimateDurationMs(size, settings, settings.messagesPerSecond) / 1000);
  console.log(`Poll ${poll.id} "${poll.title}" (${poll.status})`);
  console.log(`A campaign would notify ${size} users in ${chunks} chunks, in about ${seconds} s.`);
  for (const { reason, count } of exclusions) console.log(`Left out: ${count} ${reason}`);
  for (const { id, firstName } of first) console.log(`  ${id} ${firstName ?? ''}`);
  if (size > first.length) console.log(`  ... and ${size - first.length} more`);
}

async function messageTo(
  userId: string,
  poll: Poll,
  { dataSource }: ConnectedDatabase,
): Promise<OutgoingMessage> {
  const user = isRowId(userId) ? await new PeopleStore(dataSource).find(userId) : null;
  if (!user) throw new CommandFailure(`There is no user ${userId}.`);
  const content = { messageTemplate: DEFAULT_MESSAGE_TEMPLATE, pollId: poll.id, pollTitle: poll.title };
  return reminderFor({ chatId: user.chatId ?? user.id, firstName: user.firstName }, content);
}

async function sendOne(settings: Settings, message: OutgoingMessage, logger: Logger): Promise<void> {
  const telegram = await connectTelegram(settings, logger);
  try {
    const outcome = await telegram.sender.send(message);
    if (outcome.kind !== 'sent') throw new CommandFailure(`Telegram's answer: ${JSON.stringify(outcome)}`);
    console.log(`Telegram accepted the test message to ${message.chatId} as message ${outcome.messageId}.`);
  } finally {
    await telegram.close();
  }
}
