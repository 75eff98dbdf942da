import { STOP_CODES } from '../campaigns/failure-codes.js';
import type { SendOutcome } from './outcome.js';

/** The sentence for whoever sent a single message that was not confirmed. */
export function sentenceOf(outcome: Exclude<SendOutcome, { kind: 'sent' }>): string {
  switch (outcome.kind) {
    case 'throttled':
      return `Telegram asks the bot to wait for ${Math.ceil(outcome.retryAfterMs / 1000)} s.`;
    case 'moved':
      return `The chat has moved to ${outcome.chatId}.`;
    case 'ambiguous':
      return `There was no usable answer (${outcome.reason}): the message may have been sent all the same.`;
    case 'outage':
      return outcome.isDelivered === 'no'
        ? 'Telegram cannot be reached, or does not work: nothing was sent. Try again later.'
        : `There was no usable answer (${outcome.reason}): the message may have been sent all the same.`;
    case 'notSent':
      return 'The process is stopping: nothing was sent.';
    case 'botUnusable':
    case 'templateUnusable':
      return STOP_CODES[outcome.reason];
    default:
      return `Telegram did not accept the message: ${outcome.reason}.`;
  }
}
