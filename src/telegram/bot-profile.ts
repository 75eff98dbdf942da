import { BotApiError, type BotApi } from './bot-api.js';

/** What Telegram says of the bot itself. Asked for when it is first needed, and again only if that failed. */
export class BotProfile {
  private username: string | undefined;
  private asking: Promise<void> | undefined;

  constructor(private readonly botApi: BotApi) {}

  /**
   * Asks for the bot's name unless it is known, once for all who wait for it.
   * @throws BotApiError when Telegram cannot be asked
   */
  load(): Promise<void> {
    if (this.username !== undefined) return Promise.resolve();
    this.asking ??= this.ask().finally(() => {
      this.asking = undefined;
    });
    return this.asking;
  }

  /** The address that opens the bot's chat with a start parameter. @throws Error when the name is not loaded */
  deepLink(startParameter: string): string {
    if (this.username === undefined) throw new Error('The name of the bot has to be loaded first.');
    return `https://t.me/${this.username}?start=${startParameter}`;
  }

  private async ask(): Promise<void> {
    const { username } = (await this.botApi.call<{ username?: unknown } | undefined>('getMe')) ?? {};
    if (typeof username !== 'string') throw new BotApiError({ kind: 'transport', code: 'INVALID_BODY' });
    this.username = username;
  }
}
