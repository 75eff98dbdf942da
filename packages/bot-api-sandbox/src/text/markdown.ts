import { inOrder, type ParsedText, type TextEntity } from '@pollcast/telegram-text';
import { parseFailure } from './entity.js';
import { badRequest } from '../api-error.js';

const RESERVED = new Set('_*[]()~`>#+-=|{}.!');

/** Longer marks first: `__` must not be read as two `_`. */
const MARKS = [
  ['```', 'pre', 'Pre'],
  ['__', 'underline', 'Underline'],
  ['||', 'spoiler', 'Spoiler'],
  ['*', 'bold', 'Bold'],
  ['_', 'italic', 'Italic'],
  ['~', 'strikethrough', 'Strikethrough'],
  ['`', 'code', 'Code'],
  ['[', 'text_link', 'TextUrl'],
] as const;

type Mark = (typeof MARKS)[number];

interface OpenMark {
  mark: Mark;
  /** Where its text begins in the result, and its mark in the source. */
  offset: number;
  position: number;
}

/**
 * Parses MarkdownV2.
 * @throws ApiError 400 "can't parse entities: ..." with Telegram's reason
 */
export function parseMarkdownV2(source: string): ParsedText {
  return new MarkdownReader(source).read();
}

class MarkdownReader {
  #position = 0;
  #text = '';
  readonly #open: OpenMark[] = [];
  readonly #entities: TextEntity[] = [];

  constructor(private readonly source: string) {}

  read(): ParsedText {
    while (this.#position < this.source.length) this.#step();
    const unclosed = this.#open.at(-1);
    if (unclosed !== undefined) {
      throw parseFailure(`Can't find end of ${unclosed.mark[2]} entity`, this.source, unclosed.position);
    }
    return { text: this.#text, entities: inOrder(this.#entities) };
  }

  #step(): void {
    const character = this.source.charAt(this.#position);
    if (character === '\\' && this.#position + 1 < this.source.length) {
      this.#text += this.source.charAt(this.#position + 1);
      this.#position += 2;
      return;
    }
    const top = this.#open.at(-1);
    if (top !== undefined && this.source.startsWith(endOf(top.mark), this.#position)) {
      this.#close(top);
      return;
    }
    const verbatim = top?.mark[1] === 'code' || top?.mark[1] === 'pre';
    if (!verbatim && RESERVED.has(character)) {
      this.#begin(character);
      return;
    }
    this.#text += character;
    this.#position++;
  }

  #begin(character: string): void {
    const lineStart = this.#position === 0 || this.source[this.#position - 1] === '\n';
    if (character === '>' && lineStart) {
      this.#position++;
      return;
    }
    const mark = MARKS.find(([sign]) => this.source.startsWith(sign, this.#position));
    if (mark === undefined) {
      throw badRequest(
        `can't parse entities: Character '${character}' is reserved and must be escaped with the preceding '\\'`,
      );
    }
    this.#open.push({ mark, offset: this.#text.length, position: this.#position });
    this.#position += mark[0].length;
  }

  #close(top: OpenMark): void {
    this.#open.pop();
    this.#position += endOf(top.mark).length;
    const entity: TextEntity = {
      type: top.mark[1],
      offset: top.offset,
      length: this.#text.length - top.offset,
    };
    if (top.mark[1] === 'text_link') entity.url = this.#takeUrl();
    if (entity.length > 0 && entity.url !== '') this.#entities.push(entity);
  }

  #takeUrl(): string {
    if (this.source[this.#position] !== '(') return '';
    const inBrackets = /\(((?:\\.|[^)\\])*)\)/y;
    inBrackets.lastIndex = this.#position;
    const url = inBrackets.exec(this.source)?.[1];
    if (url === undefined) throw parseFailure("Can't find end of a URL", this.source, this.#position);
    this.#position = inBrackets.lastIndex;
    return url.replace(/\\(.)/g, '$1');
  }
}

function endOf(mark: Mark): string {
  return mark[0] === '[' ? ']' : mark[0];
}
