import {
  characterCount,
  MarkupError,
  MAX_MESSAGE_CHARACTERS,
  parseTelegramHtml,
  TELEGRAM_TAGS,
  type MarkupProblem,
} from '@pollcast/telegram-text';
import type { MessageMarkup } from '../campaigns/ports.js';
import { countQuestion } from './question-view.js';
import { shorten } from '../kernel/shorten.js';

/** Telegram allows 64 characters; each direction override that a name leaves open is closed by another character. */
const LONGEST_NAME = '\u202E'.repeat(63) + 'A';

/** Telegram's HTML, and its limit for one message. */
export const TELEGRAM_MARKUP: MessageMarkup = {
  maxCharacters: MAX_MESSAGE_CHARACTERS,
  longestName: LONGEST_NAME,
  countCharacters: characterCount,
  countQuestion,
  read: (source) => {
    try {
      return parseTelegramHtml(source);
    } catch (error) {
      if (!(error instanceof MarkupError)) throw error;
      return { position: error.position, advice: describeProblem(error.problem) };
    }
  },
};

/** Describes the problem and its correction. */
function describeProblem(problem: MarkupProblem): string {
  switch (problem.kind) {
    case 'unsupportedTag':
      return describeTag(problem.tag);
    case 'unclosedStartTag':
      return 'this tag does not end. Close it with ">", or write "&lt;" for a plain "<".';
    case 'unclosedEndTag':
      return 'this end tag does not end. Close it with ">".';
    case 'unexpectedEndTag':
      return 'this end tag ends nothing. Remove it, or open the tag before it.';
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

function describeTag(tag: string): string {
  const known = `Telegram knows no tag <${shorten(tag)}>; it knows ${TELEGRAM_TAGS.join(', ')}.`;
  if (NEW_LINES.has(tag)) return `${known} For a new line, break the line in the text itself.`;
  return `${known} For a plain "<", write "&lt;".`;
}
