import type { PeopleStore } from '../people/people.store.js';
import type { TelegramUserInput } from '../people/people.types.js';
import type { BotUpdate, MemberUpdate, UpdateSender } from './bot-update.js';
import { parseCommand } from './command.js';
import type { ReplyQueue } from './reply-queue.js';

const WELCOME =
  'Welcome! You will be reminded here of polls that you have not finished. Write /stop to end that.';
const STILL_OPTED_OUT = 'You get no reminders, as you asked. Write /start to get them again.';
const GOODBYE = 'You will get no more reminders. Write /start if you change your mind.';

/** What the bot does when somebody writes to it, blocks it or unblocks it. */
export class Bot {
  constructor(
    private readonly people: PeopleStore,
    private readonly replies: ReplyQueue,
  ) {}

  /** What was recorded stands, whether or not the reply arrives. @throws when it cannot be recorded now */
  async handle({ message, my_chat_member: member }: BotUpdate): Promise<void> {
    if (message?.chat.type === 'private' && message.from) {
      await this.answer(message.chat.id, message.from, message.text ?? '');
    } else if (member?.chat.type === 'private') await this.recordMembership(member);
  }

  private async answer(chatId: number, from: UpdateSender, text: string): Promise<void> {
    const command = parseCommand(text);
    const { optedOut } = await this.people.recordWriter(personOf(from), reminderWish(command));
    if (command?.name === 'stop') this.replies.put(String(chatId), GOODBYE);
    if (command?.name === 'start') this.replies.put(String(chatId), optedOut ? STILL_OPTED_OUT : WELCOME);
  }

  private async recordMembership({ from, new_chat_member: { status } }: MemberUpdate): Promise<void> {
    const id = String(from.id);
    if (status === 'kicked') await this.people.recordBlock(id);
    if (status === 'member') await this.people.recordUnblock(id);
  }
}

/** Only a bare /start asks for reminders: with a payload it comes from a button, which may be an old one. */
function reminderWish(command: ReturnType<typeof parseCommand>): boolean | undefined {
  if (command?.name === 'stop') return false;
  return command?.name === 'start' && command.payload === '' ? true : undefined;
}

function personOf({ id, username, first_name, last_name, language_code }: UpdateSender): TelegramUserInput {
  return {
    id: String(id),
    username: storable(username),
    firstName: storable(first_name),
    lastName: storable(last_name),
    languageCode: storable(language_code),
  };
}

/** PostgreSQL stores no U+0000, and an update that cannot be recorded would be lost. */
function storable(text: string | undefined): string | undefined {
  return text?.replaceAll('\0', '');
}
