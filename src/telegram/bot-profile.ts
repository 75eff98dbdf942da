import type { UserFromGetMe } from 'telegraf/types';
import { BotApiError, type BotApi } from './bot-api.js';

/** The bot's own profile. It is loaded when first needed, and again only if that failed. */
export class BotProfile {
  private user: UserFromGetMe | undefined;
  private asking: Promise<void> | undefined;

  constructor(private readonly botApi: BotApi) {}

  /**
   * Loads the profile unless it is known. Concurrent callers share one request.
   * @throws BotApiError if Telegram cannot be asked
   */
  load(): Promise<void> {
    if (this.user) return Promise.resolve();
    this.asking ??= this.ask().finally(() => {
      this.asking = undefined;
    });
    return this.asking;
  }

  /** @throws Error if the profile is not loaded */
  me(): UserFromGetMe {
    if (!this.user) throw new Error('The name of the bot has to be loaded first.');
    return this.user;
  }

  private async ask(): Promise<void> {
    const user = await this.botApi.call<UserFromGetMe | undefined>('getMe');
    if (typeof user?.username !== 'string')
      throw new BotApiError({ kind: 'transport', code: 'INVALID_BODY', isWritten: true });
    this.user = user;
  }
}
