import { inOrder, type ParsedText, type TextEntity } from './entity.js';
import { HtmlCursor, decodeHtml } from './html-cursor.js';
import { MarkupError } from './markup-error.js';

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
  ['tg-emoji', 'custom_emoji'],
  ['tg-time', 'date_time'],
]);

/** The tags that Telegram knows. */
export const TELEGRAM_TAGS: readonly string[] = [...ENTITY_OF_TAG.keys()];

interface OpenTag {
  name: string;
  attributes: ReadonlyMap<string, string>;
  /** Where its text begins in the result, and the tag in the source. */
  offset: number;
  position: number;
}

/**
 * Parses the HTML subset of the Bot API.
 * @throws MarkupError for what Telegram would refuse, too
 */
export function parseTelegramHtml(source: string): ParsedText {
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
    throw new MarkupError({ kind: 'missingEndTag', tag: unclosed.name }, unclosed.position);
  }
  return { text, entities: inOrder(entities) };
}

function openTag(cursor: HtmlCursor, offset: number): OpenTag {
  const begin = cursor.position;
  const name = cursor.takeTagName(begin);
  if (!ENTITY_OF_TAG.has(name)) throw new MarkupError({ kind: 'unsupportedTag', tag: name }, begin);
  const attributes = cursor.takeAttributes(name, begin);
  if (name === 'span' && attributes.get('class') !== 'tg-spoiler') {
    throw new MarkupError({ kind: 'plainSpan' }, begin);
  }
  if (name === 'tg-emoji' && !/^\d{1,19}$/.test(attributes.get('emoji-id') ?? '')) {
    throw new MarkupError({ kind: 'badEmojiId' }, begin);
  }
  if (name === 'tg-time' && !/^\d{1,10}$/.test(attributes.get('unix') ?? '')) {
    throw new MarkupError({ kind: 'badTime' }, begin);
  }
  return { name, attributes, offset, position: begin };
}

function closeTag(cursor: HtmlCursor, open: OpenTag[]): OpenTag {
  const begin = cursor.position;
  const tag = open.pop();
  if (tag === undefined) throw new MarkupError({ kind: 'unexpectedEndTag' }, begin);
  const name = cursor.takeEndTagName(begin);
  if (name !== '' && name !== tag.name) {
    throw new MarkupError({ kind: 'unmatchedEndTag', tag: tag.name, found: name }, begin);
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
  if (tag.name === 'tg-emoji') entity.custom_emoji_id = tag.attributes.get('emoji-id');
  if (tag.name === 'tg-time') {
    entity.unix_time = Number(tag.attributes.get('unix'));
    entity.date_time_format = tag.attributes.get('format');
  }
  const language = /^language-(.+)$/.exec(tag.attributes.get('class') ?? '')?.[1];
  if (language !== undefined && (tag.name === 'code' || tag.name === 'pre')) entity.language = language;
  return entity;
}
