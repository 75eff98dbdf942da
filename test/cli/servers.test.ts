/** @long */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from '@jest/globals';
import { ApiClient } from '../../src/cli/api-client.js';
import { graphql } from '../../src/cli/graphql.js';
import { createCampaign, followCampaign, startCampaign } from '../support/factories.js';
import { waitForOutput, type PollcastProcess } from '../support/process.js';
import { waitFor } from '../support/wait.js';
import { testInFolder, type WorkFolder } from './support.js';

const ADDRESS = /GraphQL API at (http:\/\/\S+)\/graphql/;
const TOKEN_FILE = /the admin token is in (\S+admin-token)/;

/** Starts a server without any setting but a free port, so that tests can run side by side. */
function start(folder: WorkFolder, command: 'start' | 'api' | 'worker'): PollcastProcess {
  return folder.start([command], { PORT: '0' });
}

/** As the README's commands read it. */
async function keptToken(folder: WorkFolder): Promise<string> {
  return (await readFile(join(folder.dataDir, 'admin-token'), 'utf8')).trim();
}

async function clientOf(folder: WorkFolder, running: PollcastProcess): Promise<ApiClient> {
  const [, url = ''] = await waitForOutput(running, ADDRESS);
  return new ApiClient(url, await keptToken(folder));
}

async function end(running: PollcastProcess): Promise<number | null> {
  running.kill('SIGTERM');
  return running.exited;
}

describe('start, with no setting at all', () => {
  testInFolder(
    'serves the API with a token that it keeps, says what stands in for Telegram, and ends in order',
    async (folder) => {
      const first = start(folder, 'start');
      const [, url = ''] = await waitForOutput(first, ADDRESS);

      const file = join(folder.dataDir, 'admin-token');
      const token = await keptToken(folder);
      expect(token).toMatch(/^[\w-]{32}$/);
      expect(first.output()).toMatch(TOKEN_FILE);
      expect(first.output()).not.toContain(token);
      expect(((await stat(file)).mode & 0o777).toString(8)).toBe('600');
      expect(first.output().match(/no real one is sent/g)).toHaveLength(1);
      const query = graphql('{ polls(first: 1) { nodes { id } } }');
      expect(await new ApiClient(url, token).run(query)).toEqual({ polls: { nodes: [] } });
      await expect(new ApiClient(url, `${token}x`).run(query)).rejects.toThrow();
      expect(folder.serverRuns()).toBe(true);

      expect(await end(first)).toBe(0);
      expect(folder.serverRuns()).toBe(false);
      const second = folder.host(['start'], { PORT: '0' });
      await waitForOutput(second, ADDRESS);
      expect(await keptToken(folder)).toBe(token);
      expect(await end(second)).toBe(0);
    },
  );

  testInFolder('ends with 0 and without a server when it is told to end before it serves', async (folder) => {
    const running = start(folder, 'start');
    await waitForOutput(running, /Creating the database|Starting PostgreSQL/);
    expect(await end(running)).toBe(0);
    expect(folder.serverRuns()).toBe(false);
  });
});

describe('api and worker on one DATA_DIR, with no setting at all', () => {
  testInFolder(
    'share the database: the worker works what the api starts, and the last one out stops it',
    async (folder) => {
      const [api, worker] = [start(folder, 'api'), start(folder, 'worker')];
      const client = await clientOf(folder, api);
      await waitForOutput(worker, /working jobs/);
      const seeded = folder.host(['seed', '--users', '7', '--completed', '2']);
      expect(await seeded.exited).toBe(0);
      const [, pollId = ''] = /^poll_(\d+): 7 users/m.exec(seeded.output()) ?? [];

      const id = await createCampaign(client, pollId, {
        pacing: { chunkSize: 2, chunkIntervalMs: 0, sendIntervalMs: 0 },
      });
      await startCampaign(client, id);
      const last = (await followCampaign(client, id)).at(-1);
      expect(last).toMatchObject({ status: 'COMPLETED', totalUsers: 5, sentUsers: 5, pendingUsers: 0 });
      const [, sandbox = ''] = /sandbox at (http:\S+)\/sandbox/.exec(worker.output()) ?? [];
      const messages = await fetch(`${sandbox}/sandbox/messages`);
      expect(await messages.json()).toHaveLength(5);

      expect(await end(api)).toBe(0);
      expect(folder.serverRuns()).toBe(true);
      expect(await end(worker)).toBe(0);
      expect(folder.serverRuns()).toBe(false);
    },
  );
});

describe('a command on the embedded database', () => {
  testInFolder('that is interrupted does not leave the server running', async (folder) => {
    const running = folder.start(['seed', '--users', '9000000']);
    await waitForOutput(running, /users .* 0\/9000000/);
    await waitFor('the server', () => folder.serverRuns());

    running.kill('SIGINT');
    expect(await running.exited).toBe(130);
    expect(folder.serverRuns()).toBe(false);
  });
});
