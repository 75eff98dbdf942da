/** Telegram's limit for one message, in characters. It counts what is left of the markup; here all of the template counts. */
const MAX_TEMPLATE_LENGTH = 4096;

export const DEFAULT_MESSAGE_TEMPLATE =
  'Hello {{firstName}}, you have not finished the poll “{{pollTitle}}” yet. It only takes a moment.';

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

/** Replaces the placeholders. The template is HTML as Telegram understands it; the values are plain text. */
export function renderTemplate(template: string, values: Record<Placeholder, string>): string {
  return template.replace(PLACEHOLDER_PATTERN, (whole, spaced: string) => {
    const name = spaced.trim();
    return isPlaceholder(name) ? escapeHtml(values[name]) : whole;
  });
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

/** How a recipient is addressed who has told Telegram no first name. */
export const ANONYMOUS_NAME = 'there';
