import type { Method } from './method.js';
import { deleteMessage, editMessageReplyMarkup, editMessageText, sendMessage } from './messages.js';
import { answerCallbackQuery, getMe, getMyCommands, setMyCommands } from './bot.js';
import { deleteWebhook, getUpdates, getWebhookInfo, setWebhook } from './updates.js';

const METHODS: Record<string, Method> = {
  getMe,
  sendMessage,
  editMessageText,
  editMessageReplyMarkup,
  deleteMessage,
  answerCallbackQuery,
  setMyCommands,
  getMyCommands,
  getUpdates,
  setWebhook,
  deleteWebhook,
  getWebhookInfo,
};

export interface NamedMethod {
  /** As Telegram spells it. */
  name: string;
  run: Method;
}

const BY_LOWER_NAME = new Map(
  Object.entries(METHODS).map(([name, run]): [string, NamedMethod] => [name.toLowerCase(), { name, run }]),
);

/** Telegram does not mind the case of a method's name. */
export function findMethod(name: string): NamedMethod | undefined {
  return BY_LOWER_NAME.get(name.toLowerCase());
}
