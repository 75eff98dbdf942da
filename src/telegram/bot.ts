import { isRowId } from '../kernel/ids.js';
import type { PeopleStore } from '../people/people.store.js';
import type { TelegramUserInput } from '../people/people.types.js';
import type { References } from '../questionnaire/reference.js';
import type { TextKey } from '../texts/text-keys.js';
import type { Texts } from '../texts/texts.js';
import type { BotUpdate, CallbackQuery, MemberUpdate, UpdateSender } from './bot-update.js';
import type { CallbackAnswers } from './callback-answers.js';
import { parseCommand, type BotCommand } from './command.js';
import { messageContent, type Keyboard } from './keyboard.js';
import type { Outbox } from './outbox.js';
import type { Interlocutor, PollConversation } from './poll-conversation.js';
import type { BotMeter } from './ports.js';
import { isMenu, type ReminderWishes } from './reminder-menu.js';

export interface BotDeps {
  people: PeopleStore;
  references: References;
  conversation: PollConversation;
  outbox: Outbox;
  answers: CallbackAnswers;
  texts: Texts;
  wishes: ReminderWishes;
  /** Of people whose own is not known. */
  timeZone: string;
  meter: BotMeter;
}

/** Payload of a deep link that invites anybody to a poll. */
const INVITATION = /^poll_(\d{1,19})$/;

/** Handles messages to the bot, presses on its buttons, blocks and unblocks. */
export class Bot {
  constructor(private readonly deps: BotDeps) {}

  /** To be called for each update as it arrives: presses are answered in time, whatever comes before them. */
  arrived({ callback_query: query }: BotUpdate): void {
    if (query) this.deps.answers.expect(query.id);
  }

  /** Records the update; a reply that fails does not undo that. @throws if it cannot be recorded now */
  async handle({
    update_id: updateId,
    message,
    my_chat_member: member,
    callback_query: query,
  }: BotUpdate): Promise<void> {
    if (query) await this.press(query, updateId);
    else if (message?.chat.type === 'private' && message.from) {
      const { chat, from, text = '' } = message;
      await this.reply(this.interlocutor(from, chat.id), from, parseCommand(text), updateId);
    } else if (member?.chat.type === 'private') await this.recordMembership(member, updateId);
  }

  private async reply(
    person: Interlocutor,
    from: UpdateSender,
    command: BotCommand | undefined,
    updateId: number,
  ): Promise<void> {
    const { people, wishes, conversation } = this.deps;
    const { optedOut } = await people.recordWriter(toUserInput(from), updateId);
    const wanted = reminderWish(command);
    if (wanted !== undefined) {
      const outcome = await wishes.setReminders(person.userId, updateId, wanted);
      // What was written since has been answered.
      if (outcome === 'heard') this.say(person, wanted ? 'welcome' : 'goodbye');
    } else if (command?.name === 'polls') await conversation.list(person);
    else if (command?.name === 'help') this.say(person, 'help');
    else if (command?.name === 'start') {
      await this.follow(person, command.payload);
      if (optedOut) this.say(person, 'stillOptedOut');
    }
  }

  /** Follows a deep link: an invitation, or the reference of a button. */
  private async follow(person: Interlocutor, payload: string): Promise<void> {
    const { conversation, references, meter } = this.deps;
    const invited = INVITATION.exec(payload)?.[1];
    if (invited !== undefined && isRowId(invited)) {
      await conversation.open(person, invited, null);
      return;
    }
    const reference = references.read(person.userId, payload);
    if (reference?.kind === 'open') {
      await conversation.open(person, reference.pollId, reference.campaignId);
      return;
    }
    meter.refusedReference();
    this.say(person, 'unknownLink');
  }

  private async press(query: CallbackQuery, updateId: number): Promise<void> {
    const { answers, people, conversation, references, meter } = this.deps;
    const { id, from, message, data = '' } = query;
    const say = this.deps.texts.in(from.language_code);
    const reference = references.read(String(from.id), data);
    if (!reference || message?.chat.type !== 'private') {
      meter.refusedReference();
      answers.answer(id, say('unknownButton'));
      return;
    }
    // Who presses can be reached.
    const { timeZone: own } = await people.recordWriter(toUserInput(from), updateId);
    const timeZone = own ?? this.deps.timeZone;
    const person = this.interlocutor(from, message.chat.id);
    if (isMenu(reference)) {
      const { words, keyboard } = await this.deps.wishes.press({ ...person, updateId, timeZone }, reference);
      const sayAfterAll = () => {
        if (words) this.say(person, words);
      };
      const isSeen = answers.answer(id, words && say(words), sayAfterAll);
      if (keyboard) this.showMenu(person, message.message_id, keyboard, words);
      if (!isSeen) sayAfterAll();
      return;
    }
    const { words, show } = await conversation.press(person, reference, message.message_id);
    const isSeen = answers.answer(id, words && say(words), () => {
      // All else is said in the message itself, and an edit would undo later ones.
      if (words === 'olderButton') this.say(person, words);
    });
    show(isSeen ? undefined : words);
  }

  private showMenu(
    { chatId, say }: Interlocutor,
    messageId: number,
    keyboard: Keyboard,
    words?: TextKey,
  ): void {
    this.deps.outbox.put(chatId, {
      key: `edit ${messageId}`,
      messageId,
      content: { reply_markup: { inline_keyboard: keyboard } },
      orElse: messageContent(say(words ?? 'reminderGone'), keyboard),
    });
  }

  private interlocutor({ id, language_code: language }: UpdateSender, chatId: number): Interlocutor {
    return { userId: String(id), chatId: String(chatId), say: this.deps.texts.in(language) };
  }

  private say({ chatId, say }: Interlocutor, key: TextKey): void {
    this.deps.outbox.put(chatId, { key: 'reply', content: { text: say(key) } });
  }

  private async recordMembership(
    { from, new_chat_member: { status } }: MemberUpdate,
    updateId: number,
  ): Promise<void> {
    if (status !== 'kicked' && status !== 'member') return;
    await this.deps.wishes.setBlocked(String(from.id), updateId, status === 'kicked');
  }
}

/** Only a bare /start asks for reminders. One with a payload comes from a button, perhaps an old one. */
function reminderWish(command: BotCommand | undefined): boolean | undefined {
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
