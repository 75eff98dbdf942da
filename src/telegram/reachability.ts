import { classify } from './answers.js';
import { BotApiError, type BotApi } from './bot-api.js';

/** Whether Telegram answers, and whether it accepts the token. */
export interface TelegramState {
  reachable: boolean;
  tokenRejected: boolean;
  /** Username of the bot, if Telegram told it. */
  username?: string;
}

const TIMEOUT_MS = 1500;

/** Asks Telegram for the bot's username. Never throws because of Telegram or the network. */
export async function askTelegram(botApi: BotApi): Promise<TelegramState> {
  try {
    const me = await botApi.call<{ username?: string } | undefined>('getMe', {}, { timeoutMs: TIMEOUT_MS });
    return { reachable: true, tokenRejected: false, username: me?.username };
  } catch (error) {
    if (!(error instanceof BotApiError)) throw error;
    const outcome = classify(error.failure);
    const isRedirect = outcome.kind === 'botUnusable' && outcome.reason === 'API_ROOT_REDIRECTS';
    return {
      reachable: !['outage', 'ambiguous', 'notSent'].includes(outcome.kind) && !isRedirect,
      tokenRejected: outcome.kind === 'botUnusable' && !isRedirect,
    };
  }
}
