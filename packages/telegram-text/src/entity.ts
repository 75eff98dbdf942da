/** A formatted part of a message; offset and length count UTF-16 units, as in the Bot API. */
export interface TextEntity {
  type: string;
  offset: number;
  length: number;
  url?: string;
  language?: string;
  custom_emoji_id?: string;
  unix_time?: number;
  date_time_format?: string;
}

export interface ParsedText {
  text: string;
  entities: TextEntity[];
}

/** Sorts entities that were added as they ended: by their start, the outer before the inner. */
export function inOrder(entities: TextEntity[]): TextEntity[] {
  return entities.reverse().sort((a, b) => a.offset - b.offset || b.length - a.length);
}
