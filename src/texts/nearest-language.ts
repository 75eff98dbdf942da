/**
 * Finds the language that is nearest to a person's: their own, or else the one that it is a variety of.
 * @param languageCode IETF tag in any letter case, such as pt-BR
 * @param isKnown whether there are texts in a language, in lower case
 */
export function nearestLanguage(
  languageCode: string | null | undefined,
  isKnown: (language: string) => boolean,
): string | undefined {
  const subtags = languageCode?.toLowerCase().split(/[-_]/) ?? [];
  for (let length = subtags.length; length > 0; length -= 1) {
    const language = subtags.slice(0, length).join('-');
    if (isKnown(language)) return language;
  }
  return undefined;
}
