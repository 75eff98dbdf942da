import type { Person } from './person.js';

const MAX_NAME_LENGTH = 64;
const MAX_LANGUAGE_LENGTH = 35;
const MAX_GROUPS = 100;
const MAX_GROUP_LENGTH = 100;

/** A character that is displayed; the empty braille cell is not. */
const VISIBLE = /[^\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\u2800]/u;

export type PersonProblem = keyof Person;

/** In characters, as the API counts. */
function lengthIn(text: string): number {
  return Array.from(text).length;
}

function isTimeZone(name: string): boolean {
  if (!/^[a-z]/i.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function isGroup(name: string): boolean {
  return (
    lengthIn(name.normalize('NFC').trim()) <= MAX_GROUP_LENGTH && VISIBLE.test(name) && !name.includes('\0')
  );
}

const RULES: Readonly<Record<Exclude<keyof Person, 'groups'>, (value: string) => boolean>> = {
  id: (id) => /^(user_)?[1-9]\d{0,15}$/.test(id),
  username: (name) => name === '@' || /^@?[a-z]\w{3,31}$/i.test(name),
  firstName: (name) => lengthIn(name) <= MAX_NAME_LENGTH,
  lastName: (name) => lengthIn(name) <= MAX_NAME_LENGTH,
  languageCode: (code) => lengthIn(code) <= MAX_LANGUAGE_LENGTH,
  timeZone: isTimeZone,
};

/** Says before the API does which fields it would refuse: a dry run asks nobody. */
export function checkPerson(person: Person): PersonProblem[] {
  const fields = Object.keys(RULES) as (keyof typeof RULES)[];
  const problems: PersonProblem[] = fields.filter((field) => {
    const value = person[field];
    return value != null && !RULES[field](value.trim());
  });
  const groups = person.groups ?? [];
  if (groups.length > MAX_GROUPS || !groups.every(isGroup)) problems.push('groups');
  return problems;
}
