import { now, toUnixSeconds } from './clock.js';
import type { PersonDetails } from './options.js';
import { viewMessage } from './message-view.js';
import type { RecordedMessage, SandboxRecord } from './record.js';
import type { TextEntity } from '@pollcast/telegram-text';
import { chatOf } from './types.js';
import type { ApiMember, ApiMessage, ApiUser, InlineButton, Update } from './types.js';
import type { UpdateQueue } from './updates.js';
import { CallbackQueries } from './callback-queries.js';
import type { CallbackAnswer } from './callback-queries.js';

/** A person by id alone, or with the names that the bot gets to see. */
export type SandboxUser = number | (PersonDetails & { id: number });

/** Which button: by its label or its data; in the newest message to the chat, or in the given one. */
export interface ButtonChoice {
  text?: string;
  data?: string;
  messageId?: number;
  /** Who presses; the chat's own user by default. Needed in a group. */
  from?: SandboxUser;
}

export interface Press {
  readonly update: Update;
  /** Absent for a link to the bot, which makes a message and no query. */
  readonly queryId: string | undefined;
  /** What the bot told the user with answerCallbackQuery; undefined at once for a link. */
  readonly answered: Promise<CallbackAnswer | undefined>;
}

/** The people on the other side: what they do reaches the bot as updates. */
export class SandboxUsers {
  readonly queries = new CallbackQueries();
  readonly #blocking = new Set<number>();

  constructor(
    private readonly bot: ApiUser,
    private readonly record: SandboxRecord,
    private readonly updates: UpdateQueue,
    private readonly findUser: (id: number) => Promise<PersonDetails | undefined>,
  ) {}

  /** A person with what is known of them. */
  async introduce(id: number): Promise<PersonDetails & { id: number }> {
    return { ...(await this.findUser(id)), id };
  }

  /**
   * A message to the bot; a leading /command gets its entity.
   * @param chatId where it is written; the private chat by default
   */
  says(user: SandboxUser, text: string, chatId?: number): Update {
    const from = toApiUser(user);
    // Telegram's apps let nobody write to a bot whom they block.
    this.#blocking.delete(from.id);
    const message: ApiMessage = {
      message_id: this.record.nextMessageId(),
      from,
      chat: chatOf(chatId ?? from.id, from),
      date: toUnixSeconds(now()),
      text,
    };
    const command = /^\/\w{1,32}(?:@\w+)?/.exec(text)?.[0];
    if (command !== undefined) {
      const entity: TextEntity = { type: 'bot_command', offset: 0, length: command.length };
      message.entities = [entity];
    }
    this.record.addSaid(message);
    return this.updates.push({ message });
  }

  /** A person blocks the bot: its messages are refused from now on. */
  blocks(user: SandboxUser): Update {
    return this.#changesMembership(toApiUser(user), 'member', 'kicked');
  }

  unblocks(user: SandboxUser): Update {
    return this.#changesMembership(toApiUser(user), 'kicked', 'member');
  }

  isBlocking(chatId: number): boolean {
    return this.#blocking.has(chatId);
  }

  #changesMembership(from: ApiUser, before: ApiMember['status'], after: ApiMember['status']): Update {
    if (after === 'kicked') this.#blocking.add(from.id);
    else this.#blocking.delete(from.id);
    return this.updates.push({
      my_chat_member: {
        chat: chatOf(from.id, from),
        from,
        date: toUnixSeconds(now()),
        old_chat_member: { user: this.bot, status: before },
        new_chat_member: { user: this.bot, status: after },
      },
    });
  }

  /** @throws Error that says what there is to press, when there is no such button */
  press(chatId: number, choice: ButtonChoice): Press {
    const { message, button } = this.#find(chatId, choice);
    const user = choice.from ?? chatId;
    if (user === chatId && chatId < 0)
      throw new Error(`Chat ${chatId} is a group: say who presses with "from"`);
    if (button.url !== undefined) return this.#follow(button.url, user);
    if (button.callback_data === undefined)
      throw new Error(`The button "${button.text}" sends nothing to the bot`);
    const query = this.queries.open();
    const update = this.updates.push({
      callback_query: {
        id: query.id,
        from: toApiUser(user),
        message: viewMessage(this.bot, message),
        chat_instance: String(chatId),
        data: button.callback_data,
      },
    });
    return { update, queryId: query.id, answered: query.answered };
  }

  /** A link to the bot with a payload opens the chat and sends /start, as Telegram's apps do. */
  #follow(url: string, user: SandboxUser): Press {
    const payload = startPayload(url, this.bot.username ?? '');
    if (payload === undefined) throw new Error(`The button opens ${url}, which does not reach the bot`);
    return {
      update: this.says(user, `/start ${payload}`.trim()),
      queryId: undefined,
      answered: Promise.resolve(undefined),
    };
  }

  #find(chatId: number, choice: ButtonChoice): { message: RecordedMessage; button: InlineButton } {
    if (choice.text === undefined && choice.data === undefined) {
      throw new Error('Say which button to press: by its text or by its data');
    }
    const present = this.record.messagesTo(chatId).filter((message) => !message.deleted);
    const { messageId } = choice;
    const candidates =
      messageId === undefined
        ? present.slice(-1)
        : present.filter((message) => message.messageId === messageId);
    const message = candidates[0];
    if (message === undefined) {
      throw new Error(`Chat ${chatId} has no message ${messageId ?? ''}`.trim() + ' from the bot');
    }
    const buttons = message.replyMarkup?.inline_keyboard.flat() ?? [];
    const button = buttons.find((candidate) => isChosen(candidate, choice));
    if (button === undefined) {
      const labels = buttons.map(({ text }) => `"${text}"`).join(', ') || 'none';
      const wanted = JSON.stringify(choice.text ?? choice.data);
      throw new Error(
        `Message ${message.messageId} to chat ${chatId} has no button ${wanted}; its buttons: ${labels}`,
      );
    }
    return { message, button };
  }
}

function isChosen(button: InlineButton, { text, data }: ButtonChoice): boolean {
  return (
    (text === undefined || button.text === text) && (data === undefined || button.callback_data === data)
  );
}

function toApiUser(user: SandboxUser): ApiUser {
  const given = typeof user === 'number' ? { id: user } : user;
  return { first_name: `User ${given.id}`, ...given, is_bot: false };
}

function startPayload(url: string, botUsername: string): string | undefined {
  const link = new URL(/^[a-z]+:/i.test(url) ? url : `https://${url}`);
  const inApp = link.protocol === 'tg:';
  const name = inApp ? link.searchParams.get('domain') : link.pathname.slice(1);
  const isLinkToBot = inApp ? link.host === 'resolve' : ['t.me', 'telegram.me'].includes(link.hostname);
  if (!isLinkToBot || name?.toLowerCase() !== botUsername.toLowerCase()) return undefined;
  return link.searchParams.get('start') ?? '';
}
