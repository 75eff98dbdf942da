/** @jobs */
import { beforeAll, expect, test } from '@jest/globals';
import { Client } from 'pg';
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
/** The first of each command is in a process of its own; the others share one. */
const IN_OWN_PROCESS = 3;
const READY: Record<string, RegExp> = {
  api: /GraphQL API at (http:\/\/\S+)\/graphql/,
  worker: /working jobs/,
  migrate: /^(Ran .*|The database schema is up to date)\.$/m,
};

const app = useApp({ run: [], emptyDatabase: true });
let schema: string;
beforeAll(async () => {
  const migrated = await createTestDatabase();
  schema = await dumpSchema(migrated.url);
  await migrated.drop();
});

/** Lets none of them migrate until each has found the database empty: how long a process takes to load makes no difference. */
async function launchAtOnce() {
  const rival = new Client({ connectionString: app.database.url });
  await rival.connect();
  await rival.query('BEGIN; CREATE TABLE migration (id integer)');
  const started = COMMANDS.map((command, index) => {
    return { command, running: app.launch(command, {}, index < IN_OWN_PROCESS ? 'own' : 'shared') };
  });
  await waitFor('all to be about to migrate', async () => {
    const migrating = await app.database.query(
      `SELECT FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'pollcast migrate'`,
    );
    return migrating.length === COMMANDS.length;
  });
  await rival.query('ROLLBACK');
  await rival.end();
  return started;
}

test('8 processes that start at the same instant on an empty database all come up, and a campaign runs', async () => {
  const started = await launchAtOnce();
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
