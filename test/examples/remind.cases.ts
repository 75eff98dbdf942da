import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { projectPath } from '../../src/config/paths.js';
import { ADMIN_TOKEN } from '../support/app.js';
import { emptyApp } from '../support/empty.js';
import { createOpenPoll } from '../support/factories.js';
import { followProcess } from '../support/process.js';
import { findProgram, testWith } from '../support/programs.js';
import { app } from './app.js';

const python = findProgram('python3');
const testPython = testWith(python, 'Python 3');
let folder: string;

async function remind(argv: string[], token = ADMIN_TOKEN): Promise<{ code: number | null; output: string }> {
  const child = spawn(python ?? '', [projectPath('examples', 'remind.py'), ...argv], {
    env: { ...process.env, TOKEN: token, API: `${app.url}/graphql` },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const running = followProcess(child);
  return { code: await running.exited, output: running.output() };
}

describe('examples/remind.py', () => {
  beforeAll(async () => {
    await emptyApp(app);
    folder = await mkdtemp(join(tmpdir(), 'pollcast-example-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  testPython('remind.py imports a CSV file and reminds the users in it', async () => {
    const pollId = await createOpenPoll(app.client());
    const file = join(folder, 'users.csv');
    await writeFile(file, '\uFEFFid,username,firstName\n4200001,@anna,Anna\n4200002,,Boris\n');

    expect(await remind([pollId, file])).toEqual({
      code: 0,
      output: '2 users created, 0 updated\nCOMPLETED: 2 of 2 sent, 0 failed, 0 skipped, 0 unconfirmed\n',
    });
    expect(app.sandbox.messages.map(({ chatId }) => chatId).sort()).toEqual([4_200_001, 4_200_002]);
  });

  testPython('remind.py ends with the reason that the API gives', async () => {
    const unknownPoll = await remind(['999']);
    expect(unknownPoll).toEqual({ code: 1, output: expect.stringContaining('poll') });
    expect(await remind(['1'], 'not-a-token-of-this-api')).toEqual({
      code: 1,
      output: expect.stringMatching(/token/i),
    });
  });
});
