import { MarkupError } from './markup-error.js';

const NAMED = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
]);

const CHARACTER_REFERENCE = /&(?:#x([\da-f]{1,6})|#(\d{1,7})|(lt|gt|amp|quot));?/gi;

/** Telegram knows four names and the numeric forms; any other `&` stands for itself. */
export function decodeHtml(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(CHARACTER_REFERENCE, (whole, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return NAMED.get(name) ?? whole;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)
      ? String.fromCodePoint(code)
      : whole;
  });
}

/** Walks through HTML source; the callers give meaning to what it takes. */
export class HtmlCursor {
  position = 0;

  constructor(readonly source: string) {}

  get atEnd(): boolean {
    return this.position >= this.source.length;
  }

  get isEndTag(): boolean {
    return this.source[this.position + 1] === '/';
  }

  takeTextUntilTag(): string {
    const next = this.source.indexOf('<', this.position);
    const end = next === -1 ? this.source.length : next;
    const text = this.source.slice(this.position, end);
    this.position = end;
    return text;
  }

  takeTagName(begin: number): string {
    this.position++;
    const name = this.#takeWhile(/[^\s>]*/y);
    if (this.atEnd) throw new MarkupError({ kind: 'unclosedStartTag' }, begin);
    return name.toLowerCase();
  }

  takeEndTagName(begin: number): string {
    this.position += 2;
    const name = this.#takeWhile(/[^\s>]*/y);
    this.#takeWhile(/\s*/y);
    if (this.source[this.position] !== '>') throw new MarkupError({ kind: 'unclosedEndTag' }, begin);
    this.position++;
    return name.toLowerCase();
  }

  /** Takes the attributes and the `>` after them. */
  takeAttributes(tag: string, begin: number): Map<string, string> {
    const attributes = new Map<string, string>();
    for (;;) {
      this.#takeWhile(/\s*/y);
      if (this.atEnd) throw new MarkupError({ kind: 'unclosedStartTag' }, begin);
      if (this.source[this.position] === '>') break;
      const name = this.#takeWhile(/[^\s=>/"']*/y).toLowerCase();
      if (name === '') throw new MarkupError({ kind: 'emptyAttributeName', tag }, begin);
      attributes.set(name, this.#takeAttributeValue(begin));
    }
    this.position++;
    return attributes;
  }

  #takeAttributeValue(begin: number): string {
    this.#takeWhile(/\s*/y);
    if (this.source[this.position] !== '=') return '';
    this.position++;
    this.#takeWhile(/\s*/y);
    const quote = this.source[this.position];
    if (quote !== '"' && quote !== "'") {
      const value = this.#takeWhile(/[\w.-]*/y);
      const next = this.source[this.position];
      if (next === undefined) throw new MarkupError({ kind: 'unclosedStartTag' }, begin);
      if (!/[\s>]/.test(next)) throw new MarkupError({ kind: 'unquotedValue' }, this.position);
      return value;
    }
    const end = this.source.indexOf(quote, this.position + 1);
    if (end === -1) throw new MarkupError({ kind: 'unclosedStartTag' }, begin);
    const value = this.source.slice(this.position + 1, end);
    this.position = end + 1;
    return decodeHtml(value);
  }

  #takeWhile(sticky: RegExp): string {
    sticky.lastIndex = this.position;
    const taken = sticky.exec(this.source)?.[0] ?? '';
    this.position += taken.length;
    return taken;
  }
}
