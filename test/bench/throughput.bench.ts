import { afterEach, describe, expect, test } from '@jest/globals';
import { estimateDurationMs } from '../../src/campaigns/estimate.js';
import { TestApp } from '../support/app.js';
import {
  createCampaign,
  createOpenPoll,
  createUsers,
  followCampaign,
  startCampaign,
} from '../support/factories.js';

const AUDIENCE = 10_000;
/** A tenth of the default pauses under ten times Telegram's limits. */
const PACING = { chunkSize: 100, chunkIntervalMs: 200, sendIntervalMs: 100 };
const TELEGRAM_RATE = 300;

let app: TestApp;
afterEach(() => app.stop());

async function runCampaign(workers: number, messagesPerSecond: number): Promise<number> {
  app = await TestApp.prepare({
    environment: { MESSAGES_PER_SECOND: String(messagesPerSecond) },
    sandbox: { messagesPerSecond: TELEGRAM_RATE },
  });
  await app.startApi('api');
  for (let worker = 0; worker < workers; worker += 1) await app.startWorker();
  const api = app.client();
  await createUsers(app.database, AUDIENCE);
  const id = await createCampaign(api, await createOpenPoll(api), { pacing: PACING });
  await startCampaign(api, id);
  const events = await followCampaign(api, id);

  expect(events.at(-1)).toMatchObject({ status: 'COMPLETED', totalUsers: AUDIENCE, sentUsers: AUDIENCE });
  const sentAt = app.sandbox.messages.map((message) => message.sentAt);
  expect(new Set(app.sandbox.messages.map((message) => message.chatId)).size).toBe(AUDIENCE);
  return (sentAt.at(-1) ?? 0) - (sentAt[0] ?? 0);
}

describe('a campaign of 10,000 at ten times the limits', () => {
  test.each([1, 3])(
    'takes hardly longer than the ideal time, without any 429, from %i workers',
    async (workers) => {
      const rate = 280;
      const tookMs = await runCampaign(workers, rate);
      const ratio = tookMs / estimateDurationMs(AUDIENCE, PACING, rate);
      console.log(
        `${workers} workers: ${ratio.toFixed(3)} of the ideal time, ${app.sandbox.throttled} times 429`,
      );
      expect(app.sandbox.throttled).toBe(0);
      expect(ratio).toBeLessThan(1.03);
    },
  );

  test('ends although its own limit is above that of Telegram, and obeys every 429', async () => {
    await runCampaign(2, 400);
    expect(app.sandbox.throttled).toBeGreaterThan(0);
    const afterThrottling = app.sandbox.calls.filter((call) => call.status === 429);
    expect(afterThrottling.length).toBe(app.sandbox.throttled);
  });
});
