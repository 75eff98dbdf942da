import type { Addressee, ReminderContent } from '../campaigns/ports.js';
import { renderTemplate } from '../campaigns/template.js';
import type { OutgoingMessage } from './ports.js';

const BUTTON_TEXT = 'Open the poll';

/** The reminder that one recipient gets: the text with its names filled in, and the button that opens the poll. */
export function reminderFor(
  to: Addressee,
  { messageTemplate, pollId, pollTitle, buttonText }: ReminderContent,
): OutgoingMessage {
  return {
    chatId: to.chatId,
    text: renderTemplate(messageTemplate, { firstName: to.firstName, pollTitle }),
    button: { text: buttonText ?? BUTTON_TEXT, startParameter: `poll_${pollId}` },
  };
}
