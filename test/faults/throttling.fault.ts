import { describe, expect } from '@jest/globals';
import { FAULT_ANSWERS, type FaultAnswer, type RecordedCall } from '@pollcast/bot-api-sandbox';
import { graphql } from '../../src/cli/graphql.js';
import type { TestApp } from '../support/app.js';
import { createCampaign, createOpenPoll, followCampaign, startCampaign } from '../support/factories.js';
import { waitFor } from '../support/wait.js';
import { runningChunks } from '../support/work-under-way.js';
import { deliveriesOf } from '../support/record.js';
import { scenario } from '../support/scene.js';

const RETRY_AFTER_S = 3;
const LATENCY_MS = 100;
/** After the 429 has left, slots that were handed out before are used, and requests on the way arrive: not for so long. */
const IN_FLIGHT_MS = RETRY_AFTER_S * 500;

function sends(app: TestApp): RecordedCall[] {
  return app.sandbox.calls.filter(({ method }) => method === 'sendMessage');
}

const BLOCKED_FOR =
  'SELECT extract(epoch FROM blocked_until - clock_timestamp())::float8 AS seconds FROM rate_limit';
const FIVE_MINUTES_LATER = 'UPDATE rate_limit SET blocked_until = clock_timestamp()';
const AN_HOUR_LATER = [
  'UPDATE delivery SET not_before = clock_timestamp() WHERE not_before IS NOT NULL',
  'UPDATE chat_pacing SET next_at = clock_timestamp()',
  'UPDATE campaign_chunk SET due_at = clock_timestamp(), enqueued_at = NULL WHERE due_at IS NOT NULL',
];

function tooMany(parameters: object): FaultAnswer {
  const body = JSON.stringify({ ok: false, error_code: 429, description: 'Too Many Requests', parameters });
  return { kind: 'body', phase: 'before', status: 429, contentType: 'application/json', body };
}

async function standstillOf(app: TestApp, id: string): Promise<{ code?: string; until?: string | null }> {
  const { campaign } = await app
    .client()
    .run(graphql('query ($id: ID!) { campaign(id: $id) { standstill { code until } } }'), { id });
  return campaign?.standstill ?? {};
}

