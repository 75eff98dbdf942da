import type { PeopleStore } from '../people/people.store.js';
import type { BotUpdate } from './bot-update.js';
import type { ReplyQueue } from './reply-queue.js';

const WELCOME =
  'Welcome! You will be reminded here of polls that you have not finished. Write /stop to end that.';
const GOODBYE = 'You will get no more reminders. Write /start if you change your mind.';

/** What the bot does when somebody writes to it. */
export class Bot {
  constructor(
    private readonly people: PeopleStore,
    private readonly replies: ReplyQueue,
  ) {}

  /** What was recorded stands, whether or not the reply arrives. @throws when it cannot be recorded now */
  async handle({ message }: BotUpdate): Promise<void> {
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
      this.replies.put(String(message.chat.id), WELCOME);
    } else if (command === '/stop') {
      await this.people.optOut(String(id));
      this.replies.put(String(message.chat.id), GOODBYE);
    }
  }
}
