import { renderTemplate } from '../campaigns/template.js';
import type { OutgoingMessage } from './outcome.js';

export interface ReminderContent {
  messageTemplate: string;
  pollId: string;
  pollTitle: string;
}

export interface Addressee {
  chatId: string;
  firstName: string | null;
}

/** The reminder that one recipient gets: the text with its names filled in, and the button that opens the poll. */
export function reminderFor(
  to: Addressee,
  { messageTemplate, pollId, pollTitle }: ReminderContent,
): OutgoingMessage {
  return {
    chatId: to.chatId,
    text: renderTemplate(messageTemplate, { firstName: to.firstName, pollTitle }),
    button: { text: 'Open the poll', startParameter: `poll_${pollId}` },
  };
}
