import { expect } from '@jest/globals';
import { MAX_CHUNK_ATTEMPTS } from '../../src/delivery/chunk.store.js';
import { waitFor } from '../support/wait.js';
import { deliveriesOf } from '../support/record.js';
import { scenario } from '../support/scene.js';

const CHUNK_SIZE = 20;

scenario(
  'a chunk that keeps killing its worker is quarantined, and the campaign ends without it',
  async (scene) => {
    const app = await scene.prepare({ environment: { LEASE_MS: '500', RECONCILE_INTERVAL_MS: '300' } });
    const { database } = app;
    await app.startApi();
    // While the bot is told to wait, a worker that has claimed the chunk dies before it has sent anything.
    await database.query(`INSERT INTO rate_limit (bot, blocked_until) VALUES ($1, 'infinity')`, [
      app.sandbox.token.split(':')[0],
    ]);
    const pacing = { chunkSize: CHUNK_SIZE, chunkIntervalMs: 600_000 };
    const run = await scene.start(app, { audience: 2 * CHUNK_SIZE, input: { pacing } });

    for (let death = 1; death <= MAX_CHUNK_ATTEMPTS; death += 1) {
      const worker = await app.startWorker({}, 'own');
      await waitFor(`claim ${death}`, async () => {
        const [chunk] = await database.query<{ state: string; attempts: number }>(
          'SELECT state, attempts FROM campaign_chunk WHERE campaign_id = $1 AND number = 0',
          [run.id],
        );
        // A worker that is slower than its lease may have claimed it again.
        return chunk?.state === 'SET_ASIDE' || (chunk?.state === 'RUNNING' && chunk.attempts >= death);
      });
      worker.kill('SIGKILL');
      await worker.exited;
    }
    await database.query('DELETE FROM rate_limit');
    await app.startWorker({ LEASE_MS: '5000' });
    await run.settled(CHUNK_SIZE);
    expect(app.sandbox.messages).toHaveLength(0);
    await database.query('UPDATE campaign_chunk SET due_at = now(), enqueued_at = NULL WHERE number = 1');

    expect(await run.end()).toMatchObject({ failedUsers: CHUNK_SIZE, sentUsers: CHUNK_SIZE });
    await run.verify();
    const chunks = await database.query('SELECT number, state, reason FROM campaign_chunk ORDER BY number');
    expect(chunks).toEqual([
      { number: 0, state: 'SET_ASIDE', reason: 'WORKER_DIED_REPEATEDLY' },
      { number: 1, state: 'DONE', reason: null },
    ]);
    const deliveries = await deliveriesOf(app, run.id);
    const outcomes = deliveries.map(({ chunk_number, status, reason }) => ({ chunk_number, status, reason }));
    expect(outcomes.slice(0, CHUNK_SIZE)).toEqual(
      Array<object>(CHUNK_SIZE).fill({ chunk_number: 0, status: 'FAILED', reason: 'CHUNK_SET_ASIDE' }),
    );
    expect(outcomes.slice(CHUNK_SIZE)).toEqual(
      Array<object>(CHUNK_SIZE).fill({ chunk_number: 1, status: 'SENT', reason: null }),
    );
  },
);
