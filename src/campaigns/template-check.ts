import { isBlank } from '../kernel/blank.js';
import { shorten } from '../kernel/shorten.js';
import { userError, UserErrorCode, type UserError } from '../kernel/user-error.js';
import type { MessageMarkup } from './ports.js';
import { placeholderInTag, PLACEHOLDERS, renderTemplate, unknownPlaceholders } from './template.js';

/** Enough for a full message of nothing but escaped characters and tags. */
const MAX_SOURCE_LENGTH = 32_768;

const SHORTEST_NAME = 'A';
const KNOWN_PLACEHOLDERS = PLACEHOLDERS.map((name) => `{{${name}}}`).join(' and ');

/** More of these say nothing new. */
const MAX_UNKNOWN = 5;

/** Holds templates against the markup of those who deliver them. */
export class TemplateCheck {
  constructor(private readonly markup: MessageMarkup) {}

  /** Of a text without its markup. */
  get maxCharacters(): number {
    return this.markup.maxCharacters;
  }

  countCharacters(text: string): number {
    return this.markup.countCharacters(text);
  }

  /** What would be refused of a template whatever is filled in, so that nobody is sent anything. */
  errors(template: string, pollTitle: string, field: string[]): UserError[] {
    const invalid = (message: string) => userError(UserErrorCode.TEMPLATE_INVALID, message, field);
    if (template.length > MAX_SOURCE_LENGTH) {
      return [tooLong('The template with its tags', template.length, MAX_SOURCE_LENGTH, field)];
    }
    const problems = this.markupProblems(template);
    if (problems.length > 0) return problems.map(invalid);
    const shortest = this.readText(template, SHORTEST_NAME, pollTitle);
    if (isBlank(shortest)) return [invalid('The message has nothing to see in it: write some text.')];
    const length = this.countCharacters(shortest);
    if (length <= this.maxCharacters) return [];
    return [tooLong('The message', length, this.maxCharacters, field)];
  }

  /**
   * How long the message is with the longest name, where that is too long for it.
   * @param template one without errors
   */
  excessiveLength(template: string, pollTitle: string): number | undefined {
    const length = this.countCharacters(this.readText(template, this.markup.longestName, pollTitle));
    return length > this.maxCharacters ? length : undefined;
  }

  /** The message of a template without errors, without its markup. */
  private readText(template: string, firstName: string, pollTitle: string): string {
    const read = this.markup.read(renderTemplate(template, { firstName, pollTitle }));
    if ('advice' in read) throw new Error(`A checked template cannot be read: ${read.advice}`);
    return read.text.trim();
  }

  private markupProblems(template: string): string[] {
    const problems = unknownPlaceholders(template)
      .slice(0, MAX_UNKNOWN)
      .map(({ name, position }) => {
        const place = this.placeOf(template, position);
        return `${place}: unknown placeholder {{${shorten(name)}}}; ${KNOWN_PLACEHOLDERS} are known.`;
      });
    const read = this.markup.read(template);
    if ('advice' in read) return [...problems, `${this.placeOf(template, read.position)}: ${read.advice}`];
    const misplaced = placeholderInTag(template);
    if (!misplaced) return problems;
    const sentence = `{{${misplaced.name}}} may stand in the text or in the quotes of an attribute, not in a tag.`;
    return [...problems, `${this.placeOf(template, misplaced.position)}: ${sentence}`];
  }

  /** @param position in UTF-16 units; people count characters */
  private placeOf(template: string, position: number): string {
    const lines = template.slice(0, position).split('\n');
    return `Line ${lines.length}, column ${this.countCharacters(lines.at(-1) ?? '') + 1}`;
  }
}

function tooLong(what: string, length: number, limit: number, field: string[]): UserError {
  const message = `${what} must have at most ${limit} characters; this one has ${length}.`;
  return userError(UserErrorCode.TOO_LONG, message, field);
}
