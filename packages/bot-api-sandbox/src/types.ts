import type { TextEntity } from '@pollcast/telegram-text';

/** The parts of the Bot API's objects that the sandbox fills in, under Telegram's names. */
export interface ApiUser {
  id: number;
  is_bot: boolean;
  first_name: string;
  last_name?: string;
  username?: string;
  language_code?: string;
}

export interface ApiChat {
  id: number;
  type: 'private' | 'group';
  first_name?: string;
  username?: string;
  title?: string;
}

export interface InlineButton {
  text: string;
  url?: string;
  callback_data?: string;
}

export interface InlineKeyboard {
  inline_keyboard: InlineButton[][];
}

export interface ApiMessage {
  message_id: number;
  from: ApiUser;
  chat: ApiChat;
  /** Seconds since the epoch. */
  date: number;
  edit_date?: number;
  text: string;
  entities?: readonly TextEntity[];
  reply_markup?: InlineKeyboard;
}

export interface CallbackQuery {
  id: string;
  from: ApiUser;
  message: ApiMessage;
  chat_instance: string;
  data: string;
}

/** The bot itself as a member of a chat. */
export interface ApiMember {
  user: ApiUser;
  status: 'member' | 'kicked';
}

export interface MemberChange {
  chat: ApiChat;
  from: ApiUser;
  /** Seconds since the epoch. */
  date: number;
  old_chat_member: ApiMember;
  new_chat_member: ApiMember;
}

export interface UpdateContent {
  message?: ApiMessage;
  my_chat_member?: MemberChange;
  callback_query?: CallbackQuery;
}

export interface Update extends UpdateContent {
  update_id: number;
}

/** Telegram's sign convention: people are positive, groups negative. */
export function chatOf(chatId: number, user?: ApiUser): ApiChat {
  if (chatId < 0) return { id: chatId, type: 'group', title: `Group ${-chatId}` };
  const chat: ApiChat = { id: chatId, type: 'private', first_name: user?.first_name ?? `User ${chatId}` };
  if (user?.username !== undefined) chat.username = user.username;
  return chat;
}
