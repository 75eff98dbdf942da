import type { ReminderEditor, SendOutcome, SentReminder } from '../engine/ports.js';
import { classify } from './answers.js';
import { BotApiError, type BotApi } from './bot-api.js';
import type { TelegramReminderView } from './reminder-view.js';

/** Changes reminders through the Bot API. */
export class TelegramReminderEditor implements ReminderEditor {
  constructor(
    private readonly botApi: BotApi,
    private readonly view: TelegramReminderView,
  ) {}

  async markCompleted(reminder: SentReminder): Promise<SendOutcome> {
    const { chatId, messageId } = reminder;
    const keyboard = this.view.completedKeyboard(reminder);
    try {
      await this.botApi.call('editMessageReplyMarkup', {
        chat_id: chatId,
        message_id: Number(messageId),
        reply_markup: { inline_keyboard: keyboard },
      });
      return { kind: 'sent', messageId };
    } catch (error) {
      if (!(error instanceof BotApiError)) throw error;
      return classify(error.failure);
    }
  }
}
