import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { explain } from '../../src/sending/classification.js';
import { ANSWERS, type FaultAnswer } from '../../src/telegram/sandbox/index.js';
import { change } from '../campaigns/operations.js';
import { TestApp } from '../support/app.js';
import { waitFor } from '../support/wait.js';
import { CampaignRun } from './support/campaign-run.js';
import { failureOf } from './support/failure.js';
import { deliveriesOf } from './support/record.js';

/** The same text for everybody: what is wrong with it is wrong for all. */
const IMPERSONAL = 'There is a poll for you.';
const AUDIENCE = 60;
/** The answer comes after some have been served. */
const SERVED = 25;

const ROWS: [name: string, answer: FaultAnswer, code: string, messageTemplate?: string][] = [
  ['401', ANSWERS.unauthorized, 'BOT_TOKEN_REJECTED'],
  ['404 for the method', ANSWERS.notFound, 'BOT_TOKEN_REJECTED'],
  ['421', ANSWERS.misdirected, 'BOT_ON_OTHER_SERVER'],
  ['400 Logged out', ANSWERS.loggedOut, 'BOT_LOGGED_OUT'],
  ["400 can't parse entities", ANSWERS.cantParseEntities, 'MARKUP_INVALID'],
  ['400 message is too long', ANSWERS.tooLong, 'MESSAGE_TOO_LONG', IMPERSONAL],
  ['400 text is empty', ANSWERS.textEmpty, 'MESSAGE_EMPTY', IMPERSONAL],
  ['400 BUTTON_DATA_INVALID', ANSWERS.buttonDataInvalid, 'BUTTON_INVALID'],
  ['400 BUTTON_URL_INVALID', ANSWERS.buttonUrlInvalid, 'BUTTON_INVALID'],
  ['400 reply markup is too long', ANSWERS.replyMarkupTooLong, 'REPLY_MARKUP_TOO_LONG'],
  ['400 unsupported parse_mode', ANSWERS.badParseMode, 'PARSE_MODE_INVALID'],
];

describe('an answer that is the end for the whole campaign', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.prepare({ environment: { MESSAGES_PER_SECOND: '200' } });
    await app.startApi('start');
  });
  afterAll(() => (app as TestApp | undefined)?.stop());

  test.each(ROWS)('%s', async (_name, answer, code, messageTemplate) => {
    await app.database.query('DELETE FROM delivery');
    await app.database.query('DELETE FROM telegram_user');
    app.sandbox.clear();
    app.sandbox.faults.add({ after: SERVED, answer });
    const input = { pacing: { chunkSize: 15 }, ...(messageTemplate && { messageTemplate }) };
    const run = await CampaignRun.start(app, { audience: AUDIENCE, input });
    try {
      await run.end('FAILED');
      expect(await failureOf(app, run.id, 'FAILED')).toEqual({ code, message: explain(code) });
      await nothingUnderWay(run);
      for (const delivery of await deliveriesOf(app, run.id)) {
        expect(delivery).toMatchObject(
          delivery.status === 'SENT' ? { attempts: 1 } : { status: 'PENDING', attempts: 0, reason: null },
        );
      }
      expect(app.sandbox.messages).toHaveLength(SERVED);

      app.sandbox.faults.clear();
      const { userErrors } = await change(app.client(), 'resumeCampaign', run.id);
      expect(userErrors).toEqual([]);
      await run.settled(AUDIENCE);
      await waitFor('the end', async () => (await failureOf(app, run.id, 'COMPLETED')) === null);
      await run.verify();
      expect(app.sandbox.messages).toHaveLength(AUDIENCE);
    } finally {
      await run.abandon();
    }
  });

  async function nothingUnderWay(run: CampaignRun): Promise<void> {
    await waitFor('what was in flight', async () => {
      const deliveries = await deliveriesOf(app, run.id);
      return deliveries.every(({ status }) => status !== 'SENDING');
    });
  }
});
