/** @jobs */
import { expect } from '@jest/globals';
import { waitFor } from '../support/wait.js';
import { deliveriesOf, tally } from '../support/record.js';
import { scenario } from '../support/scene.js';

const AUDIENCE = 800;

scenario(
  'a worker that is frozen for longer than its lease sends nothing of what others have taken over',
  async (scene) => {
    const app = await scene.prepare({
      environment: { LEASE_MS: '1000', RECONCILE_INTERVAL_MS: '400', MESSAGES_PER_SECOND: '100' },
      sandbox: { latencyMs: 20 },
    });
    await app.startApi();
    const frozen = await app.startWorker({}, 'own');
    const run = await scene.start(app, { audience: AUDIENCE, input: { pacing: { chunkSize: 40 } } });

    // It has taken chunks before there is another, who then has to take them over.
    await run.accepted(50);
    await app.startWorker();
    const takenBefore = await leaseTokens();
    frozen.kill('SIGSTOP');
    // Every lease of before is gone: what the frozen worker held is in other hands now.
    await waitFor('the frozen worker to lose its leases', async () => {
      const now = await leaseTokens();
      const lost = takenBefore.filter((token) => !now.includes(token));
      return lost.length > 0 && (await reaped());
    });
    // What it had in hand counts as sent by now: if it is not, it must not be any more.
    const givenUp = (await deliveriesOf(app, run.id)).filter(({ status }) => status === 'UNCONFIRMED');
    const wokenAt = Date.now();
    frozen.kill('SIGCONT');
    await run.end();
    await run.verify();

    const lost = new Set(givenUp.map(({ chat_id }) => Number(chat_id)));
    const late = app.sandbox.calls.filter(
      ({ chatId, receivedAt }) => receivedAt > wokenAt && lost.has(Number(chatId)),
    );
    expect(late).toEqual([]);
    const counts = tally(await deliveriesOf(app, run.id));
    console.log(`a frozen worker: ${JSON.stringify(counts)}`);
    expect(counts.FAILED ?? 0).toBe(0);
    expect(counts.UNCONFIRMED ?? 0).toBeLessThanOrEqual(givenUp.length);
    expect(givenUp.length).toBeLessThan(AUDIENCE / 2);
    expect(frozen.exitCode()).toBeNull();

    async function leaseTokens(): Promise<string[]> {
      const rows = await app.database.query<{ lease_token: string }>(
        `SELECT lease_token FROM campaign_chunk WHERE state = 'RUNNING'`,
      );
      return rows.map(({ lease_token }) => lease_token);
    }

    async function reaped(): Promise<boolean> {
      const [row] = await app.database.query<{ expired: number }>(
        `SELECT count(*)::integer AS expired FROM campaign_chunk WHERE lease_expires_at < clock_timestamp()`,
      );
      return row?.expired === 0 && app.output().includes('repaired what was left undone');
    }
  },
);
