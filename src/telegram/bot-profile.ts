import { BotApiError, type BotApi } from './bot-api.js';

/** What Telegram says of the bot itself. Asked for when it is first needed, and again only if that failed. */
export class BotProfile {
  private username: Promise<string> | undefined;

  constructor(private readonly botApi: BotApi) {}

  /**
   * The address that opens the bot's chat with a start parameter.
   * @param abandon aborted when the answer must not be waited for any longer
   * @throws BotApiError when Telegram cannot be asked for the bot's name
   */
  async deepLink(startParameter: string, abandon?: AbortSignal): Promise<string> {
    this.username ??= this.askUsername(abandon);
    return `https://t.me/${await this.username}?start=${startParameter}`;
  }

  private async askUsername(abandon: AbortSignal | undefined): Promise<string> {
    try {
      const { username } =
        (await this.botApi.call<{ username?: unknown } | undefined>('getMe', {}, abandon)) ?? {};
      if (typeof username === 'string') return username;
      throw new BotApiError({ kind: 'transport', code: 'INVALID_BODY' });
    } catch (error) {
      this.username = undefined;
      throw error;
    }
  }
}
