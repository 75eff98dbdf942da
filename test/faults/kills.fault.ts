/** @jobs */
import { expect } from '@jest/globals';
import { seededRandom } from '../../packages/bot-api-sandbox/src/random.js';
import { deliveriesOf, tally } from '../support/record.js';
import { scenario } from '../support/scene.js';

const SEED = 20_260_131;
const AUDIENCE = 2000;
const MESSAGES_BETWEEN_KILLS = 250;
/** Sends in flight, and results that wait for their group: more than this a dead worker does not leave open. */
const LEFT_BY_ONE_KILL = 60;

/** One of the items by chance. */
function pick<T>(items: readonly T[], random: () => number): T {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('There is nothing to pick from.');
  return item;
}

scenario(
  `a campaign of ${AUDIENCE} ends although a random worker is killed again and again (seed ${SEED})`,
  async (scene) => {
    const random = seededRandom(SEED);
    const app = await scene.prepare({
      environment: { LEASE_MS: '1500', RECONCILE_INTERVAL_MS: '500', MESSAGES_PER_SECOND: '150' },
      sandbox: { latencyMs: 20 },
    });
    const urls = [await app.startApi(), await app.startApi()];
    const workers = [await app.startWorker({}, 'own'), await app.startWorker({}, 'own')];
    const run = await scene.start(app, { audience: AUDIENCE, urls });

    let kills = 0;
    for (let next = MESSAGES_BETWEEN_KILLS; next < AUDIENCE * 0.95; next += MESSAGES_BETWEEN_KILLS) {
      await run.settled(next);
      if (await run.isOver()) break;
      const victim = pick(workers, random);
      victim.kill('SIGKILL');
      kills += 1;
      await victim.exited;
      workers[workers.indexOf(victim)] = await app.startWorker({}, 'own');
    }

    await run.end();
    await run.verify();
    const counts = tally(await deliveriesOf(app, run.id));
    console.log(`${kills} kills: ${JSON.stringify(counts)}`);
    expect(counts.FAILED ?? 0).toBe(0);
    expect(counts.UNCONFIRMED ?? 0).toBeLessThanOrEqual(kills * LEFT_BY_ONE_KILL);
  },
);
