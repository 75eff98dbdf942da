import { Context, Telegraf, Telegram } from 'telegraf';
import type { Update, UserFromGetMe } from 'telegraf/types';
import type { BotApi } from './bot-api.js';

type CallOptions = { signal?: AbortSignal } | undefined;

/** Routes telegraf's methods through the one port to the Bot API. */
function ported(botApi: BotApi): Telegram {
  // Without a token it cannot reach Telegram by mistake.
  const telegram = new Telegram('');
  const callApi = (method: string, payload: object, options: CallOptions) =>
    botApi.call(method, payload, { signal: options?.signal });
  return Object.assign(telegram, { callApi });
}

/** telegraf as the bot's framework: it dispatches updates, and opens no connection. */
export function createTelegraf(botApi: BotApi, me: UserFromGetMe): Telegraf {
  const telegram = ported(botApi);
  /** telegraf creates a client for each update. */
  class PortedContext extends Context {
    constructor(update: Update, _telegram: Telegram, botInfo: UserFromGetMe) {
      super(update, telegram, botInfo);
    }
  }
  const telegraf = new Telegraf('', {
    contextType: PortedContext,
    handlerTimeout: Infinity,
    telegram: { webhookReply: false },
  });
  telegraf.telegram = telegram;
  telegraf.botInfo = me;
  // The poller retries an update that cannot be handled now.
  telegraf.catch((error) => {
    throw error;
  });
  return telegraf;
}
