import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from '@jest/globals';
import { estimateDurationMs } from '../../src/campaigns/estimate.js';
import { TestApp } from '../support/app.js';
import { runningChunks } from '../support/work-under-way.js';
import {
  createCampaign,
  createOpenPoll,
  createUsers,
  followCampaign,
  startCampaign,
} from '../support/factories.js';
import type { PollcastProcess } from '../support/process.js';
import { waitFor } from '../support/wait.js';

/** What every installation begins with. */
const RATE = 28;
const PACING = { chunkSize: 100, chunkIntervalMs: 2000, sendIntervalMs: 1000 };
const DEFAULTS = {
  MESSAGES_PER_SECOND: String(RATE),
  CHUNK_INTERVAL_MS: String(PACING.chunkIntervalMs),
  SEND_INTERVAL_MS: String(PACING.sendIntervalMs),
};
const TIMEOUT_MS = 900_000;

const KILLS = 30;
/** Longer ones than by default, which last until the end, and so few that none has to wait for the rate. */
const CHUNKS = 12;
const LONG_CHUNK = 400;
/** Requests of the dead worker may still arrive for so long. */
const ON_THE_WAY_MS = 20;

let app: TestApp;
afterEach(() => app.stop());

interface KeyedWorker {
  running: PollcastProcess;
  key: string;
}

async function sessionKeys(): Promise<string[]> {
  const held = await app.database.query<{ key: string }>(
    `SELECT ((classid::bigint << 32) | objid::bigint)::text AS key
     FROM pg_locks JOIN pg_stat_activity USING (pid)
     WHERE locktype = 'advisory' AND application_name = 'pollcast worker session'
       AND datname = current_database()`,
  );
  return held.map(({ key }) => key);
}

async function startWorker(): Promise<KeyedWorker> {
  const before = await sessionKeys();
  const running = await app.startWorker();
  const key = (await sessionKeys()).find((candidate) => !before.includes(candidate));
  if (key === undefined) throw new Error('The worker has no session.');
  return { running, key };
}

async function startedCampaign(audience: number, chunkSize = PACING.chunkSize): Promise<string> {
  const api = app.client();
  await createUsers(app.database, audience);
  const id = await createCampaign(api, await createOpenPoll(api), { pacing: { chunkSize } });
  await startCampaign(api, id);
  return id;
}

async function plannedDeliveries(): Promise<{ chat: string; number: number }[]> {
  return waitFor('the plan', async () => {
    const rows = await app.database.query<{ chat: string; number: number }>(
      'SELECT user_id AS chat, chunk_number AS number FROM delivery',
    );
    return rows.length > 0 && rows;
  });
}

async function chunksOf(worker: KeyedWorker): Promise<number[]> {
  const held = await app.database.query<{ number: number }>(
    `SELECT number FROM campaign_chunk WHERE state = 'RUNNING' AND holder_key = $1`,
    [worker.key],
  );
  return held.map(({ number }) => number);
}

test(
  `${KILLS} times a worker is killed: how long its chunks stand still`,
  async () => {
    app = await TestApp.prepare({ environment: DEFAULTS });
    await app.startApi();
    const workers = [await startWorker(), await startWorker()];
    await startedCampaign(CHUNKS * LONG_CHUNK, LONG_CHUNK);
    const chunkOf = new Map((await plannedDeliveries()).map(({ chat, number }) => [chat, number]));
    await waitFor('all chunks to run', async () => (await runningChunks(app.database)) === CHUNKS);

    const stillMs: number[] = [];
    for (let kill = 0; kill < KILLS; kill += 1) {
      const held = await Promise.all(workers.map(chunksOf));
      const victim = (held[0]?.length ?? 0) >= (held[1]?.length ?? 0) ? 0 : 1;
      const left = new Set(held[victim]);
      const killedAt = Date.now();
      at(victim).running.kill('SIGKILL');
      const sends = await waitFor('all its chunks to go on', () => {
        const first = new Map<number, number>();
        for (const { chatId, sentAt } of app.sandbox.messages) {
          const chunk = chunkOf.get(String(chatId)) ?? -1;
          if (sentAt > killedAt + ON_THE_WAY_MS && left.has(chunk) && !first.has(chunk))
            first.set(chunk, sentAt);
        }
        return first.size === left.size && [...first.values()];
      });
      stillMs.push(Math.max(...sends) - killedAt);
      workers[victim] = await startWorker();
    }
    stillMs.sort((a, b) => a - b);
    const [median = Infinity, p99 = Infinity] = [0.5, 0.99].map(
      (share) => stillMs[Math.floor(KILLS * share)],
    );
    console.log(
      `from kill -9 to the next send of the last of its chunks: median ${median.toFixed(0)} ms, 99 % within ${p99.toFixed(0)} ms`,
    );
    expect(p99).toBeLessThanOrEqual(3000);

    function at(place: number): KeyedWorker {
      const worker = workers[place];
      if (!worker) throw new Error('There are two workers.');
      return worker;
    }
  },
  TIMEOUT_MS,
);

test(
  'a campaign of 1,200 with one of two workers killed every 2.5 s',
  async () => {
    const audience = 1200;
    app = await TestApp.prepare({ environment: DEFAULTS });
    await app.startApi();
    const workers = [await app.startWorker(), await app.startWorker()];
    const id = await startedCampaign(audience);
    const ended = followCampaign(app.client(), id);
    const over = new AbortController();
    void ended.finally(() => {
      over.abort();
    });
    const isOver = () => over.signal.aborted;
    const pause = () => sleep(2500, undefined, { signal: over.signal }).catch(() => undefined);
    let kills = 0;
    await pause();
    while (!isOver()) {
      const place = kills % 2;
      workers[place]?.kill('SIGKILL');
      kills += 1;
      // There are two of them again, also where a process takes longer than the pause to start.
      const [successor] = await Promise.all([app.startWorker(), pause()]);
      workers[place] = successor;
    }
    const last = (await ended).at(-1);
    expect(last).toMatchObject({ status: 'COMPLETED', failedUsers: 0 });
    const sentAt = app.sandbox.messages.map((message) => message.sentAt);
    expect(new Set(app.sandbox.messages.map(({ chatId }) => chatId)).size).toBe(app.sandbox.messages.length);
    const ratio = ((sentAt.at(-1) ?? 0) - (sentAt[0] ?? 0)) / estimateDurationMs(audience, PACING, RATE);
    console.log(
      `${kills} kills: ${ratio.toFixed(2)} of the ideal time, ${sentAt.length} messages, ` +
        `${last?.unconfirmedUsers} UNCONFIRMED`,
    );
    expect(ratio).toBeLessThan(2);
  },
  TIMEOUT_MS,
);
