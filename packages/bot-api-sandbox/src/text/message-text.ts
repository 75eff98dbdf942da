import { characterCount, MAX_MESSAGE_CHARACTERS, type ParsedText } from '@pollcast/telegram-text';
import { badRequest } from '../api-error.js';
import { stringParam } from '../params.js';
import type { Params } from '../params.js';
import { trimParsed } from './entity.js';
import { parseHtml } from './html.js';
import { parseMarkdownV2 } from './markdown.js';

export interface IncomingText extends ParsedText {
  /** As the request had it. */
  source: string;
  parseMode: string | undefined;
}

/**
 * Reads `text` and `parse_mode` of a request and checks them as Telegram does.
 * @param unknownTags tags of HTML that are refused as an older server refuses them
 * @throws ApiError 400: text empty, too long, or with markup that cannot be parsed
 */
export function readText(params: Params, unknownTags: readonly string[] = []): IncomingText {
  const source = stringParam(params, 'text') ?? '';
  const parseMode = stringParam(params, 'parse_mode');
  const { text, entities } = trimParsed(parseText(source, parseMode, unknownTags));
  if (text === '') throw badRequest('message text is empty');
  if (characterCount(text) > MAX_MESSAGE_CHARACTERS) throw badRequest('message is too long');
  return { source, parseMode, text, entities };
}

/** @throws ApiError 400 for a parse mode that does not exist, or markup that cannot be parsed */
export function parseText(
  source: string,
  parseMode: string | undefined,
  unknownTags: readonly string[] = [],
): ParsedText {
  switch (parseMode?.toLowerCase()) {
    case undefined:
    case '':
    case 'none':
      return { text: source, entities: [] };
    case 'html':
      return parseHtml(source, unknownTags);
    case 'markdownv2':
      return parseMarkdownV2(source);
    default:
      throw badRequest('unsupported parse_mode');
  }
}
