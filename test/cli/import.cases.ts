import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { ADMIN_TOKEN, VIEWER_TOKEN } from '../support/app.js';
import { runHosted } from '../support/hosted-program.js';
import { emptyDatabase } from '../support/empty.js';
import { createOpenPoll } from '../support/factories.js';
import { app } from './app.js';

let folder: string;
let pollId: string;

async function importFile(
  content: string | Buffer,
  ...options: string[]
): Promise<{ code: number; output: string }> {
  const file = join(folder, 'people.csv');
  await writeFile(file, content);
  return runHosted(['import', file, ...options], { API_URL: app.url, API_TOKEN: ADMIN_TOKEN });
}

interface Person {
  id: string;
  username: string | null;
  first_name: string | null;
  last_name: string | null;
  groups: string[] | null;
}

function people(): Promise<Person[]> {
  return app.database.query<Person>(
    `SELECT id, username, first_name, last_name, (
       SELECT array_agg(name ORDER BY name) FROM group_member JOIN user_group ON user_group.id = group_id WHERE user_id = person.id
     ) AS groups
     FROM telegram_user person ORDER BY id`,
  );
}

const ANNA = {
  id: '7001',
  username: 'anna_k',
  first_name: 'Anna',
  last_name: null,
  groups: ['Sales', 'Staff'],
};
const OLEG = { id: '7002', username: null, first_name: 'Олег', last_name: 'O"Hara; Jr.', groups: null };

