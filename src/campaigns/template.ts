import { isBlank } from '../kernel/blank.js';
import { isolate } from '../kernel/isolate.js';
import type { Addressee, ReminderContent } from './ports.js';

export const DEFAULT_MESSAGE_TEMPLATE =
  'Hello {{firstName}}, you have not finished the poll “{{pollTitle}}” yet. It only takes a moment.';

const BUTTON_TEXT = 'Open the poll';

/** How a recipient is addressed whose first name is not known or shows nothing. */
const ANONYMOUS_NAME = 'there';

export const PLACEHOLDERS = ['firstName', 'pollTitle'] as const;
type Placeholder = (typeof PLACEHOLDERS)[number];

/** With the spaces left to whoever reads the name: taken out by the pattern, many of them would take cubic time. */
const PLACEHOLDER_PATTERN = /\{\{([^{}]*)\}\}/g;

interface FoundPlaceholder {
  name: string;
  /** Of its braces in the template, in UTF-16 units. */
  position: number;
}

function placeholdersOf(template: string): FoundPlaceholder[] {
  const found = [...template.matchAll(PLACEHOLDER_PATTERN)];
  return found.map(({ 1: name = '', index }) => ({ name: name.trim(), position: index }));
}

/** Placeholders of which nobody knows what to fill in. */
export function unknownPlaceholders(template: string): FoundPlaceholder[] {
  return placeholdersOf(template).filter(({ name }) => !isPlaceholder(name));
}

/** The first placeholder within a tag that is not in the quotes of an attribute: a name would become markup there. */
export function placeholderInTag(template: string): FoundPlaceholder | undefined {
  for (const { 0: part, index } of template.matchAll(TAG_OR_TEXT)) {
    const blanked = part.replace(/"[^"]*"|'[^']*'/g, (quoted) => '.'.repeat(quoted.length));
    const [inTag] = part.startsWith('<') ? placeholdersOf(blanked) : [];
    if (inTag) return { ...inTag, position: index + inTag.position };
  }
  return undefined;
}

/** Escapes what Telegram's HTML mode would read as markup, also inside the value of an attribute. */
function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

export interface TemplateValues {
  /** What the recipient has told Telegram, which may show nothing. */
  firstName: string | null;
  pollTitle: string;
}

/** A tag with its attributes, or the text up to the next one. */
const TAG_OR_TEXT = /<[^<>"']*(?:"[^"]*"[^<>"']*|'[^']*'[^<>"']*)*>|[^<]+|</g;

/**
 * Replaces the placeholders. The template is HTML as Telegram understands it; the values are plain text, isolated so
 * that their direction stays theirs. The value of an attribute, such as a link, is no text that anybody reads.
 */
export function renderTemplate(template: string, { firstName, pollTitle }: TemplateValues): string {
  const values = {
    firstName: firstName === null || isBlank(firstName) ? ANONYMOUS_NAME : firstName,
    pollTitle,
  };
  return template.replace(TAG_OR_TEXT, (part) =>
    part.replace(PLACEHOLDER_PATTERN, (whole, spaced: string) => {
      const name = spaced.trim();
      if (!isPlaceholder(name)) return whole;
      return escapeHtml(part.startsWith('<') ? values[name] : isolate(values[name]));
    }),
  );
}

/** A reminder as it is sent: HTML text, and one button that opens the bot's chat with a start parameter. */
export interface Reminder {
  chatId: string;
  text: string;
  button: { text: string; startParameter: string };
}

/** The reminder that one recipient gets: the text with its names filled in, and the button that opens the poll. */
export function reminderFor(
  to: Addressee,
  { messageTemplate, pollId, pollTitle, buttonText }: ReminderContent,
): Reminder {
  return {
    chatId: to.chatId,
    text: renderTemplate(messageTemplate, { firstName: to.firstName, pollTitle }),
    button: { text: buttonText ?? BUTTON_TEXT, startParameter: `poll_${pollId}` },
  };
}

/** Whether two recipients can get different texts. */
export function isPersonal(template: string): boolean {
  return placeholdersOf(template).some(({ name }) => name === 'firstName');
}

function isPlaceholder(name: string): name is Placeholder {
  return (PLACEHOLDERS as readonly string[]).includes(name);
}
