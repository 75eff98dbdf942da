import { spawn } from 'node:child_process';
import { beforeAll, expect, test } from '@jest/globals';
import { projectPath } from '../../src/config/paths.js';
import { FAULT_ANSWERS } from '@pollcast/bot-api-sandbox';
import { ADMIN_TOKEN, type ProcessKind } from '../support/app.js';
import { useApp } from '../support/use-app.js';
import { createCampaign, createOpenPoll, createUsers, startCampaign } from '../support/factories.js';
import { freePort } from '../support/port.js';
import { followProcess, waitForOutput, type PollcastProcess } from '../support/process.js';

const AUDIENCE = 4;

// The messages that are held must not time out, however slow the machine is.
const app = useApp({ run: [], environment: { REQUEST_TIMEOUT_MS: '120000' } });
let api: PollcastProcess;
let port: string;
beforeAll(async () => {
  port = String(await freePort());
  api = await startApi();
  await app.startWorker();
  await createUsers(app.database, AUDIENCE);
});

/** The API where it was before. */
async function startApi(kind?: ProcessKind): Promise<PollcastProcess> {
  await app.startApi('api', { PORT: port }, kind);
  const [running] = app.processes.slice(-1);
  if (!running) throw new Error('No process has been started.');
  return running;
}

function runDashboard(campaignId: string): PollcastProcess {
  const child = spawn(process.execPath, [projectPath('examples', 'dashboard.mjs'), campaignId], {
    env: { TOKEN: ADMIN_TOKEN, API: `ws://127.0.0.1:${port}/graphql` },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return followProcess(child);
}

test('the dashboard survives restarts of the API, after SIGTERM and after SIGKILL', async () => {
  const id = await createCampaign(app.client(), await createOpenPoll(app.client()));
  const held = app.sandbox.faults.add({ after: 1, answer: FAULT_ANSWERS.held });
  await startCampaign(app.client(), id);
  const dashboard = runDashboard(id);
  try {
    await waitForOutput(dashboard, /PROCESSING 1 of 4/);
    let since = dashboard;
    for (const [signal, next] of [
      ['SIGTERM', 'own'],
      ['SIGKILL', 'shared'],
    ] as const) {
      const before = dashboard.output().length;
      api.kill(signal);
      await api.exited;
      api = await startApi(next);
      since = { ...dashboard, output: () => dashboard.output().slice(before) };
      await waitForOutput(since, /PROCESSING 1 of 4 \(25 %\)/);
    }
    held.remove();
    await waitForOutput(since, /COMPLETED 4 of 4 \(100 %\)/);
    expect(await dashboard.exited).toBe(0);
  } finally {
    held.remove();
    dashboard.kill('SIGKILL');
  }
});
