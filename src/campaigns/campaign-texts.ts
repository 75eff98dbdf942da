import { isBlank } from '../kernel/blank.js';
import { userError, UserErrorCode, type UserError } from '../kernel/user-error.js';
import type { NotificationCampaign } from './campaign.entity.js';
import type { CreateCampaignInput, MessageTranslationInput, UpdateCampaignInput } from './campaign.types.js';
import type { PollTexts, TemplateCheck } from './template-check.js';

/** Longer labels are truncated on phones. */
const MAX_BUTTON_LENGTH = 64;

/** What a campaign says as it is, for a change that leaves some of it out. */
export type CurrentTexts = Pick<
  NotificationCampaign,
  'messageTemplate' | 'translations' | 'asksFirstQuestion'
>;

type Input = CreateCampaignInput | UpdateCampaignInput;

/**
 * Checks what a campaign would say in each language.
 * @param current undefined for a new campaign
 */
export function textErrors(
  input: Input,
  current: CurrentTexts | undefined,
  poll: PollTexts,
  templates: TemplateCheck,
): UserError[] {
  const { messageTemplate, buttonText, translations } = input;
  const asks =
    input.asksFirstQuestion ?? (input.asksFirstQuestion === undefined && current?.asksFirstQuestion);
  const check = (template: string, field: string[]) => templates.errors(template, poll, field, asks === true);
  const errors: UserError[] = [];
  if (messageTemplate != null) errors.push(...check(messageTemplate, ['input', 'messageTemplate']));
  if (buttonText != null) errors.push(...buttonErrors(buttonText, ['input', 'buttonText'], templates));
  for (const [index, translation] of (translations ?? []).entries()) {
    const field = ['input', 'translations', String(index)];
    errors.push(...check(translation.messageTemplate, [...field, 'messageTemplate']));
    if (translation.buttonText != null)
      errors.push(...buttonErrors(translation.buttonText, [...field, 'buttonText'], templates));
  }
  errors.push(...repeatedLanguages(translations ?? []));
  // Texts that stay have to fit with a question that is new.
  if (input.asksFirstQuestion === true && current) {
    const field = ['input', 'asksFirstQuestion'];
    const staying = [
      ...(messageTemplate === undefined ? [current.messageTemplate] : []),
      ...(translations === undefined ? current.translations.map((text) => text.messageTemplate) : []),
    ];
    errors.push(...staying.flatMap((template) => check(template, field)));
  }
  return errors;
}

function repeatedLanguages(translations: readonly MessageTranslationInput[]): UserError[] {
  const languages = translations.map(({ languageCode }) => normalized(languageCode));
  return languages.flatMap((language, index) => {
    const first = languages.indexOf(language);
    if (first === index) return [];
    const message = `There are two translations for ${language}; translations ${first} has it too.`;
    return [
      userError(UserErrorCode.INVALID, message, ['input', 'translations', String(index), 'languageCode']),
    ];
  });
}

/** Language tags are compared in lower case, with hyphens. */
export function normalized(languageCode: string): string {
  return languageCode.toLowerCase().replaceAll('_', '-');
}

function buttonErrors(text: string, field: string[], templates: TemplateCheck): UserError[] {
  const name = field.at(-1) ?? '';
  if (isBlank(text)) return [userError(UserErrorCode.INVALID, `${name} is invisible: leave it out.`, field)];
  const length = templates.countCharacters(text);
  if (length <= MAX_BUTTON_LENGTH) return [];
  const message = `${name} must have at most ${MAX_BUTTON_LENGTH} characters; this one has ${length}.`;
  return [userError(UserErrorCode.TOO_LONG, message, field)];
}
