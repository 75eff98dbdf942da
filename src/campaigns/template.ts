import { isolate } from '../kernel/isolate.js';

export const PLACEHOLDERS = ['firstName', 'pollTitle', 'closesAt', 'questionsLeft'] as const;
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
  firstName: string;
  pollTitle: string;
  /** The closing time in words, and the instant, which Telegram shows in the reader's own time. */
  closesAt: { text: string; at: Date | null };
  questionsLeft: number;
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
export function renderTemplate(template: string, values: TemplateValues): string {
  const { firstName, pollTitle, closesAt, questionsLeft } = values;
  const texts = { firstName, pollTitle, closesAt: closesAt.text, questionsLeft: String(questionsLeft) };
  const fill = ({ isTag, source }: Part): string =>
    source.replace(PLACEHOLDER_PATTERN, (whole, spaced: string) => {
      const name = spaced.trim();
      if (!isPlaceholder(name)) return whole;
      if (isTag) return escapeHtml(texts[name]);
      const text = escapeHtml(isolate(texts[name]));
      return name === 'closesAt' && closesAt.at ? timeTag(closesAt.at, text) : text;
    });
  return splitTags(template).map(fill).join('');
}

/** A time that Telegram shows in the zone and the language of the reader; the text is for apps that cannot. */
function timeTag(at: Date, text: string): string {
  return `<tg-time unix="${Math.floor(at.getTime() / 1000)}" format="Dt">${text}</tg-time>`;
}

/** Whether two recipients of one language can get different texts. */
export function isPersonal(template: string): boolean {
  return uses(template, 'firstName') || uses(template, 'questionsLeft');
}

export function uses(template: string, placeholder: Placeholder): boolean {
  return findPlaceholders(template).some(({ name }) => name === placeholder);
}

function isPlaceholder(name: string): name is Placeholder {
  return (PLACEHOLDERS as readonly string[]).includes(name);
}
