import type { BotApiSandbox, PersonDetails } from '@pollcast/bot-api-sandbox';
import type { Logger } from 'pino';
import type { Settings } from '../config/settings.js';
import type { TelegramUser } from '../people/telegram-user.entity.js';
import type { OwnBot } from '../delivery/own-bot.js';
import { BotApi, readBotId } from '../telegram/bot-api.js';
import { BotProfile } from '../telegram/bot-profile.js';
import { TelegramSender } from '../telegram/message-sender.js';
import type { TelegramReminderView } from '../telegram/reminder-view.js';

export interface ConnectedTelegram {
  /** Public id of the bot. */
  botId: string;
  botApi: BotApi;
  profile: BotProfile;
  /** The bot in the installation's terms. */
  ownBot: OwnBot;
  /** The sandbox, if it stands in for Telegram. */
  sandbox: BotApiSandbox | undefined;
  close(): Promise<void>;
}

/** What the sandbox is to say of people whom the installation knows, since the bot takes their names from updates. */
function describePerson({ firstName, lastName, username, languageCode }: TelegramUser): PersonDetails {
  return {
    ...(firstName !== null && { first_name: firstName }),
    ...(lastName !== null && { last_name: lastName }),
    ...(username !== null && { username }),
    ...(languageCode !== null && { language_code: languageCode }),
  };
}

/**
 * Connects to Telegram if there is a bot token, otherwise to the sandbox, which sends nothing.
 * @param findPerson looks up who writes in the sandbox
 */
export async function connectTelegram(
  settings: Settings,
  logger: Logger,
  findPerson: (id: string) => Promise<TelegramUser | null> = () => Promise.resolve(null),
): Promise<ConnectedTelegram> {
  const { botToken, telegramApiRoot, requestTimeoutMs, messagesPerSecond } = settings;
  if (botToken !== undefined && !settings.sandbox) {
    const connected = connect(botToken, telegramApiRoot);
    return {
      ...connected,
      ownBot: connected.botId,
      sandbox: undefined,
      close: () => connected.botApi.close(),
    };
  }
  const { startBotApiSandbox } = await import('@pollcast/bot-api-sandbox');
  const sandbox = await startBotApiSandbox({
    messagesPerSecond: Math.max(30, messagesPerSecond + 2),
    // Weeks of messages must not fill the memory of a process.
    keepRecords: 10_000,
    findUser: async (id) => {
      const person = await findPerson(String(id));
      return person ? describePerson(person) : undefined;
    },
  });
  logger.info(
    `${settings.sandbox ? 'SANDBOX=true' : 'No BOT_TOKEN'}: the built-in sandbox at ${sandbox.url}/sandbox takes the messages, no real one is sent; ${sandbox.url}/ shows the chats.`,
  );
  const connected = connect(sandbox.token, sandbox.url);
  const close = async () => {
    await connected.botApi.close();
    await sandbox.close();
  };
  return { ...connected, ownBot: null, sandbox, close };

  function connect(token: string, apiRoot: string): Pick<ConnectedTelegram, 'botId' | 'botApi' | 'profile'> {
    const botApi = new BotApi({ token, apiRoot, timeoutMs: requestTimeoutMs });
    const profile = new BotProfile(botApi);
    return { botId: readBotId(token), botApi, profile };
  }
}

export function createSender(
  { botApi, profile }: ConnectedTelegram,
  view: TelegramReminderView,
  { paidBroadcast }: Pick<Settings, 'paidBroadcast'>,
): TelegramSender {
  return new TelegramSender(botApi, profile, view, { paidBroadcast });
}
