import type { Logger } from 'pino';
import type { SqlExecutor } from '../database/rows.js';
import { BotGuard, type Identification } from '../installation/bot-guard.js';
import { InstallationStore } from '../installation/installation.store.js';
import type { BotApi } from '../telegram/bot-api.js';
import { askTelegram } from '../telegram/reachability.js';
import type { ConnectedTelegram } from './telegram.js';

/** Asks Telegram which bot the token belongs to. */
export async function identifyBot(botApi: BotApi): Promise<Identification> {
  const { username, tokenRejected } = await askTelegram(botApi);
  if (username !== undefined) return { username };
  return tokenRejected ? 'rejected' : 'unanswered';
}

export function createBotGuard(
  { ownBot, botApi }: Pick<ConnectedTelegram, 'ownBot' | 'botApi'>,
  sql: SqlExecutor,
  logger: Logger,
): BotGuard {
  const store = new InstallationStore(sql);
  return new BotGuard({ store, ownBot, identify: () => identifyBot(botApi), logger });
}
