/** The parts of Telegram's Update that the bot handles. */
export interface BotUpdate {
  update_id: number;
  message?: { chat: UpdateChat; from?: UpdateSender; text?: string };
  my_chat_member?: MemberUpdate;
}

/** The kinds of updates that Telegram sends to us: those of BotUpdate. */
export const UPDATE_KINDS: readonly (keyof BotUpdate)[] = ['message', 'my_chat_member'];

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
