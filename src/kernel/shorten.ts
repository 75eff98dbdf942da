const MAX_LENGTH = 30;

/** The beginning of a name that may be anything, for a sentence about it or a label. */
export function shorten(name: string, maxLength = MAX_LENGTH): string {
  const characters = Array.from(name);
  return characters.length <= maxLength ? name : `${characters.slice(0, maxLength).join('')}…`;
}
