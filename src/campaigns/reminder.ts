import { isBlank } from '../kernel/blank.js';
import { nearestLanguage } from '../texts/nearest-language.js';
import type { Texts as BotTexts } from '../texts/texts.js';
import type { Addressee, Reminder, ReminderContent } from './ports.js';
import { isPersonal, renderTemplate, uses, type TemplateValues } from './template.js';

type Texts = Pick<ReminderContent, 'messageTemplate' | 'buttonText' | 'translations'>;

/** Writes the reminders of a campaign in the languages of their recipients. */
export class ReminderWriter {
  constructor(
    private readonly texts: BotTexts,
    /** Of recipients whose own is not known. */
    private readonly timeZone: string,
  ) {}

  write(to: Addressee, content: ReminderContent): Reminder {
    const { asked, languageCode } = to;
    const { messageTemplate, buttonText } = this.choose(languageCode, content);
    return {
      userId: to.userId,
      chatId: to.chatId,
      languageCode,
      campaignId: content.campaignId,
      pollId: content.pollId,
      text: renderTemplate(messageTemplate, this.values(to, languageCode, content)),
      buttonText: buttonText ?? this.texts.in(languageCode)('openPoll'),
      ...(content.asksFirstQuestion && asked && { asked }),
    };
  }

  /** The text of campaigns that name none. Recipients of other languages get that of the bot in their language. */
  defaultTemplate(): string {
    return this.texts.in(null)('reminder');
  }

  /** The texts for a language: a translation, or else those of the campaign. */
  private choose(languageCode: string | null, content: Texts): Pick<Texts, 'messageTemplate' | 'buttonText'> {
    const byLanguage = new Map(content.translations.map((text) => [text.languageCode, text]));
    const language = nearestLanguage(languageCode, (known) => byLanguage.has(known));
    const found = language === undefined ? undefined : byLanguage.get(language);
    if (found) return found;
    const { messageTemplate, buttonText } = content;
    const isDefault = messageTemplate === this.defaultTemplate();
    return {
      messageTemplate: isDefault ? this.texts.in(languageCode)('reminder') : messageTemplate,
      buttonText,
    };
  }

  private values(to: Addressee, languageCode: string | null, content: ReminderContent): TemplateValues {
    const say = this.texts.in(languageCode);
    const { firstName } = to;
    return {
      firstName: firstName === null || isBlank(firstName) ? say('anonymousName') : firstName,
      pollTitle: content.pollTitle,
      closesAt: { at: content.closesAt, text: this.describeTime(content.closesAt, to) },
      questionsLeft: to.questionsLeft,
    };
  }

  private describeTime(at: Date | null, { languageCode, timeZone }: Addressee): string {
    if (!at) return this.texts.in(languageCode)('noClosingTime');
    const language = this.texts.nearest(languageCode);
    const words = new Intl.DateTimeFormat(language, {
      year: 'numeric',
      month: 'long',
      day: 'numeric',
      hour: 'numeric',
      minute: '2-digit',
      timeZone: timeZone ?? this.timeZone,
      // Who reads a time of another zone has to know which.
      ...(timeZone === null && { timeZoneName: 'short' as const }),
    });
    return words.format(at);
  }
}

/** Whether two recipients can get different texts. */
export function areTextsPersonal({
  messageTemplate,
  translations,
  asksFirstQuestion,
}: Pick<ReminderContent, 'messageTemplate' | 'translations' | 'asksFirstQuestion'>): boolean {
  return asksFirstQuestion || translations.length > 0 || isPersonal(messageTemplate);
}

/** Whether the texts can have `<tg-time>`. */
export function showTimes({
  messageTemplate,
  translations,
}: Pick<ReminderContent, 'messageTemplate' | 'translations'>): boolean {
  const templates = [messageTemplate, ...translations.map((text) => text.messageTemplate)];
  return templates.some((template) => uses(template, 'closesAt') || template.includes('<tg-time'));
}
