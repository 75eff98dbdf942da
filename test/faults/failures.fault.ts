import { describe, expect } from '@jest/globals';
import { FAULT_ANSWERS } from '@pollcast/bot-api-sandbox';
import { change } from '../campaigns/operations.js';
import { waitForOutput } from '../support/process.js';
import { waitFor } from '../support/wait.js';
import { nothingInFlight } from '../support/work-under-way.js';
import { deliveriesOf, tally } from '../support/record.js';
import { failureOf } from './support/failure.js';
import { scenario } from '../support/scene.js';

describe('like failures in a row', () => {
  scenario('pause the campaign after 20; it goes on when it is resumed', async (scene) => {
    const app = await scene.prepare({ environment: { MESSAGES_PER_SECOND: '50' } });
    await app.startApi('start');
    const refusals = app.sandbox.faults.add({ after: 10, answer: FAULT_ANSWERS.unknownBadRequest });
    const run = await scene.start(app, { audience: 200 });
    const failure = await waitFor('the pause', () => failureOf(app, run.id, 'PAUSED'));
    expect(failure).toEqual({
      code: 'REPEATED_FAILURES',
      message: expect.stringMatching(/^\d+ reminders in a row ended with BAD_REQUEST\. .*resume\.$/),
    });
    expect(refusals.hits).toBeGreaterThanOrEqual(20);
    await nothingInFlight(app.database);
    // It stops within a moment: the failures are counted when they are written.
    expect(refusals.hits).toBeLessThan(100);
    expect(tally(await deliveriesOf(app, run.id))).toEqual({
      SENT: 10,
      FAILED: refusals.hits,
      PENDING: 190 - refusals.hits,
    });

    app.sandbox.faults.clear();
    expect((await change(app.client(), 'resumeCampaign', run.id)).userErrors).toEqual([]);
    expect(await run.end()).toMatchObject({ sentUsers: 200 - refusals.hits, failedUsers: refusals.hits });
    await run.verify();
  });

  scenario('that are of different kinds, or with successes in between, pause nothing', async (scene) => {
    const app = await scene.prepare();
    await app.startApi('start');
    const all = Array.from({ length: 90 }, (_, index) => 1_000_001 + index);
    app.sandbox.faults.add({
      chatId: all.filter((id) => id % 3 === 0),
      answer: FAULT_ANSWERS.unknownBadRequest,
    });
    app.sandbox.faults.add({ chatId: all.filter((id) => id % 3 === 1), answer: FAULT_ANSWERS.tooLong });
    // One send at a time: the answers come in the order of the recipients.
    const run = await scene.start(app, { audience: 90, input: { pacing: { sendIntervalMs: 1 } } });
    expect(await run.end()).toMatchObject({ failedUsers: 60, sentUsers: 30 });
    await run.verify();
  });
});

describe('failures in which nothing was sent', () => {
  scenario(
    'since Telegram was out of reach from the start are waited out, and nobody is claimed',
    async (scene) => {
      const app = await scene.prepare({ environment: { TELEGRAM_API_ROOT: 'http://nobody.invalid' } });
      await app.startApi('start');
      const run = await scene.start(app, { audience: 3 });
      const [running] = app.processes.slice(-1);
      if (running) await waitForOutput(running, /cannot be asked for the name[^]*nothing is sent until/);
      expect(tally(await deliveriesOf(app, run.id))).toEqual({ PENDING: 3 });
      await change(app.client(), 'cancelCampaign', run.id);
      await run.end('CANCELLED');
    },
  );

  scenario('since the bot could not be asked for its name leave nobody UNCONFIRMED', async (scene) => {
    const app = await scene.prepare({ environment: { REQUEST_TIMEOUT_MS: '500' } });
    for (const answer of [FAULT_ANSWERS.resetBefore, FAULT_ANSWERS.hangBefore]) {
      app.sandbox.faults.add({ method: 'getMe', times: 1, answer });
    }
    await app.startApi('start');
    const run = await scene.start(app, { audience: 5 });
    expect(await run.end()).toMatchObject({ sentUsers: 5 });
    await run.verify();
  });
});
