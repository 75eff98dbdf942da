import type { Logger } from 'pino';
import { FALLBACK, type Texts } from '../texts/texts.js';
import { BotApiError, type BotApi } from './bot-api.js';

/** Where the bot talks; in groups it says nothing. */
const SCOPE = { type: 'all_private_chats' };
/** The languages for which Telegram keeps a menu of its own. */
const LANGUAGE = /^[a-z]{2}$/;
const RETRY_AFTER_MS = 600_000;

interface MenuEntry {
  command: string;
  description: string;
}

/**
 * The menu of commands that Telegram shows beside the text field, in each language of the bot. Telegram keeps it: it is set once a
 * bot, and again when its texts have changed.
 */
export class CommandMenu {
  private isSet = false;
  private triedAt = -Infinity;

  constructor(
    private readonly botApi: BotApi,
    private readonly texts: Texts,
    private readonly logger: Logger,
  ) {}

  /** Never throws because of Telegram or the network: people can do without the menu, and it is tried again later. */
  async ensure(): Promise<void> {
    if (this.isSet || performance.now() - this.triedAt < RETRY_AFTER_MS) return;
    this.triedAt = performance.now();
    try {
      await this.set(FALLBACK, {});
      const others = this.texts.languages.filter((name) => name !== FALLBACK && LANGUAGE.test(name));
      for (const language of others) await this.set(language, { language_code: language });
      this.isSet = true;
    } catch (error) {
      if (!(error instanceof BotApiError)) throw error;
      this.logger.warn({ err: error }, 'the menu of commands could not be set');
    }
  }

  private async set(language: string, forWhom: object): Promise<void> {
    const say = this.texts.in(language);
    const wanted: MenuEntry[] = [
      { command: 'polls', description: say('commandPolls') },
      { command: 'start', description: say('commandStart') },
      { command: 'stop', description: say('commandStop') },
      { command: 'help', description: say('commandHelp') },
    ];
    const which = { scope: SCOPE, ...forWhom };
    const known = await this.botApi.call<MenuEntry[]>('getMyCommands', which);
    if (!isSame(known, wanted)) await this.botApi.call('setMyCommands', { commands: wanted, ...which });
  }
}

function isSame(known: readonly MenuEntry[], wanted: readonly MenuEntry[]): boolean {
  return (
    known.length === wanted.length &&
    wanted.every(
      ({ command, description }, place) =>
        known[place]?.command === command && known[place].description === description,
    )
  );
}
