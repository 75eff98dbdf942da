import { setTimeout as delay } from 'node:timers/promises';
import type { CallbackAnswer } from './callback-queries.js';
import type { SandboxCore } from './core.js';
import { viewMessage } from './message-view.js';
import type { ApiMessage } from './types.js';
import type { ButtonChoice } from './users.js';

export interface ChatLine {
  chatId: number;
  /** Of the bot's newest message. */
  text: string;
}

const CHATS_SHOWN = 200;
const MESSAGES_SHOWN = 100;
/** As long as a press can be answered. */
const ANSWER_WAIT_MS = 15_000;

/** The chats that the bot has written to, those with the newest messages first. */
export function listChats({ bot, record }: SandboxCore): ChatLine[] {
  const lines = new Map<number, ChatLine>();
  for (let index = record.messages.length - 1; index >= 0 && lines.size < CHATS_SHOWN; index--) {
    const message = record.messages[index];
    if (message === undefined || message.deleted || lines.has(message.chatId)) continue;
    const { text } = viewMessage(bot, message);
    lines.set(message.chatId, { chatId: message.chatId, text: text.slice(0, 100) });
  }
  return [...lines.values()];
}

/** The newest messages of both sides, in the order of the chat. */
export function readChat({ bot, record }: SandboxCore, chatId: number): ApiMessage[] {
  const written = record
    .messagesTo(chatId)
    .filter(({ deleted }) => !deleted)
    .slice(-MESSAGES_SHOWN)
    .map((message) => viewMessage(bot, message));
  return [...written, ...record.saidIn(chatId)]
    .sort((a, b) => a.message_id - b.message_id)
    .slice(-MESSAGES_SHOWN);
}

/** Presses a button. @returns what the bot tells the person; null when it has not in time */
export async function pressAndWait(
  { users }: SandboxCore,
  chatId: number,
  choice: ButtonChoice,
): Promise<{ answer: CallbackAnswer | null }> {
  const { answered } = users.press(chatId, choice);
  const answer = await Promise.race([answered, delay(ANSWER_WAIT_MS, undefined, { ref: false })]);
  return { answer: answer ?? null };
}
