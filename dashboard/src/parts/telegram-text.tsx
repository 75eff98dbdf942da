import { MarkupError, parseTelegramHtml, type TextEntity } from '@pollcast/telegram-text';
import { Fragment, type ReactNode } from 'react';
import { useWords, type Words } from '../i18n.js';

/** The elements for entities that are no more than one. */
const ELEMENTS = {
  bold: 'b',
  italic: 'i',
  underline: 'u',
  strikethrough: 's',
  code: 'code',
  pre: 'pre',
  blockquote: 'blockquote',
} as const;

function isPlain(type: string): type is keyof typeof ELEMENTS {
  return type in ELEMENTS;
}

/** A link is shown with where it leads, and leads nowhere: a preview is not for pressing. */
function element({ type, url, unix_time: time }: TextEntity, inner: ReactNode, words: Words): ReactNode {
  if (isPlain(type)) {
    const Element = ELEMENTS[type];
    return <Element>{inner}</Element>;
  }
  if (type === 'text_link')
    return (
      <span className="link" title={url}>
        {inner}
      </span>
    );
  if (type === 'spoiler') return <span className="spoiler">{inner}</span>;
  // Telegram writes it in the zone of who reads.
  if (type === 'date_time' && time !== undefined)
    return words.time(new Date(time * 1000).toISOString(), { dateStyle: 'long', timeStyle: 'short' });
  return inner;
}

interface Span {
  from: number;
  to: number;
}

/** The text of a span with its entities, which come the outer before the inner. */
function render(
  text: string,
  { from, to }: Span,
  entities: readonly TextEntity[],
  words: Words,
): ReactNode[] {
  const parts: ReactNode[] = [];
  let position = from;
  for (let index = 0; index < entities.length; index += 1) {
    const entity = entities[index];
    if (entity === undefined || entity.offset < position) continue;
    const end = Math.min(to, entity.offset + entity.length);
    const inside = entities.slice(index + 1).filter((other) => other.offset < end);
    parts.push(text.slice(position, entity.offset));
    const inner = render(text, { from: entity.offset, to: end }, inside, words);
    parts.push(<Fragment key={index}>{element(entity, inner, words)}</Fragment>);
    position = end;
  }
  parts.push(text.slice(position, to));
  return parts.filter((part) => part !== '');
}

/** What is no HTML of Telegram's stands as it is. */
function parse(html: string): Pick<ReturnType<typeof parseTelegramHtml>, 'text' | 'entities'> {
  try {
    return parseTelegramHtml(html);
  } catch (error) {
    if (!(error instanceof MarkupError)) throw error;
    return { text: html, entities: [] };
  }
}

/** A text in Telegram's HTML as Telegram shows it: its parser reads it, and elements of our own are made of what it found. */
export function TelegramText({ html }: { html: string }) {
  const words = useWords();
  const { text, entities } = parse(html);
  return <div className="telegram-text">{render(text, { from: 0, to: text.length }, entities, words)}</div>;
}
