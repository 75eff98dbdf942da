import { describe, expect, test } from '@jest/globals';
import { FAULT_ANSWERS, type RecordedCall } from '../../src/telegram/sandbox/index.js';
import type { TestApp } from '../support/app.js';
import { deliveriesOf } from './support/record.js';
import { useScene } from './support/scene.js';

const RETRY_AFTER_S = 3;
const LATENCY_MS = 100;
/** After the 429 has left, slots that were handed out before are used, and requests on the way arrive: not for so long. */
const IN_FLIGHT_MS = RETRY_AFTER_S * 500;

const scene = useScene();

function sends(app: TestApp): RecordedCall[] {
  return app.sandbox.calls.filter(({ method }) => method === 'sendMessage');
}

describe('429 with retry_after', () => {
  test('is obeyed by two workers: silence, then one probe, then the rest', async () => {
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

  test('again and again, for the last recipient too, holds nothing up for longer than Telegram asks', async () => {
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
    // A probe that nobody used would only be granted anew after half a minute.
    expect(pauses.filter((ms) => ms < 1000 || ms > 15_000)).toEqual([]);
    const attempts = (await deliveriesOf(app, run.id)).map((delivery) => delivery.attempts);
    expect(attempts).toEqual([1, 1, 1]);
  });

  test('for one chat and for hours parks that chat, and the others go on after one pause', async () => {
    const app = await scene.prepare();
    await app.startApi('start');
    app.sandbox.faults.add({ chatId: 1_000_001, answer: FAULT_ANSWERS.throttled(2) });
    const run = await scene.start(app, { audience: 200, input: { pacing: { chunkSize: 20 } } });
    await run.settled(199);
    app.sandbox.faults.clear();
    expect(await run.end()).toMatchObject({ sentUsers: 200 });
    await run.verify();
    expect((await deliveriesOf(app, run.id))[0]?.attempts).toBe(1);
  });
});
