import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { TestApp } from '../support/app.js';
import type { PollcastProcess } from '../support/process.js';
import { waitFor } from '../support/wait.js';

let app: TestApp;
let first: PollcastProcess;
beforeAll(async () => {
  app = await TestApp.prepare();
  first = await app.startWorker();
  await pollerOtherThan(undefined);
  await app.startWorker();
});
afterAll(() => app.stop());

/** The connection that holds the lock of the bot's poller. */
async function poller(): Promise<number | undefined> {
  const [holder] = await app.database.query<{ pid: number }>(
    `SELECT pid FROM pg_locks JOIN pg_stat_activity USING (pid)
     WHERE locktype = 'advisory' AND granted AND datname = current_database()
       AND application_name = 'pollcast poller'`,
  );
  return holder?.pid;
}

function pollerOtherThan(pid: number | undefined): Promise<number> {
  return waitFor('another poller', async () => {
    const found = await poller();
    return found !== pid && found;
  });
}

function timesAsked(): number {
  return app.sandbox.calls.filter(({ method }) => method === 'getUpdates').length;
}

async function isReplied(writer: number): Promise<void> {
  app.sandbox.userSays(writer, '/start');
  await app.sandbox.waitUntil(() => app.sandbox.messagesTo(writer).length > 0, 60_000);
}

test('when the lock of the poller breaks another process reads the updates, and the one that had it lives', async () => {
  await isReplied(7_000_001);
  const before = await poller();
  // While it stands still it cannot have the lock back, so that it is certainly the other that takes over.
  first.kill('SIGSTOP');
  const asked = timesAsked();
  await app.database.query('SELECT pg_terminate_backend($1)', [before]);
  const after = await pollerOtherThan(before);
  await app.sandbox.waitUntil(() => timesAsked() > asked);
  await isReplied(7_000_002);
  first.kill('SIGCONT');

  const waiting = () =>
    app.database.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'pollcast poller'`,
    );
  await waitFor('the first to wait for its turn again', async () => (await waiting()).length > 1);
  await isReplied(7_000_003);
  expect(await poller()).toBe(after);
  expect(first.child.exitCode).toBeNull();
  for (const writer of [7_000_001, 7_000_002, 7_000_003])
    expect(app.sandbox.messagesTo(writer)).toHaveLength(1);
});
