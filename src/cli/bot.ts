import { AuditStore } from '../access/audit.store.js';
import { AuditTrail, endingBy } from '../access/audit-trail.js';
import { Role, type Identity } from '../access/identity.js';
import { identifyBot } from '../app/bot-guard.js';
import { connectDatabase } from '../app/database.js';
import { connectTelegram, type ConnectedTelegram } from '../app/telegram.js';
import { adoptBot, InstallationStore } from '../installation/installation.store.js';
import { CommandFailure, wrongSetting } from './failure.js';
import type { CommandContext } from './shell.js';

/** A user of the command line has the credentials of the database, and so the rights of ADMIN. */
const COMMAND_LINE: Identity = { name: 'command line', role: Role.ADMIN, tokenId: null };

/** Makes the bot of BOT_TOKEN that of the installation. */
export async function adoptBotCommand(context: CommandContext): Promise<void> {
  const { settings, logger, interruption } = context;
  if (settings.botToken === undefined || settings.sandbox)
    throw wrongSetting('BOT_TOKEN must be set to the token of the bot to adopt, and SANDBOX must not.');
  const telegram = await connectTelegram(settings, logger);
  try {
    await interruption.orElse(adopt(context, telegram));
  } finally {
    await telegram.close();
  }
}

async function adopt(
  { settings, logger, output }: CommandContext,
  { botId, botApi }: ConnectedTelegram,
): Promise<void> {
  const answer = await identifyBot(botApi);
  if (answer === 'rejected')
    throw wrongSetting('BOT_TOKEN is not accepted by Telegram: nothing was changed.');
  if (answer === 'unanswered')
    throw new CommandFailure('Telegram cannot be reached: nothing was changed, try again later.');
  const { username } = answer;
  const database = await connectDatabase(settings, logger);
  try {
    const before = await new InstallationStore(database.dataSource).findBot();
    if (before?.botId === botId && before.username !== null) {
      output.log(`@${username} is the bot of this installation already.`);
      return;
    }
    const audit = new AuditTrail(new AuditStore(database.dataSource), logger);
    const call = {
      identity: COMMAND_LINE,
      action: 'adoptBot',
      campaignId: null,
      pollId: null,
      detail: `bot: ${botId}`,
    };
    const forgotten = await audit.record(
      call,
      () => adoptBot(database.planningSql, botId, username),
      () => endingBy(undefined),
    );
    output.log(`@${username} is the bot of this installation from now on.`);
    if (forgotten > 0)
      output.log(`${forgotten} users whom the old bot could not reach may get reminders again.`);
  } finally {
    await database.close();
  }
}
