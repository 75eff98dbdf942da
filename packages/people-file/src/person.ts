import type { Line } from './lines.js';

/** Stands for no value, where an empty cell leaves what is there. */
const NOTHING = '\\N';
const GROUP_SEPARATOR = '|';
/** Exports put a quote before what a spreadsheet would take for a formula. */
const DEFUSED = /^'(?=[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20])/;
/** What stands between separators; a backslash before a separator, or before another one, makes it a letter. */
const GROUP_NAME = /(?:\\[\\|]|[^|])+/g;

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
  return given.trim() === NOTHING ? null : given.replace(DEFUSED, '');
}

function toGroups(given: string | null | undefined): string[] | null | undefined {
  return given == null
    ? given
    : Array.from(given.matchAll(GROUP_NAME), ([name]) => name.trim().replace(/\\([\\|])/g, '$1')).filter(
        Boolean,
      );
}

/** The cell that stands for these groups. */
export function writeGroups(names: readonly string[]): string {
  return names.map((name) => name.replace(/[\\|]/g, '\\$&')).join(GROUP_SEPARATOR);
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
