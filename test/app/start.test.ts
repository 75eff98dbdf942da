/** @jobs */
import { beforeAll, expect, test } from '@jest/globals';
import { dumpSchema } from '../../src/database/schema-dump.js';
import { useApp } from '../support/use-app.js';
import { createTestDatabase } from '../support/database.js';
import {
  campaign,
  createCampaign,
  createOpenPoll,
  createUsers,
  startCampaign,
} from '../support/factories.js';
import { waitForOutput } from '../support/process.js';
import { watchCampaign } from '../support/progress.js';
import { waitFor } from '../support/wait.js';

const AUDIENCE = 120;
const COMMANDS = ['api', 'worker', 'migrate', 'api', 'worker', 'migrate', 'api', 'worker'];
const READY: Record<string, RegExp> = {
  api: /GraphQL API at (http:\/\/\S+)\/graphql/,
  worker: /working jobs/,
  migrate: /^(Ran .*|The database schema is up to date)\.$/m,
};

const app = useApp({ run: [], process: 'own', emptyDatabase: true });
let schema: string;
beforeAll(async () => {
  const migrated = await createTestDatabase();
  schema = await dumpSchema(migrated.url);
  await migrated.drop();
});

test('8 processes that start at the same instant on an empty database all come up, and a campaign runs', async () => {
  const started = COMMANDS.map((command) => ({ command, running: app.launch(command) }));
  const found = await Promise.all(
    started.map(async ({ command, running }) => {
      const [, address = ''] = await waitForOutput(running, READY[command] ?? /^/);
      return { command, address };
    }),
  );
  const migrating = started.filter(({ command }) => command === 'migrate');
  expect(await Promise.all(migrating.map(({ running }) => running.exited))).toEqual([0, 0]);
  expect(await dumpSchema(app.database.url)).toBe(schema);
  // Whichever it was; a command says it in other words than a server.
  expect(app.output().match(/Ran InitialSchema|database schema brought up to date/g)).toHaveLength(1);
  // Each worker has asked for it; where that is not atomic one is left all the same.
  const names = await waitFor('one job that reconciles', async () => {
    const jobs = (await app.jobs.all()) as { name: string }[];
    return jobs.length === 1 && jobs.map(({ name }) => name);
  });
  expect(names).toEqual(['reconcile']);

  const urls = found.filter(({ command }) => command === 'api').map(({ address }) => address);
  const [first = ''] = urls;
  const api = app.client(undefined, first);
  const users = await createUsers(app.database, AUDIENCE);
  const id = await createCampaign(api, await createOpenPoll(api), { pacing: { chunkSize: 10 } });
  const watches = urls.map((url) => watchCampaign(app.client(undefined, url), id));
  expect((await startCampaign(api, id)).userErrors).toEqual([]);
  for (const { completed } of watches) {
    expect((await completed).at(-1)).toMatchObject({ status: 'COMPLETED', sentUsers: AUDIENCE });
  }
  expect(app.sandbox.messages.map(({ chatId }) => String(chatId)).sort()).toEqual(users);
  expect(await campaign(api, id)).toMatchObject({
    totalUsers: AUDIENCE,
    sentUsers: AUDIENCE,
    chunkCount: 12,
  });
  expect(app.processes.map(({ exitCode }) => exitCode())).toEqual(
    COMMANDS.map((command) => (command === 'migrate' ? 0 : null)),
  );
});
