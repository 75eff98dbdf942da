import { isBlank } from '../kernel/blank.js';
import { shorten } from '../kernel/shorten.js';
import { userError, UserErrorCode, type UserError } from '../kernel/user-error.js';
import type { MessageMarkup } from './ports.js';
import type { ShownQuestion } from '../questionnaire/questionnaire.store.js';
import { placeholderInTag, PLACEHOLDERS, renderTemplate, unknownPlaceholders, uses } from './template.js';

/** Enough for a message of maximum length that consists of escaped characters and tags. */
const MAX_SOURCE_LENGTH = 32_768;

const SHORTEST_NAME = 'A';
const KNOWN_PLACEHOLDERS = new Intl.ListFormat('en').format(PLACEHOLDERS.map((name) => `{{${name}}}`));

/** As long as a closing time is in any language, with its zone. */
const LONG_TIME = '31 September 2026 at 12:00 GMT+12:45';

/** Limit of reported unknown placeholders. */
const MAX_UNKNOWN = 5;

/** What of a poll is in its reminders. */
export interface PollTexts {
  title: string;
  closesAt: Date | null;
  questions: readonly Pick<ShownQuestion, 'text' | 'options'>[];
}

/** Checks templates by the markup of the messenger. */
export class TemplateCheck {
  constructor(private readonly markup: MessageMarkup) {}

  /** Limit of a text without its markup. */
  get maxCharacters(): number {
    return this.markup.maxCharacters;
  }

  countCharacters(text: string): number {
    return this.markup.countCharacters(text);
  }

  /**
   * Errors for which every message of the template would be refused.
   * @param asks whether the message carries a question as well
   */
  errors(template: string, poll: PollTexts, field: string[], asks = false): UserError[] {
    const invalid = (message: string) => userError(UserErrorCode.TEMPLATE_INVALID, message, field);
    if (template.length > MAX_SOURCE_LENGTH) {
      return [tooLong('The template with its tags', template.length, MAX_SOURCE_LENGTH, field)];
    }
    const problems = this.markupProblems(template);
    if (problems.length > 0) return problems.map(invalid);
    if (poll.closesAt === null && uses(template, 'closesAt'))
      return [invalid('The poll has no closing time: set one, or leave {{closesAt}} out.')];
    const shortest = this.readText(template, SHORTEST_NAME, poll);
    if (isBlank(shortest)) return [invalid('The message is invisible: write some text.')];
    const length = this.countCharacters(shortest) + this.countQuestions(poll, asks);
    if (length <= this.maxCharacters) return [];
    return [
      tooLong(
        asks ? 'The message with the longest question' : 'The message',
        length,
        this.maxCharacters,
        field,
      ),
    ];
  }

  /**
   * Length of the message with the longest name, if that exceeds the limit.
   * @param template without errors
   */
  excessiveLength(template: string, poll: PollTexts, asks = false): number | undefined {
    const text = this.readText(template, this.markup.longestName, poll);
    const length = this.countCharacters(text) + this.countQuestions(poll, asks);
    return length > this.maxCharacters ? length : undefined;
  }

  /** Renders a template without errors, and removes the markup. */
  private readText(template: string, firstName: string, { title, closesAt }: PollTexts): string {
    const time = { at: closesAt, text: LONG_TIME };
    const values = { firstName, pollTitle: title, closesAt: time, questionsLeft: 1 };
    const read = this.markup.read(renderTemplate(template, values));
    if ('advice' in read) throw new Error(`A checked template cannot be read: ${read.advice}`);
    return read.text.trim();
  }

  private countQuestions({ questions }: PollTexts, asks: boolean): number {
    return asks ? Math.max(0, ...questions.map((question) => this.markup.countQuestion(question))) : 0;
  }

  private markupProblems(template: string): string[] {
    const problems = unknownPlaceholders(template)
      .slice(0, MAX_UNKNOWN)
      .map(({ name, position }) => {
        const place = this.describePlace(template, position);
        return `${place}: unknown placeholder {{${shorten(name)}}}; ${KNOWN_PLACEHOLDERS} are known.`;
      });
    const read = this.markup.read(template);
    if ('advice' in read)
      return [...problems, `${this.describePlace(template, read.position)}: ${read.advice}`];
    const misplaced = placeholderInTag(template);
    if (!misplaced) return problems;
    const sentence = `{{${misplaced.name}}} may stand in the text or in the quotes of an attribute, not in a tag.`;
    return [...problems, `${this.describePlace(template, misplaced.position)}: ${sentence}`];
  }

  /** @param position in UTF-16 units; the result counts characters */
  private describePlace(template: string, position: number): string {
    const lines = template.slice(0, position).split('\n');
    return `Line ${lines.length}, column ${this.countCharacters(lines.at(-1) ?? '') + 1}`;
  }
}

function tooLong(what: string, length: number, limit: number, field: string[]): UserError {
  const message = `${what} must have at most ${limit} characters; this one has ${length}.`;
  return userError(UserErrorCode.TOO_LONG, message, field);
}
