import type { Logger } from 'pino';
import { classify, type TelegramFailure } from './answers.js';
import { BotApiError } from './bot-api.js';

const REDIRECTED =
  'the server at TELEGRAM_API_ROOT answers with a redirect, which is not followed; set it to the address that answers itself';
const DATABASE_AWAY = 'until the database can be reached, which decides who reads it';

/** Whether what people write to the bot can be read. The log is told when that changes, with what to do about it. */
export class Hearing {
  private trouble: string | undefined;

  constructor(private readonly logger: Logger) {}

  isFailing(): boolean {
    return this.trouble !== undefined;
  }

  failed(error: unknown): void {
    const trouble = error instanceof BotApiError ? troubleOf(error.failure) : DATABASE_AWAY;
    const level = trouble === this.trouble ? 'debug' : 'warn';
    this.logger[level]({ err: error }, `what people write to the bot is not read: ${trouble}`);
    this.trouble = trouble;
  }

  worked(): void {
    if (this.isFailing()) this.logger.info('what people write to the bot is read again');
    this.trouble = undefined;
  }
}

function troubleOf(failure: TelegramFailure): string {
  if (failure.kind === 'answer' && failure.code === 409) {
    return failure.description.toLowerCase().includes('webhook')
      ? 'somebody has set a webhook for it; end that (deleteWebhook), or give Pollcast a bot of its own'
      : 'another program reads it; end that one, or give Pollcast a bot of its own';
  }
  const outcome = classify(failure);
  switch (outcome.kind) {
    case 'botUnusable':
      if (outcome.reason === 'API_ROOT_REDIRECTS') return REDIRECTED;
      return 'Telegram refuses the bot token; set BOT_TOKEN to a valid one and restart';
    case 'throttled':
      return 'until the time is over for which Telegram makes the bot wait';
    default:
      return 'until Telegram answers again; see that it can be reached from here';
  }
}
