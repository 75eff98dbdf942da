/** @long */
import { describe, expect, test } from '@jest/globals';
import { createOpenPoll } from '../support/factories.js';
import { Person } from '../support/person.js';
import { waitForOutput } from '../support/process.js';
import { useApp } from '../support/use-app.js';
import { waitFor } from '../support/wait.js';
import { scrape, valueOf } from '../metrics/support/samples.js';

const app = useApp({ run: ['worker'] });
const READS = /reading the updates of the bot/;

describe('the menu of commands', () => {
  const timesSet = () =>
    app.sandbox.calls.filter(({ method, accepted }) => method === 'setMyCommands' && accepted).length;

  test.each([
    ['en', 'The polls that are open for you'],
    ['ru', 'Открытые для вас опросы'],
    ['de', 'The polls that are open for you'],
  ])('is set in the language %s', async (language, first) => {
    await app.sandbox.waitUntil(() => timesSet() === 2);
    const menu = app.sandbox.commandsShownTo(language);
    expect(menu.map(({ command }) => command)).toEqual(['polls', 'start', 'stop', 'help']);
    expect(menu[0]?.description).toBe(first);
  });

  test('is set once a bot: another process finds it as it is to be', async () => {
    await app.sandbox.waitUntil(() => timesSet() === 2);
    const looked = () => app.sandbox.calls.filter(({ method }) => method === 'getMyCommands').length;
    const before = looked();
    const bot = await app.startBot();
    await app.sandbox.waitUntil(() => looked() === before + 2);
    expect((await new Person(app).asks('/help')).text).toContain('/polls');
    expect(timesSet()).toBe(2);
    bot.kill('SIGTERM');
    expect(await bot.exited).toBe(0);
  });
});

test('a bot process takes the conversation over from a worker, which stands in again when it is gone', async () => {
  const [worker] = app.processes;
  if (!worker) throw new Error('No worker has been started.');
  const readings = () => worker.output().split(READS).length - 1;
  const ada = new Person(app, { first_name: 'Ada' });
  expect((await ada.asks('/start')).text).toContain('Welcome');
  const before = readings();

  const bot = await app.startBot({ WORKER_PORT: '0' }, 'own');
  await waitForOutput(bot, READS);
  expect((await ada.asks('/stop')).text).toContain('no more reminders');
  bot.kill('SIGKILL');
  await bot.exited;
  await waitFor('the worker to read again', () => readings() === before + 1);
  expect((await ada.asks('/start')).text).toContain('Welcome');
  expect(ada.messages).toHaveLength(3);
});

test('a bot process has health and metrics, works no jobs, needs no job storage, and ends when asked', async () => {
  // Nothing listens there.
  const bot = await app.startBot({ WORKER_PORT: '0', MONGODB_URL: 'mongodb://127.0.0.1:9/jobs' });
  const [, url = ''] = await waitForOutput(bot, /health and metrics at (http:[^\s"]+)/);
  await waitForOutput(bot, READS);
  const ready = await fetch(`${url}/readyz`);
  const checks = { database: 'ok', migrations: 'ok', bot: 'ok', telegram: 'ok' };
  expect([ready.status, await ready.json()]).toEqual([200, { status: 'ready', checks }]);
  expect(valueOf(await scrape(url), 'pollcast_bot_updates_failing')).toBe(0);
  expect(bot.output()).not.toContain('working jobs');
  bot.kill('SIGTERM');
  expect(await bot.exited).toBe(0);
});

test('of two bot processes the other goes on in the middle of a poll when the one that reads is killed', async () => {
  await app.startApi();
  const pollId = await createOpenPoll(app.client(), {
    title: 'Team day',
    questions: ['How was it?', 'Again?', 'Where?'].map((text) => ({ text, options: ['Good', 'Bad'] })),
  });
  const first = await app.startBot({}, 'own');
  await waitForOutput(first, READS);
  const second = await app.startBot();
  const bo = new Person(app, { first_name: 'Bo' });
  const message = await bo.asks(`/start poll_${pollId}`);
  await bo.chooses('Good', '2 of 3', message);

  // Pressed while nobody has noticed yet that the reader is dead, and pressed twice.
  first.kill('SIGKILL');
  const presses = [bo.presses('Bad', message), bo.presses('Bad', message)];
  await first.exited;
  await bo.sees('3 of 3', message);
  await Promise.all(presses.map(({ answered }) => answered));
  expect(second.output()).toMatch(READS);
  await bo.chooses('Good', 'all 3 questions', message);
  await app.sandbox.waitUntil(() => bo.messages.length === 2);
  const answers = await app.database.query<{ text: string }>(
    `SELECT option.text FROM answer JOIN question_option option ON option.id = answer.option_id
     JOIN question ON question.id = answer.question_id WHERE answer.user_id = $1 ORDER BY question.position`,
    [bo.id],
  );
  expect(answers.map(({ text }) => text)).toEqual(['Good', 'Bad', 'Good']);
  const [{ revision } = { revision: 0 }] = await app.database.query<{ revision: number }>(
    'SELECT revision FROM questionnaire WHERE user_id = $1',
    [bo.id],
  );
  expect(revision).toBe(3);
});
