/** The parts of Telegram's Update that the bot handles. */
export interface BotUpdate {
  update_id: number;
  message?: { chat: UpdateChat; from?: UpdateSender; text?: string };
  my_chat_member?: MemberUpdate;
  callback_query?: CallbackQuery;
}

/** The kinds of updates that Telegram sends to us: those of BotUpdate. */
export const UPDATE_KINDS: readonly (keyof BotUpdate)[] = ['message', 'my_chat_member', 'callback_query'];

export interface UpdateChat {
  id: number;
  type: string;
}

export interface UpdateSender {
  id: number;
  username?: string;
  first_name?: string;
  last_name?: string;
  language_code?: string;
}

/** In a private chat, the bot is "kicked" when the user blocks it, and a "member" after unblocking. */
export interface MemberUpdate {
  chat: UpdateChat;
  from: UpdateSender;
  new_chat_member: { status: string };
}

/** A press on a button. Of an old message only chat and number are known. */
export interface CallbackQuery {
  id: string;
  from: UpdateSender;
  message?: { message_id: number; chat: UpdateChat };
  data?: string;
}

/** The chat that an update belongs to; updates of one chat are handled in order. */
export function chatOf({
  message,
  my_chat_member: member,
  callback_query: query,
}: BotUpdate): string | undefined {
  const id = (message ?? member ?? query?.message)?.chat.id ?? query?.from.id;
  return id === undefined ? undefined : String(id);
}
