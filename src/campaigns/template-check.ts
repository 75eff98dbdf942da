import { userError, UserErrorCode, type UserError } from '../kernel/user-error.js';
import { isBlank } from '../kernel/blank.js';
import {
  characterCount,
  MarkupError,
  type MarkupProblem,
  MAX_MESSAGE_CHARACTERS,
  parseTelegramHtml,
  TELEGRAM_TAGS,
} from '@pollcast/telegram-text';
import { placeholderInTag, PLACEHOLDERS, renderTemplate, unknownPlaceholders } from './template.js';

/** Enough for a full message of nothing but escaped characters and tags. */
const MAX_SOURCE_LENGTH = 32_768;

const SHORTEST_NAME = 'A';
/** Telegram allows 64 characters; each override of direction that a name leaves open is closed by another one. */
const LONGEST_NAME = '\u202E'.repeat(63) + 'A';

const KNOWN_PLACEHOLDERS = PLACEHOLDERS.map((name) => `{{${name}}}`).join(' and ');

/** More of these say nothing new. */
const MAX_UNKNOWN = 5;

/** What Telegram would refuse of a template whatever is filled in, so that nobody is sent anything. */
export function templateErrors(template: string, pollTitle: string, field: string[]): UserError[] {
  const invalid = (message: string) => userError(UserErrorCode.TEMPLATE_INVALID, message, field);
  if (template.length > MAX_SOURCE_LENGTH) {
    return [tooLong('The template with its tags', template.length, MAX_SOURCE_LENGTH, field)];
  }
  const problems = markupProblems(template);
  if (problems.length > 0) return problems.map(invalid);
  const shortest = textOf(template, SHORTEST_NAME, pollTitle);
  if (isBlank(shortest)) return [invalid('The message has nothing to see in it: write some text.')];
  const length = characterCount(shortest);
  if (length <= MAX_MESSAGE_CHARACTERS) return [];
  return [tooLong('The message', length, MAX_MESSAGE_CHARACTERS, field)];
}

/**
 * How long the message is with the longest name that Telegram allows, where that is too long for it.
 * @param template one without errors
 */
export function excessiveLength(template: string, pollTitle: string): number | undefined {
  const length = characterCount(textOf(template, LONGEST_NAME, pollTitle));
  return length > MAX_MESSAGE_CHARACTERS ? length : undefined;
}

/** What is left of the markup, as Telegram counts it. */
function textOf(template: string, firstName: string, pollTitle: string): string {
  return parseTelegramHtml(renderTemplate(template, { firstName, pollTitle })).text.trim();
}

function tooLong(what: string, length: number, limit: number, field: string[]): UserError {
  const message = `${what} must have at most ${limit} characters; this one has ${length}.`;
  return userError(UserErrorCode.TOO_LONG, message, field);
}

function markupProblems(template: string): string[] {
  const problems = unknownPlaceholders(template)
    .slice(0, MAX_UNKNOWN)
    .map(({ name, position }) => {
      const place = placeOf(template, position);
      return `${place}: unknown placeholder {{${shorten(name)}}}; ${KNOWN_PLACEHOLDERS} are known.`;
    });
  try {
    parseTelegramHtml(template);
  } catch (error) {
    if (!(error instanceof MarkupError)) throw error;
    return [...problems, `${placeOf(template, error.position)}: ${sentenceFor(error.problem)}`];
  }
  const misplaced = placeholderInTag(template);
  if (!misplaced) return problems;
  const sentence = `{{${misplaced.name}}} may stand in the text or in the quotes of an attribute, not in a tag.`;
  return [...problems, `${placeOf(template, misplaced.position)}: ${sentence}`];
}

/** Of a name that may be anything. */
function shorten(name: string): string {
  const characters = Array.from(name);
  return characters.length <= 30 ? name : `${characters.slice(0, 30).join('')}…`;
}

/** @param position in UTF-16 units; people count characters */
function placeOf(template: string, position: number): string {
  const lines = template.slice(0, position).split('\n');
  return `Line ${lines.length}, column ${characterCount(lines.at(-1) ?? '') + 1}`;
}

/** What is wrong and what would be right. */
function sentenceFor(problem: MarkupProblem): string {
  switch (problem.kind) {
    case 'unsupportedTag':
      return adviceFor(problem.tag);
    case 'unclosedStartTag':
      return 'this tag does not end. Close it with ">", or write "&lt;" for a plain "<".';
    case 'unclosedEndTag':
      return 'this end tag does not end. Close it with ">".';
    case 'unexpectedEndTag':
      return 'this end tag ends nothing. Take it out, or begin the tag before it.';
    case 'unmatchedEndTag':
      return `</${shorten(problem.found)}> comes where </${problem.tag}> has to come first: tags must not cross.`;
    case 'missingEndTag':
      return `<${problem.tag}> is never closed. Write </${problem.tag}> where it ends.`;
    case 'emptyAttributeName':
      return `an attribute of <${problem.tag}> has no name. Write name="value", and nothing else.`;
    case 'unquotedValue':
      return 'put the value of this attribute in quotes.';
    case 'plainSpan':
      return 'Telegram knows <span> as <span class="tg-spoiler"> only.';
    case 'badEmojiId':
      return '<tg-emoji> needs the number of an emoji: <tg-emoji emoji-id="5368324170671202286">.';
    case 'badTime':
      return '<tg-time> needs the seconds since 1970: <tg-time unix="1767225600">.';
  }
}

const NEW_LINES = new Set(['br', 'br/', 'p', 'div', 'li', 'ul', 'ol', 'h1', 'h2', 'h3', 'hr', 'tr']);

function adviceFor(tag: string): string {
  const known = `Telegram knows no tag <${shorten(tag)}>; it knows ${TELEGRAM_TAGS.join(', ')}.`;
  if (NEW_LINES.has(tag)) return `${known} For a new line, break the line in the text itself.`;
  return `${known} For a plain "<", write "&lt;".`;
}
