const MAX_LENGTH = 30;

/** The beginning of a name that may be anything, for a sentence about it. */
export function shorten(name: string): string {
  const characters = Array.from(name);
  return characters.length <= MAX_LENGTH ? name : `${characters.slice(0, MAX_LENGTH).join('')}…`;
}
