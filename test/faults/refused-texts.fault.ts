import { describe, expect } from '@jest/globals';
import { FAULT_ANSWERS } from '@pollcast/bot-api-sandbox';
import { change } from '../campaigns/operations.js';
import { followCampaign } from '../support/factories.js';
import { waitFor } from '../support/wait.js';
import { failureOf } from './support/failure.js';
import { deliveriesOf, tally } from '../support/record.js';
import { scenario } from '../support/scene.js';

/** Personal, so that a refusal may be the fault of one name. */
const PERSONAL = { messageTemplate: 'Hello {{firstName}}' };

describe('a campaign whose every text is refused', () => {
  const refused = [
    ['cantParseEntities', 'MARKUP_INVALID', 100],
    ['tooLong', 'MESSAGE_TOO_LONG', 100],
    ['textEmpty', 'MESSAGE_EMPTY', 20],
    ['cantParseEntities', 'MARKUP_INVALID', 20],
    ['cantParseEntities', 'MARKUP_INVALID', 3],
  ] as const;
  for (const [answer, code, audience] of refused) {
    scenario(`${answer}: stops with ${code}, and all of ${audience} can still be reached`, async (scene) => {
      const app = await scene.prepare();
      await app.startApi('start');
      const refusals = app.sandbox.faults.add({ answer: FAULT_ANSWERS[answer] });
      const run = await scene.start(app, { audience, input: { ...PERSONAL, pacing: { sendIntervalMs: 1 } } });
      await run.end('FAILED');
      const failure = await failureOf(app, run.id, 'FAILED');
      expect(failure).toMatchObject({ code, message: expect.stringContaining('updateCampaign') });
      await waitFor('all to be pending again', async () => {
        const counts = tally(await deliveriesOf(app, run.id));
        return counts.PENDING === audience;
      });
      // It stops within a moment: the refusals are counted when they are written.
      expect(refusals.hits).toBeGreaterThanOrEqual(Math.min(20, audience));
      expect(refusals.hits).toBeLessThanOrEqual(Math.min(60, audience));

      app.sandbox.faults.clear();
      expect((await change(app.client(), 'resumeCampaign', run.id)).userErrors).toEqual([]);
      const events = await followCampaign(app.client(), run.id);
      expect(events.at(-1)).toMatchObject({ status: 'COMPLETED', sentUsers: audience, failedUsers: 0 });
      await run.verify();
    });
  }

  scenario('requeues also whom an answer refuses after it was stopped', async (scene) => {
    const app = await scene.prepare();
    await app.startApi('start');
    app.sandbox.faults.add({ answer: FAULT_ANSWERS.cantParseEntities });
    const run = await scene.start(app, { audience: 200, input: { ...PERSONAL, pacing: { chunkSize: 10 } } });
    await run.end('FAILED');
    await waitFor('all to be pending again', async () => {
      const counts = tally(await deliveriesOf(app, run.id));
      return counts.PENDING === 200;
    });
    app.sandbox.faults.clear();
    await change(app.client(), 'resumeCampaign', run.id);
    const events = await followCampaign(app.client(), run.id);
    expect(events.at(-1)).toMatchObject({ status: 'COMPLETED', sentUsers: 200, failedUsers: 0 });
    await run.verify();
  });

  scenario('is told from one in which some names are too long', async (scene) => {
    const app = await scene.prepare();
    await app.startApi('start');
    const chatId = Array.from({ length: 19 }, (_, place) => 1_000_003 + place);
    app.sandbox.faults.add({ chatId, answer: FAULT_ANSWERS.tooLong });
    const run = await scene.start(app, {
      audience: 21,
      input: { ...PERSONAL, pacing: { sendIntervalMs: 1 } },
    });
    expect(await run.end()).toMatchObject({ status: 'COMPLETED', sentUsers: 2, failedUsers: 19 });
    await run.verify();
  });
});
