import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/app/data-source.js';
import { BotGuard, type Identification } from '../../src/installation/bot-guard.js';
import { InstallationStore } from '../../src/installation/installation.store.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
let dataSource: DataSource;
let store: InstallationStore;

beforeEach(async () => {
  database = await createTestDatabase();
  dataSource = await createDataSource({ url: database.url }).initialize();
  store = new InstallationStore(dataSource);
});
afterEach(async () => {
  await dataSource.destroy();
  await database.drop();
});

/** The problem of a process with this bot after its first look. */
async function lookOf(ownBot: string | null, answer: Identification): Promise<string | null> {
  const guard = new BotGuard({
    store,
    ownBot,
    identify: () => Promise.resolve(answer),
    logger: pino({ level: 'silent' }),
  });
  await guard.start();
  await guard.stop();
  return guard.problem;
}

describe('the bot of an installation', () => {
  test('is one of those that come at once', async () => {
    const bots = Array.from({ length: 8 }, (_, place) => String(7_700_000_000 + place));
    const problems = await Promise.all(bots.map((bot) => lookOf(bot, { username: `bot_${bot}` })));
    const recorded = await store.findBot();
    expect(problems.filter((problem) => problem === null)).toHaveLength(1);
    expect(recorded).toEqual({
      botId: bots[problems.indexOf(null)],
      username: `bot_${bots[problems.indexOf(null)]}`,
    });
  });

  test('is never the sandbox, which works until there is one', async () => {
    expect(await lookOf(null, 'unanswered')).toBeNull();
    expect(await store.findBot()).toBeUndefined();
    await lookOf('77', { username: 'lunch_bot' });
    expect(await lookOf(null, 'unanswered')).toMatch(/@lunch_bot.*BOT_TOKEN/);
  });

  test('keeps the sandbox from its jobs also before Telegram has answered', async () => {
    expect(await lookOf('77', 'unanswered')).toBeNull();
    expect(await store.findBot()).toEqual({ botId: '77', username: null });
    expect(await lookOf(null, 'unanswered')).toMatch(/77/);
  });

  test('is not one of a mistyped token', async () => {
    expect(await lookOf('78', 'rejected')).toBeNull();
    expect(await store.findBot()).toBeUndefined();
    await lookOf('78', 'unanswered');
    expect(await lookOf('77', { username: 'lunch_bot' })).toBeNull();
    expect(await store.findBot()).toEqual({ botId: '77', username: 'lunch_bot' });
    expect(await lookOf('78', { username: 'dinner_bot' })).toMatch(
      /bot 78.*@lunch_bot.*npm run bot -- adopt/,
    );
  });
});
