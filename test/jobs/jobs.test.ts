/** @jobs @long */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ConnectionString } from 'mongodb-connection-string-url';
import { TestApp } from '../support/app.js';
import { useApp } from '../support/use-app.js';
import {
  createCampaign,
  createOpenPoll,
  createUsers,
  followCampaign,
  startCampaign,
} from '../support/factories.js';
import { freePort } from '../support/port.js';
import { runHosted } from '../support/hosted-program.js';
import { waitFor } from '../support/wait.js';

/** Nobody looks for jobs while the test runs: a worker does only what it is told of. */
const NEVER_LOOKS = { JOB_TICK_MS: '600000', RECONCILE_INTERVAL_MS: '3600000' };
const CAMPAIGNS = 3;
const SECRET = 'my-mongo-password';

const app = useApp({ run: ['api'] });

async function replaceUsers(count: number, firstId: number): Promise<string[]> {
  await app.database.query('DELETE FROM delivery');
  await app.database.query('DELETE FROM telegram_user');
  return createUsers(app.database, count, firstId);
}

test('a worker is woken by a job that an api process makes: it does not wait for its tick', async () => {
  const api = app.client();
  const worker = await app.startWorker(NEVER_LOOKS);
  const pollId = await createOpenPoll(api);
  for (let index = 0; index < CAMPAIGNS; index += 1) {
    // Somebody else each time: one chat gets at most one message a second.
    await replaceUsers(1, index + 1);
    const id = await createCampaign(api, pollId);
    await startCampaign(api, id);
    expect((await followCampaign(api, id)).at(-1)?.status).toBe('COMPLETED');
  }
  worker.kill('SIGTERM');
  expect(await worker.exited).toBe(0);
});

test('a job that is taken again and again, by several workers, reminds nobody twice', async () => {
  await Promise.all([app.startWorker(), app.startWorker()]);
  const api = app.client();
  const users = await replaceUsers(40, 1001);
  app.sandbox.clear();
  const pacing = { chunkSize: 10, chunkIntervalMs: 1000, sendIntervalMs: 20 };
  const id = await createCampaign(api, await createOpenPoll(api), { pacing });
  await startCampaign(api, id);
  // Where finding and locking a job is not atomic, many workers get the same one: here each is there five times.
  await waitFor(
    'jobs of chunks that are not due yet',
    async () => (await app.jobs.copyWaitingChunkJobs(4)) > 0,
  );

  expect((await followCampaign(api, id)).at(-1)).toMatchObject({ status: 'COMPLETED', sentUsers: 40 });
  expect(app.sandbox.messages.map(({ chatId }) => String(chatId)).sort()).toEqual(users);
});

/** A chunk that is claimed before its job is noted needs none. */
const WITHOUT_JOB = "SELECT number FROM campaign_chunk WHERE state = 'WAITING' AND enqueued_at IS NULL";
const OPEN = "SELECT number FROM campaign_chunk WHERE state <> 'DONE' ORDER BY number";

describe('a campaign makes one job a chunk', () => {
  let own: TestApp;
  beforeAll(async () => {
    own = await TestApp.prepare();
    await Promise.all([own.startApi(), own.startWorker()]);
    await createUsers(own.database, 20);
  });
  afterAll(() => own.stop());

  async function startInFourChunks(chunkIntervalMs: number): Promise<string> {
    const api = own.client();
    const pacing = { chunkSize: 5, chunkIntervalMs, sendIntervalMs: 250 };
    const id = await createCampaign(api, await createOpenPoll(api), { pacing });
    await startCampaign(api, id);
    await waitFor('a job for each chunk', async () => {
      const chunks = await own.database.query('SELECT FROM campaign_chunk WHERE campaign_id = $1', [id]);
      return chunks.length === 4 && (await own.database.query(WITHOUT_JOB)).length === 0;
    });
    return id;
  }

  test('that is done after its chunk', async () => {
    const id = await startInFourChunks(2000);
    for (let open: number[] = [-1]; open.length > 0;) {
      const jobs = (await own.jobs.chunkJobs()).map(({ number }) => number);
      open = (await own.database.query<{ number: number }>(OPEN)).map(({ number }) => number);
      // The jobs were read before: whatever is open now was open then.
      expect(jobs).toEqual(expect.arrayContaining(open));
      expect(jobs).toHaveLength(new Set(jobs).size);
    }
    await waitFor('the last job to be done', async () => (await own.jobs.chunkJobs()).length === 0);
    expect((await followCampaign(own.client(), id)).at(-1)).toMatchObject({
      status: 'COMPLETED',
      sentUsers: 20,
    });
  });

  test('chunkIntervalMs after the one before', async () => {
    // Only the first is due while the test looks.
    const chunkIntervalMs = 60_000;
    const id = await startInFourChunks(chunkIntervalMs);
    const jobs = await own.jobs.chunkJobs();
    const [campaign] = await own.database.query<{ plannedAt: Date }>(
      'SELECT planned_at AS "plannedAt" FROM notification_campaign WHERE id = $1',
      [id],
    );
    const plannedAt = campaign?.plannedAt.getTime() ?? NaN;
    expect(
      jobs.filter(({ number }) => number > 0).map(({ number, nextRunAt }) => [number, nextRunAt?.getTime()]),
    ).toEqual([1, 2, 3].map((number) => [number, plannedAt + number * chunkIntervalMs]));
  });
});

describe('a MONGODB_URL that cannot be used ends the start with one sentence', () => {
  function start(
    command: string,
    url: string,
    logLevel = 'warn',
  ): Promise<{ code: number | null; output: string }> {
    const environment = { DATABASE_URL: app.database.url, PORT: '0', LOG_LEVEL: logLevel, MONGODB_URL: url };
    return runHosted([command], environment);
  }

  test('when nobody answers there', async () => {
    const port = await freePort();
    const { code, output } = await start('api', `mongodb://me:${SECRET}@127.0.0.1:${port}/pollcast`);
    expect(code).toBe(1);
    expect(output.split('\n').at(-2)).toBe(
      `The MongoDB at 127.0.0.1:${port} cannot be reached (ECONNREFUSED): start it there, or correct MONGODB_URL.`,
    );
    expect(output).not.toContain(SECRET);
  });

  test.each([
    ['has an option that is none', `mongodb://me:${SECRET}@127.0.0.1/pollcast?retries=5`],
    ['has a password that is not escaped', `mongodb://me:${SECRET}%@127.0.0.1/pollcast`],
  ])('when it %s', async (_case, url) => {
    const { code, output } = await start('worker', url);
    expect(code).toBe(2);
    expect(output).toMatch(/^MONGODB_URL must be a URL such as mongodb:\/\/host:27017\/pollcast[^\n]*\.$/m);
    expect(output).not.toContain(SECRET);
  });

  const { MONGODB_URL: server } = process.env;
  (server ? test : test.skip)('when MongoDB refuses the password, which no log shows', async () => {
    const url = new ConnectionString(server ?? '');
    Object.assign(url, { username: 'me', password: SECRET });
    const { code, output } = await start('api', url.href, 'trace');
    expect(code).toBe(2);
    expect(output).toMatch(/^The MongoDB at \S+ refuses the user or the password: correct MONGODB_URL\.$/m);
    expect(output).not.toContain(SECRET);
  });
});
