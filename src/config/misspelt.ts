import { distance } from 'fastest-levenshtein';
import { SECRET_SETTINGS, SETTING_NAMES } from './setting-table.js';

/** Shorter names resemble too many other words. */
const MIN_LETTERS = 5;
/** From this length on, two letters may differ. */
const LONG = 14;

export interface Misspelling {
  name: string;
  meant: string;
}

/** Ignores underscores and case, the most common mistakes. */
function letters(name: string): string {
  return name.replaceAll('_', '').toUpperCase();
}

function sorted(text: string): string {
  return Array.from(text).sort().join('');
}

function isTransposed(given: string, known: string): boolean {
  return distance(given, known) === 2 && sorted(given) === sorted(known);
}

function isNear(given: string, known: string): boolean {
  if (Math.min(given.length, known.length) < MIN_LETTERS) return false;
  const allowed = known.length >= LONG ? 2 : 1;
  return distance(given, known) <= allowed || isTransposed(given, known);
}

/** Finds variables whose names nearly match a setting. */
export function misspeltSettings(names: readonly string[]): Misspelling[] {
  const known = [...SETTING_NAMES, ...SECRET_SETTINGS.map((name) => `${name}_FILE`)];
  return names
    .filter((name) => !known.includes(name))
    .flatMap((name) => {
      const meant = known.find((setting) => isNear(letters(name), letters(setting)));
      return meant === undefined ? [] : [{ name, meant }];
    });
}

export function describeMisspelling({ name, meant }: Misspelling): string {
  return `${name} is no setting: ${meant} was probably meant.`;
}
