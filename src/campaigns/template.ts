import { isBlank } from '../text/blank.js';
import { isolate } from '../text/isolate.js';

/** Telegram's limit for one message, in characters. It counts what is left of the markup; here all of the template counts. */
const MAX_TEMPLATE_LENGTH = 4096;

export const DEFAULT_MESSAGE_TEMPLATE =
  'Hello {{firstName}}, you have not finished the poll “{{pollTitle}}” yet. It only takes a moment.';

/** How a recipient is addressed whose first name is not known or shows nothing. */
const ANONYMOUS_NAME = 'there';

const PLACEHOLDERS = ['firstName', 'pollTitle'] as const;
type Placeholder = (typeof PLACEHOLDERS)[number];

/** With the spaces left to whoever reads the name: taken out by the pattern, many of them would take cubic time. */
const PLACEHOLDER_PATTERN = /\{\{([^{}]*)\}\}/g;

function placeholdersOf(template: string): string[] {
  return [...template.matchAll(PLACEHOLDER_PATTERN)].map(([, name = '']) => name.trim());
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

/** Whether two recipients can get different texts. */
export function isPersonal(template: string): boolean {
  return placeholdersOf(template).includes('firstName');
}

/** What is wrong with a template, as a sentence; undefined when nothing is. */
export function templateProblem(template: string): string | undefined {
  if (template.trim() === '') return 'The message template must not be blank.';
  if (template.length > MAX_TEMPLATE_LENGTH) {
    return `The message template must have at most ${MAX_TEMPLATE_LENGTH} characters; this one has ${template.length}.`;
  }
  const unknown = placeholdersOf(template).find((name) => !isPlaceholder(name));
  if (unknown === undefined) return undefined;
  return `Unknown placeholder {{${unknown}}}; {{firstName}} and {{pollTitle}} are known.`;
}

function isPlaceholder(name: string): name is Placeholder {
  return (PLACEHOLDERS as readonly string[]).includes(name);
}
