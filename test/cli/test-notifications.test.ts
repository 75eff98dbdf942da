import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { FAULT_ANSWERS, startBotApiSandbox, type BotApiSandbox } from '@pollcast/bot-api-sandbox';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createUsers } from '../support/factories.js';
import { runHosted } from '../support/hosted-program.js';

let database: TestDatabase;
let sandbox: BotApiSandbox;
let pollId: string;
let users: string[];

beforeAll(async () => {
  database = await createTestDatabase();
  sandbox = await startBotApiSandbox();
  users = await createUsers(database, 25);
  const [poll] = await database.query<{ id: string }>(
    "INSERT INTO poll (title, status) VALUES ('Lunch & <more>', 'OPEN') RETURNING id",
  );
  pollId = poll?.id ?? '';
  await database.query('INSERT INTO poll_completion SELECT $1, id FROM telegram_user ORDER BY id LIMIT 2', [
    pollId,
  ]);
  await database.query("UPDATE telegram_user SET status = 'BLOCKED' WHERE id = $1", [users[2]]);
});
afterAll(async () => {
  await sandbox.close();
  await database.drop();
});
beforeEach(() => {
  sandbox.clear();
  sandbox.faults.clear();
});

function testNotifications(argv: string[], environment: Record<string, string> = {}) {
  return runHosted(['test-notifications', ...argv], {
    DATABASE_URL: database.url,
    BOT_TOKEN: sandbox.token,
    TELEGRAM_API_ROOT: sandbox.url,
    ...environment,
  });
}

describe('test-notifications', () => {
  test('shows whom a campaign would reach, in how many chunks, and who is left out', async () => {
    const { code, output } = await testNotifications(['--poll', pollId], { CHUNK_SIZE: '10' });
    expect(code).toBe(0);
    expect(output).toContain(`Poll ${pollId} "Lunch & <more>" is OPEN.`);
    expect(output).toContain('A campaign would notify 22 users in 3 chunks');
    expect(output).toContain('Left out: 2 who completed the poll.');
    expect(output).toContain('Left out: 1 who are BLOCKED.');
    for (const id of users.slice(3, 13)) expect(output).toContain(`  ${id} Person ${id}`);
    expect(output).toContain('... and 12 more');
    expect(sandbox.calls).toHaveLength(0);
  });

  test.each([
    ['the first of the audience', () => [], () => users[3]],
    ['the given user', () => ['--user', users[20] ?? ''], () => users[20]],
  ])('shows the message to %s and sends nothing with --dry-run', async (_whom, argv, recipient) => {
    const { code, output } = await testNotifications(['--poll', pollId, '--dry-run', ...argv()]);
    expect(code).toBe(0);
    expect(output).toContain(`The message to ${recipient()}, which is not sent:`);
    expect(output).toContain(`Hello \u2068Person ${recipient()}`);
    expect(output).toContain('Lunch &amp; &lt;more&gt;');
    expect(sandbox.calls).toHaveLength(0);
  });

  test('sends the given user exactly one message, also when it has completed the poll', async () => {
    const { code, output } = await testNotifications(['--poll', pollId, '--user', users[0] ?? '']);
    expect({ code, output }).toEqual({
      code: 0,
      output: expect.stringContaining(`Telegram accepted the message to ${users[0]}; its id is 1.`),
    });
    expect(sandbox.messages.map(({ chatId }) => String(chatId))).toEqual([users[0]]);
    const [row] = await database.query<{ count: number }>('SELECT count(*)::integer AS count FROM delivery');
    expect(row?.count).toBe(0);
  });

  test('sends nothing to somebody who wants no reminders', async () => {
    const user = users[24] ?? '';
    await database.query('UPDATE telegram_user SET opted_out_at = now() WHERE id = $1', [user]);
    const { code, output } = await testNotifications(['--poll', pollId, '--user', user]);
    expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining('wants no reminders') });
    expect(sandbox.calls).toHaveLength(0);
    await database.query('UPDATE telegram_user SET opted_out_at = NULL WHERE id = $1', [user]);
  });

  test('waits for the turn of the chat, as whatever else writes to it', async () => {
    const [taken] = await database.query<{ nextAt: Date }>(
      `INSERT INTO chat_pacing (chat_id, next_at) VALUES ($1, clock_timestamp() + interval '4 seconds')
       RETURNING next_at AS "nextAt"`,
      [users[7]],
    );
    const { code } = await testNotifications(['--poll', pollId, '--user', users[7] ?? '']);
    expect(code).toBe(0);
    const [next] = await database.query<{ nextAt: Date }>(
      'SELECT next_at AS "nextAt" FROM chat_pacing WHERE chat_id = $1',
      [users[7]],
    );
    expect(sandbox.messages[0]?.sentAt).toBeGreaterThanOrEqual(taken?.nextAt.getTime() ?? Infinity);
    expect(next?.nextAt.getTime()).toBeGreaterThan(taken?.nextAt.getTime() ?? Infinity);
  });

  test("prints Telegram's refusal and ends with 1", async () => {
    sandbox.faults.add({ method: 'sendMessage', answer: FAULT_ANSWERS.blocked });
    const { code, output } = await testNotifications(['--poll', pollId, '--user', users[5] ?? '']);
    expect({ code, output }).toEqual({
      code: 1,
      output: expect.stringContaining(
        `The message to ${users[5]} failed. Telegram did not accept the message: BOT_BLOCKED.`,
      ),
    });
    expect(sandbox.messages).toHaveLength(0);
  });

  test('says who stands in for Telegram when there is no bot token', async () => {
    const argv = ['--poll', pollId, '--user', users[6] ?? ''];
    const { code, output } = await testNotifications(argv, { BOT_TOKEN: '' });
    expect(code).toBe(0);
    expect(output).toMatch(/^No BOT_TOKEN: .* no real one is sent; http:.* shows the chats\.$/m);
    expect(output).toContain(`The sandbox accepted the message to ${users[6]}`);
    expect(sandbox.calls).toHaveLength(0);
  });

  test.each([
    ['999', '1000001', 'There is no poll 999.'],
    ['first', '1000001', 'There is no poll first.'],
    ['user_1000001', '1000001', 'user_1000001 is the id of a user; the id of a poll is wanted'],
    ['', '42', 'There is no user 42'],
    ['', 'poll_1', 'poll_1 is the id of a poll; the id of a user is wanted'],
    ['', 'Ada', 'There is no user Ada'],
  ])('refuses poll "%s" and user "%s"', async (poll, user, reason) => {
    const { code, output } = await testNotifications(['--poll', poll || pollId, '--user', user]);
    expect(code).toBe(1);
    expect(output.trim().split('\n').at(-1)).toContain(reason);
    expect(sandbox.calls).toHaveLength(0);
  });
});
