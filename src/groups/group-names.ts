import { distance } from 'fastest-levenshtein';
import { isBlank } from '../kernel/blank.js';
import { userError, UserErrorCode, type UserError } from '../kernel/user-error.js';

const MAX_NAME_LENGTH = 100;
/** Groups that one person, poll or campaign can name. */
const MAX_GROUPS = 100;
const MAX_SUGGESTIONS = 3;

/** A name as it is stored: in one Unicode form, without white space around it. */
export function cleanGroupName(name: string): string {
  return name.normalize('NFC').trim();
}

/** Two names are of one group if and only if these are equal. */
export function groupKey(name: string): string {
  return cleanGroupName(name).normalize('NFKC').toLowerCase();
}

/** One of each name, in the order of the first. */
export function distinctGroups(names: readonly string[]): string[] {
  const byKey = new Map<string, string>();
  for (const name of names) if (!byKey.has(groupKey(name))) byKey.set(groupKey(name), cleanGroupName(name));
  return [...byKey.values()];
}

/** Checks the form of names. @param field path of the list in the arguments */
export function groupNameErrors(names: readonly string[], field: readonly string[]): UserError[] {
  if (names.length > MAX_GROUPS) {
    const message = `At most ${MAX_GROUPS} groups can be given; these are ${names.length}.`;
    return [userError(UserErrorCode.INVALID, message, [...field])];
  }
  return names.flatMap((name, place) => nameErrors(name, [...field, String(place)]));
}

/** Checks the form of one name. */
export function nameErrors(name: string, field: string[]): UserError[] {
  const length = Array.from(cleanGroupName(name)).length;
  if (length <= MAX_NAME_LENGTH && !isBlank(name) && !name.includes('\0')) return [];
  const message = `The name of a group must have 1 to ${MAX_NAME_LENGTH} characters that can be seen.`;
  return [userError(UserErrorCode.INVALID, message, field)];
}

/** The most similar of the known names, if any is similar. */
export function nearGroups(name: string, known: readonly string[]): string[] {
  const key = groupKey(name);
  const allowed = Math.ceil(key.length / 3);
  return known
    .map((other) => ({ other, far: remoteness(key, groupKey(other)) }))
    .filter(({ far }) => far <= allowed)
    .sort((a, b) => a.far - b.far || (a.other < b.other ? -1 : 1))
    .slice(0, MAX_SUGGESTIONS)
    .map(({ other }) => other);
}

/** A name that contains the other one is near, too. */
function remoteness(key: string, other: string): number {
  return key.length > 2 && (other.includes(key) || key.includes(other)) ? 1 : distance(key, other);
}

/** The refusal of a name that no group has. */
export function unknownGroup(name: string, known: readonly string[], field: string[]): UserError {
  const near = nearGroups(name, known);
  const listed = near.map((other) => `“${other}”`).join(' or ');
  const advice = near.length > 0 ? `did you mean ${listed}?` : 'groups come by import or addToGroup.';
  return userError(UserErrorCode.NOT_FOUND, `There is no group “${cleanGroupName(name)}”: ${advice}`, field);
}
