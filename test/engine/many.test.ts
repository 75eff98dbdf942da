/** @jobs @long */
import { expect } from '@jest/globals';
import type { TestApp } from '../support/app.js';
import { runningChunks } from '../support/work-under-way.js';
import {
  createCampaign,
  createOpenPoll,
  createUsers,
  followCampaign,
  startCampaign,
} from '../support/factories.js';
import { scenario } from '../support/scene.js';
import { waitFor } from '../support/wait.js';

async function startedCampaign(app: TestApp, pacing: Record<string, number>): Promise<string> {
  const api = app.client();
  const id = await createCampaign(api, await createOpenPoll(api), { pacing });
  await startCampaign(api, id);
  return id;
}

scenario(
  'a drip holds neither slots nor leases between its sends, so that others are not held up',
  async (scene) => {
    // A process runs 108 chunks at once at this rate (chunkSlots).
    const app = await scene.prepare({
      environment: { RECONCILE_INTERVAL_MS: '3600000', MESSAGES_PER_SECOND: '20' },
    });
    await app.startApi('start');
    const chunks = 140;
    await createUsers(app.database, 2 * chunks);
    // More chunks than a process runs at once: each of them waits for long after its first message.
    const drip = await startedCampaign(app, { chunkSize: 2, chunkIntervalMs: 0, sendIntervalMs: 3_600_000 });
    await waitFor('the first message of each chunk', () => app.sandbox.messages.length >= chunks);
    await waitFor('all chunks to be released', async () => (await runningChunks(app.database)) === 0);
    const [{ early } = { early: -1 }] = await app.database.query<{ early: number }>(
      `SELECT count(*)::integer AS early FROM campaign_chunk
     WHERE campaign_id = $1 AND (state <> 'WAITING' OR due_at < now() + interval '5 s')`,
      [drip],
    );
    expect(early).toBe(0);

    const firstOther = 5_000_001;
    await createUsers(app.database, 20, firstOther);
    await app.database.query(`UPDATE telegram_user SET status = 'BLOCKED' WHERE id < $1`, [firstOther]);
    const other = await startedCampaign(app, { chunkSize: 5, chunkIntervalMs: 0, sendIntervalMs: 100 });
    expect((await followCampaign(app.client(), other)).at(-1)).toMatchObject({
      status: 'COMPLETED',
      sentUsers: 20,
    });
    expect(app.sandbox.messages.length).toBe(chunks + 20);
  },
);

/** The most requests that the process keeps under way. */
const MAX_IN_FLIGHT = 512;

scenario(
  '20 chunks without any pause have no more on their way than one would: nobody is given up',
  async (scene) => {
    const latencyMs = 4000;
    const app = await scene.prepare({
      environment: { MESSAGES_PER_SECOND: '1000', REQUEST_TIMEOUT_MS: '60000' },
      sandbox: { latencyMs },
    });
    await app.startApi('start');
    const audience = 1500;
    await createUsers(app.database, audience);
    const id = await startedCampaign(app, {
      chunkSize: audience / 20,
      chunkIntervalMs: 0,
      sendIntervalMs: 0,
    });
    const last = (await followCampaign(app.client(), id)).at(-1);
    expect(last).toMatchObject({ status: 'COMPLETED', sentUsers: audience, unconfirmedUsers: 0 });
    const received = app.sandbox.calls
      .filter(({ method }) => method === 'sendMessage')
      .map(({ receivedAt }) => receivedAt)
      .sort((a, b) => a - b);
    // Those that came while one of them waited for its answer were on their way at once.
    const atOnce = received.map(
      (at, first) => received.slice(first).filter((later) => later < at + latencyMs).length,
    );
    expect(Math.max(...atOnce)).toBeLessThanOrEqual(MAX_IN_FLIGHT);
  },
);
