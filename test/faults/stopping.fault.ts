/** @jobs */
import { describe, expect, test } from '@jest/globals';
import { STOPS, type StopCode } from '../../src/campaigns/ending.js';
import { FAULT_ANSWERS, type FaultAnswer } from '@pollcast/bot-api-sandbox';
import { change } from '../campaigns/operations.js';
import { useApp } from '../support/use-app.js';
import { waitFor } from '../support/wait.js';
import { nothingInFlight } from '../support/work-under-way.js';
import { CampaignRun } from '../support/campaign-run.js';
import { failureOf } from './support/failure.js';
import { deliveriesOf } from '../support/record.js';

/** The same text for everybody: what is wrong with it is wrong for all. */
const IMPERSONAL = 'There is a poll for you.';
const AUDIENCE = 60;
/** The answer comes after some have been served. */
const SERVED = 25;

interface Row {
  name: string;
  answer: FaultAnswer;
  code: StopCode;
  messageTemplate?: string;
}

const ROWS: Row[] = [
  { name: '401', answer: FAULT_ANSWERS.unauthorized, code: 'BOT_TOKEN_REJECTED' },
  { name: '404 for the method', answer: FAULT_ANSWERS.notFound, code: 'BOT_TOKEN_REJECTED' },
  { name: '421', answer: FAULT_ANSWERS.misdirected, code: 'BOT_ON_OTHER_SERVER' },
  { name: 'a redirect', answer: FAULT_ANSWERS.redirected, code: 'API_ROOT_REDIRECTS' },
  { name: '400 Logged out', answer: FAULT_ANSWERS.loggedOut, code: 'BOT_LOGGED_OUT' },
  {
    name: "400 can't parse entities",
    answer: FAULT_ANSWERS.cantParseEntities,
    code: 'MARKUP_INVALID',
    messageTemplate: IMPERSONAL,
  },
  {
    name: '400 message is too long',
    answer: FAULT_ANSWERS.tooLong,
    code: 'MESSAGE_TOO_LONG',
    messageTemplate: IMPERSONAL,
  },
  {
    name: '400 text is empty',
    answer: FAULT_ANSWERS.textEmpty,
    code: 'MESSAGE_EMPTY',
    messageTemplate: IMPERSONAL,
  },
  { name: '400 BUTTON_DATA_INVALID', answer: FAULT_ANSWERS.buttonDataInvalid, code: 'BUTTON_INVALID' },
  { name: '400 BUTTON_URL_INVALID', answer: FAULT_ANSWERS.buttonUrlInvalid, code: 'BUTTON_INVALID' },
  {
    name: '400 reply markup is too long',
    answer: FAULT_ANSWERS.replyMarkupTooLong,
    code: 'REPLY_MARKUP_TOO_LONG',
  },
  { name: '400 unsupported parse_mode', answer: FAULT_ANSWERS.badParseMode, code: 'PARSE_MODE_INVALID' },
];

describe('an answer that is the end for the whole campaign', () => {
  const app = useApp({ environment: { MESSAGES_PER_SECOND: '200' } });

  test.each(ROWS)('$name', async ({ answer, code, messageTemplate }) => {
    await app.database.query('DELETE FROM delivery');
    await app.database.query('DELETE FROM telegram_user');
    app.sandbox.clear();
    app.sandbox.faults.add({ after: SERVED, answer });
    const input = { pacing: { chunkSize: 15 }, ...(messageTemplate && { messageTemplate }) };
    const run = await CampaignRun.start(app, { audience: AUDIENCE, input });
    try {
      await run.end('FAILED');
      expect(await failureOf(app, run.id, 'FAILED')).toEqual({ code, message: STOPS[code].advice });
      await nothingInFlight(app.database);
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
});
