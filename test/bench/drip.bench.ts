import { expect, test } from '@jest/globals';
import { TestApp } from '../support/app.js';
import {
  createCampaign,
  createOpenPoll,
  createUsers,
  followCampaign,
  startCampaign,
} from '../support/factories.js';
import { waitFor } from '../support/wait.js';

const FIRST_OTHER = 5_000_001;
const DRIP = { chunkSize: 100, chunkIntervalMs: 0, sendIntervalMs: 30_000 };
const OTHER = { chunkSize: 25, chunkIntervalMs: 0, sendIntervalMs: 1000 };

async function startedCampaign(app: TestApp, pacing: Record<string, number>): Promise<string> {
  const api = app.client();
  const id = await createCampaign(api, await createOpenPoll(api), { pacing });
  await startCampaign(api, id);
  return id;
}

/** @returns milliseconds from the first message to the last of 100 people, beside a drip to so many others */
async function timeBeside(others: number): Promise<number> {
  const app = await TestApp.start({ environment: { MESSAGES_PER_SECOND: '28' } });
  try {
    return await measure(app, others);
  } finally {
    await app.stop();
  }
}

async function measure(app: TestApp, others: number): Promise<number> {
  if (others > 0) {
    await createUsers(app.database, others);
    await startedCampaign(app, DRIP);
    const chunks = others / DRIP.chunkSize;
    await waitFor('the first message of each chunk', () => app.sandbox.messages.length >= chunks);
    await app.database.query(`UPDATE telegram_user SET status = 'BLOCKED'`);
  }
  await createUsers(app.database, 100, FIRST_OTHER);
  const id = await startedCampaign(app, OTHER);
  await followCampaign(app.client(), id);
  const sentAt = app.sandbox.messages
    .filter(({ chatId }) => chatId >= FIRST_OTHER)
    .map(({ sentAt: at }) => at);
  expect(sentAt).toHaveLength(100);
  return Math.max(...sentAt) - Math.min(...sentAt);
}

test('100 people beside a drip to 6,800 take hardly longer than alone', async () => {
  const alone = await timeBeside(0);
  const beside = await timeBeside(6800);
  console.log(`alone ${alone} ms, beside a drip ${beside} ms: ${(beside / alone).toFixed(2)}`);
  expect(beside / alone).toBeLessThanOrEqual(1.2);
});
