import type { Logger } from 'pino';
import type { PeopleStore } from '../people/people.store.js';
import { classify } from '../sending/classification.js';
import type { SendOutcome } from '../sending/outcome.js';
import { URGENT, type RateLimiter } from '../sending/rate-limiter.js';
import { BotApiError, type BotApi } from './bot-api.js';
import type { BotUpdate } from './update-poller.js';

const WELCOME =
  'Welcome! You will be reminded here of polls that you have not finished. Write /stop to end that.';
const GOODBYE = 'You will get no more reminders. Write /start if you change your mind.';

/** An answer that could not be sent by then would only puzzle. */
const MAX_WAIT_MS = 10_000;

/** What the bot does when somebody writes to it. */
export class Bot {
  constructor(
    private readonly people: PeopleStore,
    private readonly botApi: BotApi,
    private readonly limiter: RateLimiter,
    private readonly logger: Logger,
  ) {}

  /** @param stop aborted when no answer must be sent, or waited for, any more */
  async handle({ message }: BotUpdate, stop: AbortSignal): Promise<void> {
    if (message?.chat.type !== 'private' || !message.from) return;
    const [command] = (message.text ?? '').trim().split(/[\s@]/);
    const { id, username, first_name, last_name, language_code } = message.from;
    if (command === '/start') {
      await this.people.welcome({
        id: String(id),
        username,
        firstName: first_name,
        lastName: last_name,
        languageCode: language_code,
      });
      await this.answer(message.chat.id, WELCOME, stop);
    } else if (command === '/stop') {
      await this.people.optOut(String(id));
      await this.answer(message.chat.id, GOODBYE, stop);
    }
  }

  /** Before all campaign messages. What was recorded stands, whether or not the answer arrives. */
  private async answer(chatId: number, text: string, stop: AbortSignal): Promise<void> {
    const patience = AbortSignal.any([stop, AbortSignal.timeout(MAX_WAIT_MS)]);
    const [slot] = await this.limiter.acquire(URGENT, 1, patience);
    if (!slot) return;
    await this.limiter.turn(slot);
    if (stop.aborted) await this.limiter.giveBack([slot]);
    else await this.limiter.report(slot, await this.send(chatId, text, stop));
  }

  private async send(chatId: number, text: string, stop: AbortSignal): Promise<SendOutcome> {
    try {
      const { message_id } = await this.botApi.call<{ message_id: number }>(
        'sendMessage',
        { chat_id: chatId, text },
        stop,
      );
      return { kind: 'sent', messageId: String(message_id) };
    } catch (error) {
      if (!(error instanceof BotApiError)) throw error;
      this.logger.info({ err: error, chatId }, 'an answer was not delivered');
      return classify(error.failure);
    }
  }
}
