import type { Line } from './lines.js';

/** Stands for no value, where an empty cell leaves what is there. */
const NOTHING = '\\N';
const GROUP_SEPARATOR = '|';

/** Names of columns by how files call them, in small letters without anything between. The first is required. */
export const ID_COLUMNS = { id: 'id', userid: 'id', telegramid: 'id', telegramuserid: 'id' };
export const PEOPLE_COLUMNS = {
  ...ID_COLUMNS,
  username: 'username',
  firstname: 'firstName',
  lastname: 'lastName',
  languagecode: 'languageCode',
  language: 'languageCode',
  timezone: 'timeZone',
  groups: 'groups',
  group: 'groups',
};

/** What importTelegramUsers takes: undefined leaves what is there, null clears it. */
export interface Person {
  id: string;
  username?: string | null | undefined;
  firstName?: string | null | undefined;
  lastName?: string | null | undefined;
  languageCode?: string | null | undefined;
  timeZone?: string | null | undefined;
  /** All groups, in place of those before. */
  groups?: string[] | null | undefined;
}

function cell(given: string | undefined): string | null | undefined {
  if (given === undefined || given.trim() === '') return undefined;
  return given.trim() === NOTHING ? null : given;
}

function toGroups(given: string | null | undefined): string[] | null | undefined {
  return given == null
    ? given
    : given
        .split(GROUP_SEPARATOR)
        .map((name) => name.trim())
        .filter(Boolean);
}

export function readPerson(cells: Line['cells']): Person {
  return {
    id: cells.id?.trim() ?? '',
    username: cell(cells.username),
    firstName: cell(cells.firstName),
    lastName: cell(cells.lastName),
    languageCode: cell(cells.languageCode),
    timeZone: cell(cells.timeZone),
    groups: toGroups(cell(cells.groups)),
  };
}
