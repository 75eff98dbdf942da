import type { TelegramUser } from '../people/telegram-user.entity.js';
import type { Poll } from '../polls/poll.entity.js';
import type { ReminderStanding } from '../questionnaire/questionnaire.store.js';
import type { MessageSample } from './campaign-preview.types.js';
import type { Addressee, ReminderContent, ReminderView } from './ports.js';
import type { ReminderWriter } from './reminder.js';
import { reminderContent } from './test-notification.service.js';

/** What the samples read of recipients. */
export interface SampleSources {
  findUser: (id: string) => Promise<TelegramUser | null>;
  findStanding: (userId: string, pollId: string) => Promise<ReminderStanding>;
}

type Texts = Pick<ReminderContent, 'messageTemplate' | 'buttonText' | 'translations' | 'asksFirstQuestion'>;

/** Nobody, who has answered nothing yet. */
const NOBODY = '0';

/** Writes samples of the reminders that a campaign would send. */
export class SampleService {
  constructor(
    private readonly sources: SampleSources,
    private readonly writer: ReminderWriter,
    private readonly view: ReminderView,
  ) {}

  /**
   * The reminder as the first recipient would get it; then one for those without a translation, and one for each translation.
   * @param firstId undefined if there is no recipient
   */
  async write(poll: Poll, texts: Texts, firstId: string | undefined): Promise<MessageSample[]> {
    const { findUser, findStanding } = this.sources;
    const user = firstId === undefined ? null : await findUser(firstId);
    const userId = user?.id ?? NOBODY;
    const standing = await findStanding(userId, poll.id);
    const addressee: Addressee = {
      ...standing,
      userId,
      chatId: userId,
      firstName: user?.firstName ?? null,
      languageCode: user?.languageCode ?? null,
      timeZone: user?.timeZone ?? null,
    };
    const content = reminderContent(texts, poll);
    const languages = [addressee.languageCode, null, ...texts.translations.map((text) => text.languageCode)];
    return languages.map((languageCode) => {
      const reminder = this.writer.write({ ...addressee, languageCode }, content);
      return { languageCode, text: this.view.text(reminder), buttonText: reminder.buttonText };
    });
  }
}
