import type { PeopleStore } from '../people/people.store.js';
import type { TelegramUserInput } from '../people/people.types.js';
import type { BotUpdate, MemberUpdate, UpdateSender } from './bot-update.js';
import { parseCommand } from './command.js';
import type { ReplyQueue } from './reply-queue.js';

const WELCOME =
  'Welcome! You will be reminded here of polls that you have not finished. Write /stop to end that.';
const STILL_OPTED_OUT = 'You get no reminders, as you asked. Write /start to get them again.';
const GOODBYE = 'You will get no more reminders. Write /start if you change your mind.';

/** Handles messages to the bot, blocks and unblocks. */
export class Bot {
  constructor(
    private readonly people: PeopleStore,
    private readonly replies: ReplyQueue,
  ) {}

  /** Records the update; a failed reply does not undo that. @throws if it cannot be recorded now */
  async handle({ message, my_chat_member: member }: BotUpdate): Promise<void> {
    if (message?.chat.type === 'private' && message.from) {
      await this.answer(message.chat.id, message.from, message.text ?? '');
    } else if (member?.chat.type === 'private') await this.recordMembership(member);
  }

  private async answer(chatId: number, from: UpdateSender, text: string): Promise<void> {
    const command = parseCommand(text);
    const { optedOut } = await this.people.recordWriter(toUserInput(from), reminderWish(command));
    if (command?.name === 'stop') this.replies.put(String(chatId), GOODBYE);
    if (command?.name === 'start') this.replies.put(String(chatId), optedOut ? STILL_OPTED_OUT : WELCOME);
  }

  private async recordMembership({ from, new_chat_member: { status } }: MemberUpdate): Promise<void> {
    const id = String(from.id);
    if (status === 'kicked') await this.people.recordBlock(id);
    if (status === 'member') await this.people.recordUnblock(id);
  }
}

/** Only a bare /start asks for reminders. One with a payload comes from a button, perhaps an old one. */
function reminderWish(command: ReturnType<typeof parseCommand>): boolean | undefined {
  if (command?.name === 'stop') return false;
  return command?.name === 'start' && command.payload === '' ? true : undefined;
}

function toUserInput({
  id,
  username,
  first_name,
  last_name,
  language_code,
}: UpdateSender): TelegramUserInput {
  return {
    id: String(id),
    username: storable(username),
    firstName: storable(first_name),
    lastName: storable(last_name),
    languageCode: storable(language_code),
  };
}

/** Removes U+0000, which PostgreSQL cannot store: the update would be lost. */
function storable(text: string | undefined): string | undefined {
  return text?.replaceAll('\0', '');
}
