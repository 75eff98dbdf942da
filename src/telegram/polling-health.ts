import type { Logger } from 'pino';
import { classify, type TelegramFailure } from './answers.js';
import { BotApiError } from './bot-api.js';

const REDIRECTED =
  'the server at TELEGRAM_API_ROOT answers with a redirect, which is not followed; set it to the address that answers itself';
const DATABASE_AWAY = 'until the database can be reached, which decides who reads it';

/** Whether the bot's updates can be read. Logs each change, with the way to correct a failure. */
export class PollingHealth {
  private trouble: string | undefined;

  constructor(private readonly logger: Logger) {}

  isFailing(): boolean {
    return this.trouble !== undefined;
  }

  failed(error: unknown): void {
    const trouble = error instanceof BotApiError ? describeTrouble(error.failure) : DATABASE_AWAY;
    const level = trouble === this.trouble ? 'debug' : 'warn';
    this.logger[level]({ err: error }, `updates of the bot cannot be read: ${trouble}`);
    this.trouble = trouble;
  }

  worked(): void {
    if (this.isFailing()) this.logger.info('updates of the bot are read again');
    this.trouble = undefined;
  }
}

function describeTrouble(failure: TelegramFailure): string {
  if (failure.kind === 'answer' && failure.code === 409) {
    return failure.description.toLowerCase().includes('webhook')
      ? 'a webhook is set; remove it (deleteWebhook), or give Pollcast a bot of its own'
      : 'another program reads them; stop it, or give Pollcast a bot of its own';
  }
  if (failure.kind === 'answer' && failure.description.toLowerCase().includes('webhook'))
    return `Telegram does not take WEBHOOK_URL; set it to an address that Telegram can reach (${failure.description})`;
  const outcome = classify(failure);
  switch (outcome.kind) {
    case 'botUnusable':
      if (outcome.reason === 'API_ROOT_REDIRECTS') return REDIRECTED;
      return 'Telegram refuses the bot token; set BOT_TOKEN to a valid one and restart';
    case 'throttled':
      return 'until Telegram no longer throttles the bot';
    default:
      return 'until Telegram answers again; check that it can be reached from here';
  }
}
