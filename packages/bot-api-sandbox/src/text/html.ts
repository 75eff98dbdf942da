import { MarkupError, type ParsedText, parseTelegramHtml } from '@pollcast/telegram-text';
import { badRequest } from '../api-error.js';
import type { ApiError } from '../api-error.js';
import { byteOffset, parseFailure } from './entity.js';

/**
 * Parses the HTML subset of the Bot API.
 * @throws ApiError 400 "can't parse entities: ..." with Telegram's reason and byte offset
 */
export function parseHtml(source: string, unknownTags: readonly string[] = []): ParsedText {
  for (const tag of unknownTags) {
    const position = source.search(new RegExp(`<${tag}[\\s>]`, 'i'));
    if (position >= 0) throw parseFailure(`Unsupported start tag "${tag}"`, source, position);
  }
  try {
    return parseTelegramHtml(source);
  } catch (error) {
    throw error instanceof MarkupError ? refusal(error, source) : error;
  }
}

/** In Telegram's words. */
function refusal({ problem, position }: MarkupError, source: string): ApiError {
  const at = (reason: string) => parseFailure(reason, source, position);
  switch (problem.kind) {
    case 'unclosedStartTag':
      return at('Unclosed start tag');
    case 'unclosedEndTag':
      return at('Unclosed end tag');
    case 'unexpectedEndTag':
      return at('Unexpected end tag');
    case 'unsupportedTag':
      return at(`Unsupported start tag "${problem.tag}"`);
    case 'unmatchedEndTag':
      return badRequest(
        `can't parse entities: Unmatched end tag at byte offset ${byteOffset(source, position)}, ` +
          `expected "</${problem.tag}>", found "</${problem.found}>"`,
      );
    case 'missingEndTag':
      return badRequest(
        `can't parse entities: Can't find end tag corresponding to start tag "${problem.tag}"`,
      );
    case 'emptyAttributeName':
      return at(`Empty attribute name in the tag "${problem.tag}"`);
    case 'unquotedValue':
      return at('Unexpected end of name token');
    case 'plainSpan':
      return at('Tag "span" must have class "tg-spoiler"');
    case 'badEmojiId':
      return badRequest("can't parse entities: Invalid custom emoji identifier specified");
    case 'badTime':
      return badRequest("can't parse entities: Invalid date-time specified");
  }
}
