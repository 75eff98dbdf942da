import { badRequest, forbidden } from '../api-error.js';
import type { SandboxCore } from '../core.js';
import { readKeyboard } from '../keyboard.js';
import { viewMessage, viewParsed } from '../message-view.js';
import { flagParam, integerParam, requireChatId, stringParam } from '../params.js';
import type { Params } from '../params.js';
import type { RecordedMessage } from '../record.js';
import { readText } from '../text/message-text.js';
import type { InlineKeyboard } from '../types.js';
import type { Method } from './method.js';

export const sendMessage: Method = ({ core, params, at }) => {
  // As Telegram does, before it looks for the chat.
  const { source, parseMode, text, entities } = readText(params, core.options.unknownTags);
  const replyMarkup = readKeyboard(params);
  const chatId = requireChatId(params);
  const effectId = readEffect(params, chatId, core.options.knowsEffects);
  if (core.users.isBlocking(chatId)) throw forbidden('bot was blocked by the user');
  core.limits.take(chatId, flagParam(params, 'allow_paid_broadcast'), at);
  const message = core.record.addMessage({
    chatId,
    text: source,
    parseMode,
    sentAt: at,
    replyMarkup,
    effectId,
  });
  return viewParsed(core.bot, message, text, entities);
};

export const editMessageText: Method = ({ core, params, at }) => {
  const { source, parseMode, text, entities } = readText(params, core.options.unknownTags);
  const replyMarkup = readKeyboard(params);
  const message = requireMessage(core, params, 'message to edit not found');
  core.limits.takeEdit(at);
  const shown = viewMessage(core.bot, message);
  const sameText = shown.text === text && same(shown.entities ?? [], entities);
  if (sameText && same(message.replyMarkup, replyMarkup)) throw notModified();
  message.currentText = source;
  message.currentParseMode = parseMode;
  edit(core, message, replyMarkup, at);
  return viewParsed(core.bot, message, text, entities);
};

export const editMessageReplyMarkup: Method = ({ core, params, at }) => {
  const replyMarkup = readKeyboard(params);
  const message = requireMessage(core, params, 'message to edit not found');
  core.limits.takeEdit(at);
  if (same(message.replyMarkup, replyMarkup)) throw notModified();
  edit(core, message, replyMarkup, at);
  return viewMessage(core.bot, message);
};

export const deleteMessage: Method = ({ core, params }) => {
  requireMessage(core, params, 'message to delete not found').deleted = true;
  return true;
};

/** The effects that Telegram offers to everybody. */
const EFFECTS = [
  '5104841245755180586',
  '5107584321108051014',
  '5104858069142078462',
  '5159385139981059251',
  '5046509860389126442',
  '5046589136895476101',
];

function readEffect(params: Params, chatId: number, isKnown: boolean): string | undefined {
  const effect = stringParam(params, 'message_effect_id');
  if (effect === undefined) return undefined;
  if (!isKnown || chatId < 0 || !EFFECTS.includes(effect)) throw badRequest('EFFECT_ID_INVALID');
  return effect;
}

function requireMessage(core: SandboxCore, params: Params, whenMissing: string): RecordedMessage {
  const chatId = requireChatId(params);
  const messageId = integerParam(params, 'message_id');
  if (messageId === undefined) throw badRequest('message identifier is not specified');
  const message = core.record.find(chatId, messageId);
  if (message === undefined) throw badRequest(whenMissing);
  return message;
}

/** An edit without reply_markup takes the keyboard away, as in Telegram. */
function edit(
  core: SandboxCore,
  message: RecordedMessage,
  keyboard: InlineKeyboard | undefined,
  at: number,
): void {
  message.replyMarkup = keyboard;
  message.editedAt = at;
  core.conditions.notify();
}

function notModified(): Error {
  return badRequest(
    'message is not modified: specified new message content and reply markup are exactly the same ' +
      'as a current content and reply markup of the message',
  );
}

/** Both sides were built by the same code, so equal values have equal JSON. */
function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
