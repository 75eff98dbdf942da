import { expect } from '@jest/globals';
import { FAULT_ANSWERS, type FaultAnswer } from '@pollcast/bot-api-sandbox';
import { graphql } from '../../src/cli/graphql.js';
import type { TestApp } from '../support/app.js';
import { runCommand } from '../support/process.js';
import { failureOf } from './support/failure.js';
import { scenario } from '../support/scene.js';

const TRANSPORT_FAULTS: FaultAnswer[] = [
  FAULT_ANSWERS.resetBefore,
  FAULT_ANSWERS.resetAfter,
  FAULT_ANSWERS.truncatedBefore,
  FAULT_ANSWERS.truncatedAfter,
  FAULT_ANSWERS.truncatedOpenAfter,
  FAULT_ANSWERS.hangBefore,
  FAULT_ANSWERS.hangAfter,
  FAULT_ANSWERS.nonJson(200),
  FAULT_ANSWERS.nonJson(403),
  FAULT_ANSWERS.nonJson(502),
  FAULT_ANSWERS.nonJsonAfter(200),
  FAULT_ANSWERS.serverError,
];

/** Every column of every table that can hold text. */
const COLUMNS = `
  SELECT table_name AS table, column_name AS column FROM information_schema.columns
  WHERE table_schema = 'public' AND data_type IN ('text', 'character varying', 'jsonb', 'json', 'ARRAY')
`;

async function cellsWith(app: TestApp, secret: string): Promise<string[]> {
  const columns = await app.database.query<{ table: string; column: string }>(COLUMNS);
  expect(columns.length).toBeGreaterThan(20);
  const found: string[] = [];
  for (const { table, column } of columns) {
    const rows = await app.database.query(
      `SELECT FROM "${table}" WHERE position($1 IN "${column}"::text) > 0 LIMIT 1`,
      [secret],
    );
    if (rows.length > 0) found.push(`${table}.${column}`);
  }
  return found;
}

/** Everything that the API tells of campaigns and their deliveries, also in its errors. */
async function apiAnswers(app: TestApp, id: string): Promise<string> {
  const query = graphql(`query ($id: ID!) {
    campaign(id: $id) {
      id status messageTemplate failure { code message } topic { title }
      deliveries(first: 100) { nodes { id status reason attempts user { id username status } } }
    }
  }`);
  const sendTest = graphql(`mutation ($id: ID!, $user: ID!) {
    sendTestNotification(campaignId: $id, telegramUserId: $user) { delivered userErrors { code message } }
  }`);
  const answers: unknown[] = [await app.client().run(query, { id })];
  for (const answer of [...TRANSPORT_FAULTS, FAULT_ANSWERS.unauthorized]) {
    const fault = app.sandbox.faults.add({ times: 1, answer });
    answers.push(await app.client().run(sendTest, { id, user: '1000001' }));
    fault.remove();
  }
  return JSON.stringify(answers);
}

scenario('the bot token is in nothing that the system writes, whatever goes wrong', async (scene) => {
  const app = await scene.prepare({
    // What Node itself has to say is part of what is written.
    process: 'own',
    environment: { LOG_LEVEL: 'trace', REQUEST_TIMEOUT_MS: '700', MESSAGES_PER_SECOND: '50' },
    sandbox: { chatMessagesPerSecond: 100 },
  });
  const [, secret = ''] = app.sandbox.token.split(':');
  // One after the other for every method: the bot's name, the updates and the messages.
  for (const method of ['getMe', 'getUpdates']) {
    for (const answer of TRANSPORT_FAULTS.slice(0, 3)) app.sandbox.faults.add({ method, times: 1, answer });
  }
  for (const [index, answer] of TRANSPORT_FAULTS.entries()) {
    app.sandbox.faults.add({ chatId: 1_000_001 + index, times: 1, answer });
  }
  await app.startApi();
  const worker = await app.startWorker();
  const run = await scene.start(app, { audience: 60, input: { pacing: { chunkSize: 10 } } });
  await run.end();
  await run.verify();
  const answers = await apiAnswers(app, run.id);

  app.sandbox.faults.add({ method: '*', answer: FAULT_ANSWERS.unauthorized });
  await app.database.query('DELETE FROM delivery');
  await app.database.query('DELETE FROM telegram_user');
  const refused = await scene.start(app, { audience: 5 });
  await refused.end('FAILED');
  expect(await failureOf(app, refused.id, 'FAILED')).toMatchObject({ code: 'BOT_TOKEN_REJECTED' });
  const environment = { DATABASE_URL: app.database.url, BOT_TOKEN: `${app.sandbox.token} ` };
  const mistyped = await runCommand(['worker'], environment);
  expect(mistyped.code).toBe(2);
  expect(mistyped.output).toMatch(/BOT_TOKEN must/);
  expect(mistyped.output).not.toContain(secret);
  worker.kill('SIGTERM');
  expect(await worker.exited).toBe(0);

  expect(app.output()).toContain('"level":10');
  expect(app.output()).toContain('ANSWER_LOST');
  expect(app.output()).not.toContain(secret);
  expect(answers).toMatch(/Telegram cannot be reached|There was no usable answer/);
  expect(answers).not.toContain(secret);
  expect(await cellsWith(app, secret)).toEqual([]);
  expect(JSON.stringify(await app.jobs.all())).not.toContain(secret);
});
