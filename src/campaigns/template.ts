import { isBlank } from '../kernel/blank.js';
import { isolate } from '../kernel/isolate.js';
import type { Addressee, ReminderContent } from './ports.js';

export const DEFAULT_MESSAGE_TEMPLATE =
  'Hello {{firstName}}, you have not finished the poll “{{pollTitle}}” yet. It only takes a moment.';

const BUTTON_TEXT = 'Open the poll';

/** Replaces a first name that is unknown or invisible. */
const ANONYMOUS_NAME = 'there';

export const PLACEHOLDERS = ['firstName', 'pollTitle'] as const;
type Placeholder = (typeof PLACEHOLDERS)[number];

/** Spaces are trimmed by the caller: in the pattern, many of them would take cubic time. */
const PLACEHOLDER_PATTERN = /\{\{([^{}]*)\}\}/g;

interface FoundPlaceholder {
  name: string;
  /** Position of its braces in the template, in UTF-16 units. */
  position: number;
}

function findPlaceholders(template: string): FoundPlaceholder[] {
  const found = [...template.matchAll(PLACEHOLDER_PATTERN)];
  return found.map(({ 1: name = '', index }) => ({ name: name.trim(), position: index }));
}

/** Finds unknown placeholders. */
export function unknownPlaceholders(template: string): FoundPlaceholder[] {
  return findPlaceholders(template).filter(({ name }) => !isPlaceholder(name));
}

/** Finds the first placeholder within a tag but outside of quotes, where a name would become markup. */
export function placeholderInTag(template: string): FoundPlaceholder | undefined {
  for (const { isTag, source, position } of splitTags(template)) {
    if (!isTag) continue;
    const blanked = source.replace(/"[^"]*"|'[^']*'/g, (quoted) => '.'.repeat(quoted.length));
    const [inTag] = findPlaceholders(blanked);
    if (inTag) return { ...inTag, position: position + inTag.position };
  }
  return undefined;
}

/** Escapes a text for Telegram's HTML, also within attribute values. */
function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

export interface TemplateValues {
  /** As the recipient set it in Telegram; may be invisible. */
  firstName: string | null;
  pollTitle: string;
}

/** A tag with its attributes; an attribute may contain `<`. */
const TAG = /<[^>"']*(?:"[^"]*"[^>"']*|'[^']*'[^>"']*)*>/y;

interface Part {
  isTag: boolean;
  source: string;
  /** In UTF-16 units. */
  position: number;
}

/** Splits a template into tags and texts, in linear time: after a tag that never ends, all the rest is text. */
function splitTags(template: string): Part[] {
  const parts: Part[] = [];
  for (let position = 0; position < template.length;) {
    TAG.lastIndex = position;
    const tag = TAG.exec(template)?.[0];
    const next = template.indexOf('<', position);
    const end = template[position] === '<' || next < 0 ? template.length : next;
    const source = tag ?? template.slice(position, end);
    parts.push({ isTag: tag !== undefined, source, position });
    position += source.length;
  }
  return parts;
}

/**
 * Replaces the placeholders. The template is Telegram's HTML; values are plain text, isolated so that their direction does not
 * affect the text around them. Attribute values, such as links, are not isolated: nobody reads them as text.
 */
export function renderTemplate(template: string, { firstName, pollTitle }: TemplateValues): string {
  const values = {
    firstName: firstName === null || isBlank(firstName) ? ANONYMOUS_NAME : firstName,
    pollTitle,
  };
  const fill = ({ isTag, source }: Part): string =>
    source.replace(PLACEHOLDER_PATTERN, (whole, spaced: string) => {
      const name = spaced.trim();
      if (!isPlaceholder(name)) return whole;
      return escapeHtml(isTag ? values[name] : isolate(values[name]));
    });
  return splitTags(template).map(fill).join('');
}

/** A reminder as it is sent: HTML text, and a button that opens the poll in its place. */
export interface Reminder {
  chatId: string;
  text: string;
  button: { text: string; userId: string; pollId: string; campaignId: string | null };
}

/** Renders the reminder for one recipient. */
export function reminderFor(
  to: Addressee,
  { messageTemplate, campaignId, pollId, pollTitle, buttonText }: ReminderContent,
): Reminder {
  return {
    chatId: to.chatId,
    text: renderTemplate(messageTemplate, { firstName: to.firstName, pollTitle }),
    button: { text: buttonText ?? BUTTON_TEXT, userId: to.userId, pollId, campaignId },
  };
}

/** Whether two recipients can get different texts. */
export function isPersonal(template: string): boolean {
  return findPlaceholders(template).some(({ name }) => name === 'firstName');
}

function isPlaceholder(name: string): name is Placeholder {
  return (PLACEHOLDERS as readonly string[]).includes(name);
}
