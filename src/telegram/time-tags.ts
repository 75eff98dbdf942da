import { BotApiError, type BotApi } from './bot-api.js';

/** Sends nothing, since there is no such chat: Telegram reads the text before it looks for the chat. */
const PROBE = { chat_id: 0, text: '<tg-time unix="0">.</tg-time>', parse_mode: 'HTML' };

const TAG = /<\/?tg-time(?:\s[^>]*)?>/g;

/** Whether the server of the Bot API knows `<tg-time>`, which older ones refuse. Asked once; until then it does not. */
export class TimeTags {
  private isKnown: boolean | undefined;
  private asking: Promise<void> | undefined;

  constructor(private readonly botApi: BotApi) {}

  /** Never throws because of Telegram or the network: without an answer the next call asks again. */
  probe(): Promise<void> {
    if (this.isKnown !== undefined) return Promise.resolve();
    this.asking ??= this.ask().finally(() => {
      this.asking = undefined;
    });
    return this.asking;
  }

  /** The HTML as the server can read it. */
  adapt(html: string): string {
    return this.isKnown ? html : html.replace(TAG, '');
  }

  private async ask(): Promise<void> {
    try {
      await this.botApi.call('sendMessage', PROBE);
    } catch (error) {
      if (!(error instanceof BotApiError)) throw error;
      const { failure } = error;
      if (failure.kind === 'answer' && failure.code === 400)
        this.isKnown = !failure.description.toLowerCase().includes("can't parse entities");
    }
  }
}
