/** Telegram's limit for one message, counted after its markup was parsed. */
export const MAX_MESSAGE_CHARACTERS = 4096;

/** As Telegram counts: Unicode code points. */
export function characterCount(text: string): number {
  return text.length - (text.match(/[\uD800-\uDBFF][\uDC00-\uDFFF]/g)?.length ?? 0);
}
