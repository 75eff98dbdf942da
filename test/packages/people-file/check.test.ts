import { expect, test } from '@jest/globals';
import { checkPerson, PEOPLE_COLUMNS, readPerson } from '@pollcast/people-file';
import { mutate } from '../../support/mutations.js';
import { useApp } from '../../support/use-app.js';

const app = useApp({ run: ['api'] });

const LONG = 'x'.repeat(64);
const CELLS: Readonly<Record<string, readonly string[]>> = {
  id: [
    '1',
    ' 42 ',
    'user_7',
    '0',
    '-1',
    '1.0',
    '1e3',
    '',
    'x',
    '9'.repeat(16),
    '9'.repeat(17),
    'poll_1',
    '７',
  ],
  username: [
    'anna',
    '@anna_k',
    '@',
    'ann',
    '1anna',
    'a b c d',
    'анна',
    'a'.repeat(32),
    'a'.repeat(33),
    '@@anna',
  ],
  firstName: ['A', LONG, `${LONG}x`, ` ${LONG} `, '😀'.repeat(64), '😀'.repeat(65), '\\N'],
  lastName: [LONG, `${LONG}x`],
  languageCode: ['en', 'pt-BR', 'x'.repeat(35), 'x'.repeat(36)],
  timeZone: ['Europe/Lisbon', 'europe/lisbon', 'UTC', '+03:00', 'Mars/Olympus', '1', 'US/Eastern'],
  groups: [
    'A|B',
    'x'.repeat(100),
    'x'.repeat(101),
    '\u2800',
    'a|\u200B',
    Array(101).fill('a').join('|'),
    '|',
  ],
};

// A dry run asks nobody, and shall promise what the API keeps.
test.each(Object.entries(CELLS).flatMap(([column, cells]) => cells.map((cell) => [column, cell])))(
  'the check of %s "%s" says what the API says',
  async (column, cell) => {
    expect(Object.values(PEOPLE_COLUMNS)).toContain(column);
    const person = readPerson({ id: '1', [column]: cell });
    const { userErrors } = await mutate(app, 'importTelegramUsers', { users: [person] });
    expect(checkPerson(person)).toEqual(userErrors.map(({ field }) => field?.[2]));
  },
);