describe('npm run import', () => {
  beforeAll(async () => {
    await emptyDatabase(app);
    folder = await mkdtemp(join(tmpdir(), 'pollcast-import-'));
    pollId = await createOpenPoll(app.client());
  });
  afterAll(() => rm(folder, { recursive: true }));
  beforeEach(async () => {
    await app.database.query('TRUNCATE telegram_user CASCADE');
  });

  test.each<[string, string | Buffer]>([
    [
      'commas',
      'id,username,first_name,lastName,groups\n7001,@anna_k,Anna,,Staff|Sales\n7002,,Олег,"O""Hara; Jr.",\n',
    ],
    [
      'semicolons, a byte order mark and CRLF',
      '\uFEFFGroups;Last Name;First Name;ID;Username\r\nStaff|Sales;;Anna;7001;anna_k\r\n;"O""Hara; Jr.";Олег;7002;\r\n',
    ],
    [
      'tabs in UTF-16',
      Buffer.from(
        '\uFEFFid\tusername\tfirstName\tlastName\tgroups\n7001\tanna_k\tAnna\t\tSales|Staff|sales\n\n7002\t\tОлег\t"O""Hara; Jr."\t',
        'utf16le',
      ),
    ],
  ])('recognises %s', async (_what, content) => {
    const { code, output } = await importFile(content);
    expect({ code, output }).toMatchObject({
      code: 0,
      output: expect.stringContaining('2 users are new, 0 were known.'),
    });
    expect(await people()).toEqual([ANNA, OLEG]);
  });

  test('an absent column and an empty cell leave what is there, \\N clears, groups replace the whole set', async () => {
    await importFile('id,username,firstName,groups\n7001,anna_k,Anna,Staff|Sales\n7002,oleg_o,Oleg,Staff\n');
    const { output } = await importFile('id,firstName,groups\n7001,,Press\n7002,\\N,\\N\n');
    expect(output).toContain('0 users are new, 2 were known.');
    expect(await people()).toMatchObject([
      { username: 'anna_k', first_name: 'Anna', groups: ['Press'] },
      { username: 'oleg_o', first_name: null, groups: null },
    ]);
  });

  test('bad lines are named with their column and reason, and the rest goes in', async () => {
    const lines = [
      'id,username,firstName',
      '7001,anna_k,Anna',
      'x1,,',
      '7003,a b,',
      '7004,,Too,many',
      '7001,anna_l,',
      `7005,,${'x'.repeat(65)}`,
    ];
    const { code, output } = await importFile(lines.join('\n'));
    expect(code).toBe(1);
    expect(output).toContain('Line 3, column id: id must be a Telegram user id');
    expect(output).toContain('Line 4, column username: username must be');
    expect(output).toContain('Line 5: has 4 cells, and the first line names 3 columns');
    expect(output).toContain('Line 7, column firstName: firstName must have at most 64 characters.');
    expect(output).toContain('1 users are new, 1 were known.');
    expect(output).toContain('4 lines were left out.');
    expect(await people()).toMatchObject([{ id: '7001', username: 'anna_l', first_name: 'Anna' }]);
  });

  test('--dry-run checks every line and sends nothing', async () => {
    const { code, output } = await importFile('id,shoeSize\n7001,42\n7002,43\nx,1\n', '--dry-run');
    expect(code).toBe(1);
    expect(output).toContain('These columns are not imported: shoeSize.');
    expect(output).toContain('Line 4, column id:');
    expect(output).toContain('2 lines would be imported. Nothing was sent.');
    expect(await people()).toEqual([]);
  });

  test('many lines go in by several calls', async () => {
    const lines = Array.from({ length: 2500 }, (_, place) => `${8000 + place},Person ${place}`);
    const { code, output } = await importFile(['id,firstName', ...lines].join('\n'));
    expect({ code, output }).toMatchObject({
      code: 0,
      output: expect.stringContaining('2500 users are new'),
    });
  });

  test('completions are imported for who is known, and the others are named', async () => {
    await importFile('id\n7001\n7002\n7003\n');
    const option = ['--completions', `poll_${pollId}`];
    const { code, output } = await importFile('user id\n7001\n7999\nuser_7002\nnobody\n7998\n', ...option);
    expect(code).toBe(1);
    expect(output).toContain('Line 3: There is no user 7999.');
    expect(output).toContain('Line 5, column id: id must be a Telegram user id');
    expect(output).toContain('Line 6: There is no user 7998.');
    expect(output).toContain('2 completions are new.');
    expect((await importFile('id\n7001\n7003\n', ...option)).output).toContain('1 completions are new.');
  });

  test.each<[string, string | Buffer, string[], string]>([
    ['no header', '7001,anna_k\n', [], 'The first line must name the columns, such as id,username'],
    ['a column twice', 'id,user_id\n1,1\n', [], 'The column id is in the first line twice.'],
    ['nothing', '', [], 'The file is empty.'],
    ['another encoding', Buffer.from([0x69, 0x64, 0x0a, 0xe4, 0x0a]), [], 'neither UTF-8 nor UTF-16'],
    ['an unknown poll', 'id\n7001\n', ['--completions', '999999'], 'There is no poll 999999'],
  ])('a file with %s is refused', async (_what, content, options, sentence) => {
    expect(await importFile(content, ...options)).toEqual({
      code: 1,
      output: expect.stringContaining(sentence),
    });
    expect(await people()).toEqual([]);
  });

  test('a quote that is never closed costs that line, and is named', async () => {
    const { code, output } = await importFile('id,firstName\n7001,Anna\n7002,"Oleg\n7003,Eva\n');
    expect(code).toBe(1);
    expect(output).toMatch(/Quote/);
    expect(await people()).toMatchObject([{ id: '7001' }]);
  });

  test('a file that is not there, and a token that may not import, are told', async () => {
    const environment = { API_URL: app.url, API_TOKEN: VIEWER_TOKEN };
    expect(await runHosted(['import', join(folder, 'none.csv')], environment)).toEqual({
      code: 1,
      output: expect.stringContaining('There is no file'),
    });
    const file = join(folder, 'one.csv');
    await writeFile(file, 'id\n7001\n');
    const refused = await runHosted(['import', file], environment);
    expect(refused).toEqual({ code: 1, output: expect.stringContaining('it needs the role ADMIN') });
  });
});
