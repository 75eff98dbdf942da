import { toUnixSeconds } from './clock.js';
import type { RecordedMessage } from './record.js';
import { trimParsed } from './text/entity.js';
import type { TextEntity } from '@pollcast/telegram-text';
import { parseText } from './text/message-text.js';
import { chatOf } from './types.js';
import type { ApiMessage, ApiUser } from './types.js';

/** A message of the bot as the Bot API shows it. */
export function viewMessage(bot: ApiUser, message: RecordedMessage): ApiMessage {
  const { text, entities } = trimParsed(parseText(message.currentText, message.currentParseMode));
  return viewParsed(bot, message, text, entities);
}

/** As viewMessage, for a caller that has just parsed the text. */
export function viewParsed(
  bot: ApiUser,
  message: RecordedMessage,
  text: string,
  entities: readonly TextEntity[],
): ApiMessage {
  const view: ApiMessage = {
    message_id: message.messageId,
    from: bot,
    chat: chatOf(message.chatId),
    date: toUnixSeconds(message.sentAt),
    text,
  };
  if (message.editedAt !== undefined) view.edit_date = toUnixSeconds(message.editedAt);
  if (entities.length > 0) view.entities = entities;
  if (message.replyMarkup !== undefined) view.reply_markup = message.replyMarkup;
  return view;
}
