import { badRequest } from '../api-error.js';
import { HtmlCursor, decodeHtml } from './html-cursor.js';
import { inOrder, parseFailure } from './entity.js';
import type { ParsedText, TextEntity } from './entity.js';

const ENTITY_OF_TAG = new Map([
  ['b', 'bold'],
  ['strong', 'bold'],
  ['i', 'italic'],
  ['em', 'italic'],
  ['u', 'underline'],
  ['ins', 'underline'],
  ['s', 'strikethrough'],
  ['strike', 'strikethrough'],
  ['del', 'strikethrough'],
  ['tg-spoiler', 'spoiler'],
  ['span', 'spoiler'],
  ['a', 'text_link'],
  ['code', 'code'],
  ['pre', 'pre'],
  ['blockquote', 'blockquote'],
]);

interface OpenTag {
  name: string;
  attributes: ReadonlyMap<string, string>;
  /** Where its text begins in the result. */
  offset: number;
}

/**
 * Parses the HTML subset of the Bot API.
 * @throws ApiError 400 "can't parse entities: ..." with Telegram's reason and byte offset
 */
export function parseHtml(source: string): ParsedText {
  // Most messages have no markup at all, and a sandbox takes thousands of messages a second.
  if (!source.includes('<')) return { text: decodeHtml(source), entities: [] };
  const cursor = new HtmlCursor(source);
  const open: OpenTag[] = [];
  const entities: TextEntity[] = [];
  let text = '';
  for (;;) {
    text += decodeHtml(cursor.takeTextUntilTag());
    if (cursor.atEnd) break;
    if (cursor.isEndTag) {
      const tag = closeTag(cursor, open);
      addEntity(entities, toEntity(tag, text.length));
    } else {
      open.push(openTag(cursor, text.length));
    }
  }
  const unclosed = open.at(-1);
  if (unclosed !== undefined) {
    throw badRequest(
      `can't parse entities: Can't find end tag corresponding to start tag "${unclosed.name}"`,
    );
  }
  return { text, entities: inOrder(entities) };
}

function openTag(cursor: HtmlCursor, offset: number): OpenTag {
  const begin = cursor.position;
  const name = cursor.takeTagName(begin);
  if (!ENTITY_OF_TAG.has(name)) throw parseFailure(`Unsupported start tag "${name}"`, cursor.source, begin);
  const attributes = cursor.takeAttributes(name, begin);
  if (name === 'span' && attributes.get('class') !== 'tg-spoiler') {
    throw parseFailure('Tag "span" must have class "tg-spoiler"', cursor.source, begin);
  }
  return { name, attributes, offset };
}

function closeTag(cursor: HtmlCursor, open: OpenTag[]): OpenTag {
  const begin = cursor.position;
  const tag = open.pop();
  if (tag === undefined) throw parseFailure('Unexpected end tag', cursor.source, begin);
  const name = cursor.takeEndTagName(begin);
  if (name !== '' && name !== tag.name) {
    const offset = Buffer.byteLength(cursor.source.slice(0, begin));
    throw badRequest(
      `can't parse entities: Unmatched end tag at byte offset ${offset}, expected "</${tag.name}>", found "</${name}>"`,
    );
  }
  return tag;
}

/** <pre><code class="language-..."> is one entity to Telegram. */
function addEntity(entities: TextEntity[], entity: TextEntity | undefined): void {
  if (entity === undefined) return;
  const inner = entities.at(-1);
  const isWhole = inner?.offset === entity.offset && inner.length === entity.length;
  if (entity.type === 'pre' && inner?.type === 'code' && isWhole) {
    entities.pop();
    entity.language = inner.language;
  }
  entities.push(entity);
}

function toEntity(tag: OpenTag, end: number): TextEntity | undefined {
  const length = end - tag.offset;
  if (length === 0) return undefined;
  const entity: TextEntity = { type: ENTITY_OF_TAG.get(tag.name) ?? tag.name, offset: tag.offset, length };
  if (tag.name === 'a') {
    const url = tag.attributes.get('href');
    if (url === undefined || url === '') return undefined;
    entity.url = url;
  }
  const language = /^language-(.+)$/.exec(tag.attributes.get('class') ?? '')?.[1];
  if (language !== undefined && (tag.name === 'code' || tag.name === 'pre')) entity.language = language;
  return entity;
}
