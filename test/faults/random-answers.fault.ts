import { expect } from '@jest/globals';
import { FAULT_ANSWERS, type FaultAnswer, type NamedFaultAnswer } from '@pollcast/bot-api-sandbox';
import { DELIVERY_TRANSITIONS } from '../../src/delivery/delivery-lifecycle.js';
import { change } from '../campaigns/operations.js';
import type { TestApp } from '../support/app.js';
import { watchCampaign } from '../support/progress.js';
import { deliveriesOf, tally } from '../support/record.js';
import { scenario } from '../support/scene.js';

const AUDIENCE = 600;
const SHARE_OF_EACH = 0.012;
const SUPERGROUP = -100_4200_000_000;

/** The number that an answer takes. */
const VALUES: Record<string, number> = {
  throttled: 1,
  throttledBot: 1,
  migrated: SUPERGROUP,
  slow: 300,
  nonJson: 403,
  nonJsonAfter: 504,
};
/** They hold up the whole bot, or end the campaign: a few of each are enough. */
const FEW = new Set([
  'throttled',
  'throttledBot',
  'migrated',
  'hangBefore',
  'hangAfter',
  'held',
  'unauthorized',
  'notFound',
  'misdirected',
  'loggedOut',
  'cantParseEntities',
  'buttonDataInvalid',
  'buttonUrlInvalid',
  'replyMarkupTooLong',
  'badParseMode',
  'redirected',
  'hugeAfter',
]);
/** Telegram's own 500 says that it has done nothing: after a delivery it would be sent again, rightly. */
const IMPOSSIBLE = new Set(['serverErrorAfter']);

/** Refuses every change of a delivery's status that is not in the table: its statement fails. */
async function refuseOtherTransitions({ database }: TestApp): Promise<void> {
  const allowed = Object.values(DELIVERY_TRANSITIONS).flatMap(({ from, to }) =>
    from.map((status) => `('${status}', '${to}')`),
  );
  await database.query(`
    CREATE FUNCTION refuse_transition() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'delivery: % to %', OLD.status, NEW.status; END $$`);
  await database.query(`
    CREATE TRIGGER refuse_transition BEFORE UPDATE ON delivery FOR EACH ROW
    WHEN (OLD.status <> NEW.status AND (OLD.status, NEW.status) NOT IN (${allowed.join(', ')}))
    EXECUTE FUNCTION refuse_transition()`);
}

function answerOf(name: string, answer: NamedFaultAnswer): FaultAnswer {
  if (typeof answer !== 'function') return answer;
  const value = VALUES[name];
  if (value === undefined) throw new Error(`Which value does ${name} take here?`);
  return answer(value);
}

function addEveryAnswer({ sandbox }: TestApp): { name: string; hits: () => number }[] {
  return Object.entries<NamedFaultAnswer>(FAULT_ANSWERS)
    .filter(([name]) => !IMPOSSIBLE.has(name))
    .map(([name, answer]) => {
      const rule = { answer: answerOf(name, answer), probability: SHARE_OF_EACH };
      // Only one chat can become the supergroup.
      const handle = sandbox.faults.add({
        ...rule,
        times: name === 'migrated' ? 1 : FEW.has(name) ? 2 : 100,
      });
      return { name, hits: () => handle.hits };
    });
}

for (const seed of [1, 2]) {
  scenario(
    `every answer at random: nobody gets two messages, and the ledger matches (seed ${seed})`,
    async (scene) => {
      const app = await scene.prepare({
        environment: {
          MESSAGES_PER_SECOND: '150',
          REQUEST_TIMEOUT_MS: '1200',
          LEASE_MS: '3000',
          RECONCILE_INTERVAL_MS: '500',
        },
        sandbox: { seed },
      });
      await refuseOtherTransitions(app);
      await app.startApi();
      await app.startWorker();
      await app.startWorker();
      const rules = addEveryAnswer(app);
      const run = await scene.start(app, { audience: AUDIENCE, input: { pacing: { chunkSize: 50 } } });

      let stops = 0;
      let { status } = await run.end('COMPLETED', 'FAILED');
      for (; status !== 'COMPLETED'; stops += 1) {
        expect(status).toBe('FAILED');
        expect((await change(app.client(), 'resumeCampaign', run.id)).userErrors).toEqual([]);
        const events = await watchCampaign(app.client(), run.id).completed;
        status = events.at(-1)?.status ?? 'FAILED';
      }

      await run.verify();
      const deliveries = await deliveriesOf(app, run.id);
      expect(deliveries).toHaveLength(AUDIENCE);
      const given = rules.filter(({ hits }) => hits() > 0).length;
      console.log(
        `seed ${seed}: ${given} of ${rules.length} answers, ${stops} stops, ${JSON.stringify(tally(deliveries))}`,
      );
      expect(given).toBeGreaterThan(rules.length * 0.8);
    },
  );
}
