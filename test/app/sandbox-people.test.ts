import { expect, test } from '@jest/globals';
import { waitForOutput } from '../support/process.js';
import { useApp } from '../support/use-app.js';
import { waitFor } from '../support/wait.js';

const app = useApp({ environment: { SANDBOX: 'true' } });

interface Shown {
  text: string;
  from: { is_bot: boolean };
}

/** Writes on the page of the built-in sandbox, and waits for what the bot says. */
async function asks(id: number, words: object): Promise<string> {
  const [process] = app.processes;
  if (!process) throw new Error('No process has been started.');
  const [, url = ''] = await waitForOutput(process, /the built-in sandbox at (http:\/\/[\d.:]+)\/sandbox/);
  const body = JSON.stringify(words);
  expect((await fetch(`${url}/sandbox/users/${id}/says`, { method: 'POST', body })).status).toBe(200);
  return waitFor('an answer of the bot', async () => {
    const chat = (await (await fetch(`${url}/sandbox/chats/${id}`)).json()) as Shown[];
    const last = chat.at(-1);
    return last?.from.is_bot && last.text;
  });
}

async function stored(id: number): Promise<unknown> {
  const [person] = await app.database.query(
    'SELECT first_name, last_name, username, language_code FROM telegram_user WHERE id = $1',
    [id],
  );
  return person;
}

test('who writes in the built-in sandbox is who the installation knows, and else has the number for a name', async () => {
  const known = { first_name: 'Анна', last_name: null, username: 'anna', language_code: 'ru' };
  await app.database.query(
    'INSERT INTO telegram_user (id, first_name, username, language_code) VALUES (41, $1, $2, $3)',
    [known.first_name, known.username, known.language_code],
  );
  expect(await asks(41, { text: '/help', languageCode: '' })).toContain('Здесь вам напоминают');
  expect(await stored(41)).toEqual(known);
  expect(await asks(41, { text: '/stop', languageCode: 'en' })).toContain('no more reminders');
  expect(await stored(41)).toEqual({ ...known, language_code: 'en' });
  expect(await asks(42, { text: '/help' })).toContain('You are reminded here');
  expect(await stored(42)).toMatchObject({ first_name: 'User 42', language_code: null });
});
