/** @jobs */
import { expect } from '@jest/globals';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { deliveriesOf } from '../support/record.js';
import { createCampaign, createOpenPoll, createUsers } from '../support/factories.js';
import { watchCampaign } from '../support/progress.js';
import type { TestApp } from '../support/app.js';
import type { CampaignRun } from '../support/campaign-run.js';
import { scenario } from '../support/scene.js';

const AUDIENCE = 240;
const CHUNK_SIZE = 30;
const CHUNK_INTERVAL_MS = 500;
/** By so much the clock of the sandbox, which never goes back, may be off that of the database. */
const CLOCKS_APART_MS = 100;
const FIXTURE = pathToFileURL(fileURLToPath(new URL('./fixtures/shifted-clock.mjs', import.meta.url))).href;

for (const shiftMs of [5000, -5000]) {
  scenario(`a worker whose clock is off by ${shiftMs} ms does no harm`, async (scene) => {
    const app = await scene.prepare({
      environment: { LEASE_MS: '3000', RECONCILE_INTERVAL_MS: '500', MESSAGES_PER_SECOND: '200' },
    });
    const urls = [await app.startApi(), await app.startApi()];
    const shifted = { NODE_OPTIONS: `--import ${FIXTURE}`, CLOCK_SHIFT_MS: String(shiftMs) };
    await Promise.all([app.startWorker(shifted), app.startWorker()]);
    const pacing = { chunkSize: CHUNK_SIZE, chunkIntervalMs: CHUNK_INTERVAL_MS, sendIntervalMs: 20 };
    const run = await scene.start(app, { audience: AUDIENCE, input: { pacing }, urls });

    const last = await run.end();
    await run.verify();
    expect(last).toMatchObject({ totalUsers: AUDIENCE, sentUsers: AUDIENCE });
    expect(await earlyChunks(app, run, CHUNK_INTERVAL_MS)).toEqual([]);
  });
}

/** Chunks whose first message was accepted before the chunk was due by the clock of the database. */
async function earlyChunks(app: TestApp, run: CampaignRun, chunkIntervalMs: number): Promise<number[]> {
  const [planned] = await app.database.query<{ at: Date }>(
    'SELECT planned_at AS at FROM notification_campaign WHERE id = $1',
    [run.id],
  );
  const chunkOf = new Map((await deliveriesOf(app, run.id)).map((row) => [row.chat_id, row.chunk_number]));
  const early = app.sandbox.messages.filter(({ chatId, sentAt }) => {
    const dueAt = (planned?.at.getTime() ?? 0) + (chunkOf.get(String(chatId)) ?? 0) * chunkIntervalMs;
    return sentAt < dueAt - CLOCKS_APART_MS;
  });
  return [...new Set(early.map(({ chatId }) => chunkOf.get(String(chatId)) ?? -1))];
}

const TWO_HOURS_MS = 7_200_000;

const WRONG_CLOCKS = [
  ['is 2 h ahead', { CLOCK_SHIFT_MS: String(TWO_HOURS_MS) }],
  ['is 2 h behind', { CLOCK_SHIFT_MS: String(-TWO_HOURS_MS) }],
  ['jumps 2 h ahead', { CLOCK_SHIFT_MS: String(TWO_HOURS_MS), CLOCK_JUMPS_AFTER_MS: '4000' }],
  ['jumps 2 h back', { CLOCK_SHIFT_MS: String(-TWO_HOURS_MS), CLOCK_JUMPS_AFTER_MS: '4000' }],
] as const;
for (const [how, clock] of WRONG_CLOCKS) {
  scenario(
    `the only worker sends what is due, and nothing before, although its clock ${how}`,
    async (scene) => {
      const app = await scene.prepare({ environment: { RECONCILE_INTERVAL_MS: '3600000' } });
      await app.startApi();
      await app.startWorker({ NODE_OPTIONS: `--import ${FIXTURE}`, ...clock });
      const pacing = { chunkSize: 10, chunkIntervalMs: 3000, sendIntervalMs: 20 };
      const run = await scene.start(app, { audience: 40, input: { pacing } });
      expect(await run.end()).toMatchObject({ sentUsers: 40 });
      await run.verify();
      expect(await earlyChunks(app, run, pacing.chunkIntervalMs)).toEqual([]);
    },
  );
}

scenario(
  'a worker whose clock is 5 s ahead starts a scheduled campaign when it is due, and without a repair',
  async (scene) => {
    const app = await scene.prepare({ environment: { RECONCILE_INTERVAL_MS: '3600000' } });
    await app.startApi();
    await app.startWorker({ NODE_OPTIONS: `--import ${FIXTURE}`, CLOCK_SHIFT_MS: '5000' });
    const api = app.client();
    await createUsers(app.database, 3);
    const scheduledFor = new Date(Date.now() + 7000).toISOString();
    const id = await createCampaign(api, await createOpenPoll(api), { scheduledFor });

    const last = (await watchCampaign(api, id).completed).at(-1);
    expect(last).toMatchObject({ status: 'COMPLETED', sentUsers: 3 });
    const [{ isEarly } = { isEarly: true }] = await app.database.query<{ isEarly: boolean }>(
      `SELECT started_at < scheduled_for - interval '100 ms' AS "isEarly" FROM notification_campaign WHERE id = $1`,
      [id],
    );
    expect(isEarly).toBe(false);
  },
);
