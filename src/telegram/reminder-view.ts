import type { ReminderView } from '../campaigns/ports.js';
import type { References } from '../questionnaire/reference.js';
import type { Reminder, SentReminder } from '../engine/ports.js';
import type { Texts } from '../texts/texts.js';
import type { Keyboard } from './keyboard.js';
import { QuestionRenderer, type QuestionView } from './question-view.js';
import { ReminderMenu } from './reminder-menu.js';

/** Shows reminders as text and buttons. */
export class TelegramReminderView implements ReminderView {
  private readonly questions: QuestionRenderer;
  private readonly menu: ReminderMenu;

  constructor(
    private readonly references: References,
    private readonly texts: Texts,
  ) {
    this.questions = new QuestionRenderer(references);
    this.menu = new ReminderMenu(references);
  }

  text(reminder: Reminder): string {
    const question = chooseQuestion(reminder);
    if (!question) return reminder.text;
    return `${reminder.text}\n\n${this.questions.text(question, this.texts.in(reminder.languageCode))}`;
  }

  /** For a reminder of a poll that its recipient has completed: the button shows the poll as it is then. */
  completedKeyboard({ userId, pollId, campaignId, languageCode }: SentReminder): Keyboard {
    const data = this.references.write(userId, { kind: 'open', pollId, campaignId });
    return [[{ text: `✓ ${this.texts.in(languageCode)('completedShort')}`, callback_data: data }]];
  }

  keyboard(reminder: Reminder): Keyboard {
    const say = this.texts.in(reminder.languageCode);
    const question = chooseQuestion(reminder);
    if (question) return [...this.questions.keyboard(question, say), ...this.menu.rows(reminder, say)];
    const { userId, pollId, campaignId, buttonText } = reminder;
    const data = this.references.write(userId, { kind: 'open', pollId, campaignId });
    return [[{ text: buttonText, callback_data: data }], ...this.menu.rows(reminder, say)];
  }
}

function chooseQuestion({ userId, campaignId, asked }: Reminder): QuestionView | undefined {
  return asked && { userId, campaignId, ...asked, chosenId: null, page: 0 };
}
