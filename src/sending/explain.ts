import type { SendOutcome } from './outcome.js';

/** The sentence an operator reads when a campaign was stopped for this reason. */
export function explain(reason: string): string {
  return EXPLANATIONS[reason] ?? 'Telegram refused the messages.';
}

const EXPLANATIONS: Readonly<Record<string, string>> = {
  BOT_TOKEN_REJECTED:
    'Telegram does not accept the bot token. Set BOT_TOKEN to a valid one, then resume the campaign.',
  BOT_LOGGED_OUT: 'The bot is logged out of this Bot API server. Log it in again, then resume the campaign.',
  BOT_ON_OTHER_SERVER: 'The bot belongs to another Bot API server. Set TELEGRAM_API_ROOT to it, then resume.',
  MARKUP_INVALID:
    'Telegram cannot read the HTML of the message template. Cancel this campaign and create it anew.',
  MESSAGE_TOO_LONG: 'The message is longer than 4096 characters. Cancel this campaign and create it anew.',
  MESSAGE_EMPTY: 'The message has no text. Cancel this campaign and create it anew.',
  BUTTON_INVALID: 'Telegram does not accept the button of the message.',
  REPLY_MARKUP_TOO_LONG: 'Telegram does not accept the button of the message: it is too long.',
  PARSE_MODE_INVALID: 'Telegram does not accept the parse mode of the message.',
};

/** The sentence for whoever sent a single message that was not confirmed. */
export function sentenceOf(outcome: Exclude<SendOutcome, { kind: 'sent' }>): string {
  switch (outcome.kind) {
    case 'throttled':
      return `Telegram asks the bot to wait for ${Math.ceil(outcome.retryAfterMs / 1000)} s.`;
    case 'moved':
      return `The chat has moved to ${outcome.chatId}.`;
    case 'ambiguous':
      return `There was no usable answer (${outcome.reason}): the message may have been sent all the same.`;
    case 'botUnusable':
    case 'templateUnusable':
      return explain(outcome.reason);
    default:
      return `Telegram did not accept the message: ${outcome.reason}.`;
  }
}
