import { afterEach, describe, expect, test } from '@jest/globals';
import { HORIZON_MS } from '../../src/engine/rate-limit.store.js';
import { estimateDurationMs, type PacingPlan } from '../../src/campaigns/estimate.js';
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

interface RunOptions {
  workers: number;
  messagesPerSecond: number;
  pacing?: PacingPlan;
  telegramRate?: number;
  latencyMs?: number;
}

/** @returns milliseconds from the first accepted message to the last */
async function runCampaign(options: RunOptions): Promise<number> {
  const {
    workers,
    messagesPerSecond,
    pacing = PACING,
    telegramRate = TELEGRAM_RATE,
    latencyMs = 0,
  } = options;
  app = await TestApp.prepare({
    environment: { MESSAGES_PER_SECOND: String(messagesPerSecond) },
    sandbox: { messagesPerSecond: telegramRate, latencyMs },
  });
  await app.startApi('api');
  for (let worker = 0; worker < workers; worker += 1) await app.startWorker();
  const api = app.client();
  await createUsers(app.database, AUDIENCE);
  const id = await createCampaign(api, await createOpenPoll(api), { pacing });
  await startCampaign(api, id);
  const events = await followCampaign(api, id);

  expect(events.at(-1)).toMatchObject({ status: 'COMPLETED', totalUsers: AUDIENCE, sentUsers: AUDIENCE });
  const sentAt = app.sandbox.messages.map((message) => message.sentAt);
  expect(new Set(app.sandbox.messages.map((message) => message.chatId)).size).toBe(AUDIENCE);
  return (sentAt.at(-1) ?? 0) - (sentAt[0] ?? 0);
}

/** What a 429 over the limit of the bot asks for. */
const RETRY_AFTER_MS = 1000;
/** After the 429 has left, slots that were handed out before are used, and requests on the way arrive. */
const IN_FLIGHT_MS = HORIZON_MS + 300;

/** When sendMessage has come within the wait that a 429 before it has asked for. */
function sentTooSoon(): number[] {
  const sends = app.sandbox.calls.filter(({ method }) => method === 'sendMessage');
  const refusedAt = sends.filter(({ status }) => status === 429).map(({ receivedAt }) => receivedAt);
  return sends
    .map(({ receivedAt }) => receivedAt)
    .filter((at) => refusedAt.some((told) => at > told + IN_FLIGHT_MS && at < told + RETRY_AFTER_MS));
}

describe('a campaign of 10,000 at ten times the limits', () => {
  test.each([1, 3])(
    'takes hardly longer than the ideal time, without any 429, from %i workers',
    async (workers) => {
      const rate = 280;
      const tookMs = await runCampaign({ workers, messagesPerSecond: rate });
      const ratio = tookMs / estimateDurationMs(AUDIENCE, PACING, rate);
      console.log(
        `${workers} workers: ${ratio.toFixed(3)} of the ideal time, ${app.sandbox.throttled} times 429`,
      );
      expect(app.sandbox.throttled).toBe(0);
      expect(ratio).toBeLessThan(1.03);
    },
  );

  test('ends although its own limit is above that of Telegram, and obeys every 429', async () => {
    await runCampaign({ workers: 2, messagesPerSecond: 400 });
    expect(app.sandbox.throttled).toBeGreaterThan(0);
    expect(sentTooSoon()).toEqual([]);
  });
});

/** Milliseconds from Telegram's answer to its record in the database, in rising order. */
async function settlingTimes(): Promise<number[]> {
  const rows = await app.database.query<{ user_id: string; at: number }>(
    'SELECT user_id, 1000 * extract(epoch FROM sent_at)::float8 AS at FROM delivery',
  );
  const settledAt = new Map(rows.map(({ user_id, at }) => [user_id, at]));
  const times = app.sandbox.messages.map(
    ({ chatId, sentAt }) => (settledAt.get(String(chatId)) ?? Infinity) - sentAt - LATENCY_MS,
  );
  return times.sort((a, b) => a - b);
}

/** Of one request to Telegram. */
const LATENCY_MS = 50;

test('one process sends a thousand a second, and each answer is recorded within a tenth of a second', async () => {
  const rate = 1000;
  const pacing = { chunkSize: 1000, chunkIntervalMs: 0, sendIntervalMs: 0 };
  const tookMs = await runCampaign({
    workers: 1,
    messagesPerSecond: rate,
    pacing,
    telegramRate: 1100,
    latencyMs: LATENCY_MS,
  });
  const ratio = tookMs / estimateDurationMs(AUDIENCE, pacing, rate);
  const times = await settlingTimes();
  const [median = Infinity, late = Infinity] = [0.5, 0.99].map(
    (share) => times[Math.floor(AUDIENCE * share)],
  );
  console.log(
    `${((AUDIENCE * 1000) / tookMs).toFixed(0)} messages a second (${ratio.toFixed(3)} of the ideal time), ` +
      `${app.sandbox.throttled} times 429; recorded after ${median.toFixed(0)} ms, 99 % within ${late.toFixed(0)} ms`,
  );
  expect(ratio).toBeLessThan(1.1);
  expect(median).toBeLessThan(100);
});
