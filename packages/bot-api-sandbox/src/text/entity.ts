import type { ParsedText, TextEntity } from '@pollcast/telegram-text';
import { badRequest } from '../api-error.js';
import type { ApiError } from '../api-error.js';

/** Telegram points at bytes, so the offset in characters is turned into one of UTF-8. */
export function parseFailure(reason: string, source: string, position: number): ApiError {
  return badRequest(`can't parse entities: ${reason} at byte offset ${byteOffset(source, position)}`);
}

export function byteOffset(source: string, position: number): number {
  return Buffer.byteLength(source.slice(0, position));
}

/** Drops the white space around the text, as Telegram does, and moves the entities along. */
export function trimParsed({ text, entities }: ParsedText): ParsedText {
  const trimmed = text.trim();
  if (trimmed.length === text.length) return { text, entities };
  const lead = text.length - text.trimStart().length;
  const kept: TextEntity[] = [];
  for (const entity of entities) {
    const start = Math.max(entity.offset - lead, 0);
    const end = Math.min(entity.offset + entity.length - lead, trimmed.length);
    if (end > start) kept.push({ ...entity, offset: start, length: end - start });
  }
  return { text: trimmed, entities: kept };
}