describe('429 with retry_after', () => {
  scenario('is obeyed by two workers: silence, then one probe, then the rest', async (scene) => {
    const app = await scene.prepare({
      environment: { MESSAGES_PER_SECOND: '100' },
      sandbox: { latencyMs: LATENCY_MS },
    });
    await app.startApi();
    await app.startWorker();
    await app.startWorker();
    app.sandbox.faults.add({ after: 150, times: 1, answer: FAULT_ANSWERS.throttledBot(RETRY_AFTER_S) });
    const run = await scene.start(app, { audience: 500, input: { pacing: { chunkSize: 50 } } });
    expect(await run.end()).toMatchObject({ sentUsers: 500 });
    await run.verify();

    const first = sends(app).find(({ status }) => status === 429);
    const saidAt = first?.receivedAt ?? 0;
    const waitEndsAt = saidAt + RETRY_AFTER_S * 1000;
    const during = sends(app).filter(
      ({ receivedAt }) => receivedAt > saidAt + IN_FLIGHT_MS && receivedAt < waitEndsAt,
    );
    expect(during).toEqual([]);
    const [probe, next] = sends(app).filter(({ receivedAt }) => receivedAt >= waitEndsAt);
    expect(probe?.status).toBe(200);
    // The rest has waited for the answer to the probe.
    expect((next?.receivedAt ?? 0) - (probe?.receivedAt ?? 0)).toBeGreaterThanOrEqual(LATENCY_MS);
    const attempts = (await deliveriesOf(app, run.id)).map((delivery) => delivery.attempts);
    expect(new Set(attempts)).toEqual(new Set([1]));
  });

  scenario(
    'again and again, for the last recipient too, holds nothing up for longer than Telegram asks',
    async (scene) => {
      const app = await scene.prepare();
      await app.startApi('start');
      const last = app.sandbox.faults.add({
        chatId: 1_000_003,
        times: 3,
        answer: FAULT_ANSWERS.throttledBot(1),
      });
      const run = await scene.start(app, { audience: 3 });
      expect(await run.end()).toMatchObject({ sentUsers: 3 });
      await run.verify();

      expect(last.hits).toBe(3);
      const times = sends(app)
        .filter(({ chatId }) => chatId === 1_000_003)
        .map(({ receivedAt }) => receivedAt);
      const pauses = times.slice(1).map((at, index) => at - (times[index] ?? 0));
      // An unused probe would only be granted again after half a minute.
      expect(pauses.filter((ms) => ms < 1000 || ms > 15_000)).toEqual([]);
      const attempts = (await deliveriesOf(app, run.id)).map((delivery) => delivery.attempts);
      expect(attempts).toEqual([1, 1, 1]);
    },
  );

  scenario(
    'for an hour is waited out for five minutes at a time, with one probe to another chat',
    async (scene) => {
      const app = await scene.prepare({ environment: { RECONCILE_INTERVAL_MS: '500' } });
      await app.startApi();
      let worker = await app.startWorker();
      app.sandbox.faults.add({ answer: FAULT_ANSWERS.throttled(3600) });
      const run = await scene.start(app, { audience: 3, input: { pacing: { sendIntervalMs: 1 } } });
      const parked = async () =>
        (await deliveriesOf(app, run.id)).filter(
          ({ status, waits_s }) => status === 'PENDING' && waits_s > 3000,
        );
      for (const probes of [1, 2, 3]) {
        await waitFor(`${probes} parked chats`, async () => (await parked()).length === probes);
        expect(sends(app)).toHaveLength(probes);
        const [bot] = await app.database.query<{ seconds: number }>(BLOCKED_FOR);
        expect(bot?.seconds).toBeGreaterThan(200);
        expect(bot?.seconds).toBeLessThan(301);
        await waitFor(
          'the standstill',
          async () => (await standstillOf(app, run.id)).code === 'BOT_THROTTLED',
        );
        // What a process remembers of a 429 ends with it.
        worker.kill('SIGTERM');
        await worker.exited;
        if (probes < 3) await app.database.query(FIVE_MINUTES_LATER);
        worker = await app.startWorker();
      }
      // Nobody is left for another probe: only then does the hour say when it goes on.
      const until = await waitFor('the hour', async () => {
        const told = (await standstillOf(app, run.id)).until ?? '';
        return Date.parse(told) - Date.now() > 3_000_000 && told;
      });
      await app.database.query(FIVE_MINUTES_LATER);
      const only = await waitFor('the bot to be free', async () => {
        const told = await standstillOf(app, run.id);
        return told.code === 'CHAT_THROTTLED' && told;
      });
      expect(only).toMatchObject({ until });

      // Another campaign leaves the parked chats alone, too.
      const api = app.client();
      const other = await createCampaign(api, await createOpenPoll(api));
      await startCampaign(api, other);
      await waitFor('its chats to be found parked', async () =>
        (await deliveriesOf(app, other)).every(({ waits_s }) => waits_s > 3000),
      );
      expect(sends(app)).toHaveLength(3);
      // A chunk that is released after the hour has been skipped would wait for another one.
      await waitFor('every chunk to be released', async () => (await runningChunks(app.database)) === 0);
      app.sandbox.faults.clear();
      for (const instants of AN_HOUR_LATER) await app.database.query(instants);
      expect(await run.end()).toMatchObject({ sentUsers: 3 });
      expect((await followCampaign(api, other)).at(-1)).toMatchObject({ status: 'COMPLETED', sentUsers: 3 });
      const attempts = (await deliveriesOf(app, run.id)).map((delivery) => delivery.attempts);
      expect(attempts).toEqual([1, 1, 1]);
    },
  );

  const answers: [name: string, answer: FaultAnswer][] = [
    ['retry_after that is no number', FAULT_ANSWERS.throttledOddly],
    ['retry_after beyond all reason', tooMany({ retry_after: 1e300 })],
    ['no retry_after', tooMany({})],
    ['a page', FAULT_ANSWERS.throttledHtml],
  ];
  for (const [name, answer] of answers) {
    scenario(`with ${name} is waited out for a second`, async (scene) => {
      const app = await scene.prepare();
      await app.startApi('start');
      app.sandbox.faults.add({ answer, after: 2, times: 2 });
      const run = await scene.start(app, { audience: 6 });
      expect(await run.end()).toMatchObject({ sentUsers: 6 });
      await run.verify();
      const attempts = (await deliveriesOf(app, run.id)).map((delivery) => delivery.attempts);
      expect(new Set(attempts)).toEqual(new Set([1]));
    });
  }

  scenario(
    'for one chat and for hours parks that chat, and the others go on after one pause',
    async (scene) => {
      const app = await scene.prepare();
      await app.startApi('start');
      app.sandbox.faults.add({ chatId: 1_000_001, answer: FAULT_ANSWERS.throttled(2) });
      const run = await scene.start(app, { audience: 200, input: { pacing: { chunkSize: 20 } } });
      await run.settled(199);
      app.sandbox.faults.clear();
      expect(await run.end()).toMatchObject({ sentUsers: 200 });
      await run.verify();
      expect((await deliveriesOf(app, run.id))[0]?.attempts).toBe(1);
    },
  );
});
