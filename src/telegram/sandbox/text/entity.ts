import { badRequest } from '../api-error.js';
import type { ApiError } from '../api-error.js';

/** A formatted part of a message; offset and length count UTF-16 units, as in the Bot API. */
export interface TextEntity {
  type: string;
  offset: number;
  length: number;
  url?: string;
  language?: string;
}

export interface ParsedText {
  text: string;
  entities: TextEntity[];
}

/** Telegram points at bytes, so the offset in characters is turned into one of UTF-8. */
export function parseFailure(reason: string, source: string, position: number): ApiError {
  const offset = Buffer.byteLength(source.slice(0, position));
  return badRequest(`can't parse entities: ${reason} at byte offset ${offset}`);
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

/** Sorts entities that were added as they ended: by their start, the outer before the inner. */
export function inOrder(entities: TextEntity[]): TextEntity[] {
  return entities.reverse().sort((a, b) => a.offset - b.offset || b.length - a.length);
}
