import { Context, Telegraf, Telegram } from 'telegraf';
import type { Update, UserFromGetMe } from 'telegraf/types';
import type { BotApi } from './bot-api.js';

type CallOptions = { signal?: AbortSignal } | undefined;

/** telegraf's methods, by way of the one port to the Bot API. */
function ported(botApi: BotApi): Telegram {
  // Without a token of its own it could reach nobody, not even by mistake.
  const telegram = new Telegram('');
  const callApi = (method: string, payload: object, options: CallOptions) =>
    botApi.call(method, payload, options?.signal);
  return Object.assign(telegram, { callApi });
}

/** telegraf as the bot's framework: it sorts updates to handlers, and opens no connection. */
export function createTelegraf(botApi: BotApi, me: UserFromGetMe): Telegraf {
  const telegram = ported(botApi);
  /** telegraf makes a client of its own for each update. */
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
  // An update that cannot be handled now is tried again by whoever has read it.
  telegraf.catch((error) => {
    throw error;
  });
  return telegraf;
}
