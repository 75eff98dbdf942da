import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { FAULT_ANSWERS, type ApiFault, type FaultAnswer, type FaultPhase } from '@pollcast/bot-api-sandbox';
import { useApp } from '../support/use-app.js';
import { createCampaign, createOpenPoll, followCampaign, startCampaign } from '../support/factories.js';
import { waitFor } from '../support/wait.js';
import { CampaignRun } from '../support/campaign-run.js';
import { deliveriesOf, type DeliveryRow } from '../support/record.js';

interface Row {
  answer: FaultAnswer;
  /** How often it is given; always by default. */
  times?: number;
  status: string;
  reason: string | null;
  attempts: number;
  user?: string;
  /** Requests that reach Telegram for this recipient. */
  calls?: number;
}

const FIRST = 1_000_001;
const SUPERGROUP = -100_4200_000_001;
const OTHER_SUPERGROUP = -100_4200_000_002;

function sentAfter(answer: FaultAnswer, attempts: number): Row {
  return { answer, times: 1, status: 'SENT', reason: null, attempts };
}

function failed(answer: FaultAnswer, reason: string): Row {
  return { answer, status: 'FAILED', reason, attempts: 1, calls: 1 };
}

function gone(answer: FaultAnswer, reason: string, user: string): Row {
  return { ...failed(answer, reason), user };
}

function after(answer: ApiFault): FaultAnswer {
  return { ...answer, phase: 'after' };
}

function unconfirmed(answer: FaultAnswer, reason: string): Row {
  return { answer, status: 'UNCONFIRMED', reason, attempts: 1, calls: 1 };
}

/** A JSON that Telegram would never send. */
function foreign(status: number, body: unknown, phase: FaultPhase = 'after'): FaultAnswer {
  const text = JSON.stringify(body);
  return { kind: 'body', phase, status, contentType: 'application/json', body: text };
}

const ROWS: Record<string, Row> = {
  '429 with retry_after, once': { ...sentAfter(FAULT_ANSWERS.throttled(1), 1), calls: 2 },
  '500, once': { ...sentAfter(FAULT_ANSWERS.serverError, 1), calls: 2 },
  '502 that Telegram gives after delivery': unconfirmed(after(FAULT_ANSWERS.badGateway), 'ANSWER_LOST'),
  '502 with a page of HTML': unconfirmed(FAULT_ANSWERS.badGatewayHtml, 'ANSWER_LOST'),
  '500 with a page of HTML after delivery': unconfirmed(FAULT_ANSWERS.nonJsonAfter(500), 'ANSWER_LOST'),
  '503 with a page of HTML after delivery': unconfirmed(FAULT_ANSWERS.nonJsonAfter(503), 'ANSWER_LOST'),
  '504 with a page of HTML after delivery': unconfirmed(FAULT_ANSWERS.nonJsonAfter(504), 'ANSWER_LOST'),
  '520 with a page of HTML after delivery': unconfirmed(FAULT_ANSWERS.nonJsonAfter(520), 'ANSWER_LOST'),
  '500, always': {
    answer: FAULT_ANSWERS.serverError,
    status: 'FAILED',
    reason: 'TELEGRAM_UNAVAILABLE',
    attempts: 1,
    calls: 5,
  },
  'a slow answer': { ...sentAfter(FAULT_ANSWERS.slow(400), 1), calls: 1 },
  'connection reset before': unconfirmed(FAULT_ANSWERS.resetBefore, 'ANSWER_LOST'),
  'connection reset after': unconfirmed(FAULT_ANSWERS.resetAfter, 'ANSWER_LOST'),
  'body cut short before': unconfirmed(FAULT_ANSWERS.truncatedBefore, 'ANSWER_LOST'),
  'body cut short after': unconfirmed(FAULT_ANSWERS.truncatedAfter, 'ANSWER_LOST'),
  'body cut short, connection open': unconfirmed(FAULT_ANSWERS.truncatedOpenAfter, 'ANSWER_TIMEOUT'),
  'no answer before': unconfirmed(FAULT_ANSWERS.hangBefore, 'ANSWER_TIMEOUT'),
  'no answer after': unconfirmed(FAULT_ANSWERS.hangAfter, 'ANSWER_TIMEOUT'),
  'a page of HTML with 200': unconfirmed(FAULT_ANSWERS.nonJsonAfter(200), 'ANSWER_LOST'),
  'a page of HTML with 403, once': sentAfter(FAULT_ANSWERS.nonJson(403), 1),
  'a JSON of a gateway with 413, once': sentAfter(foreign(413, { message: 'Too large' }, 'before'), 1),
  'a body larger than anybody reads': unconfirmed(FAULT_ANSWERS.hugeAfter, 'ANSWER_LOST'),
  'ok without a result': unconfirmed(foreign(200, { ok: true }), 'ANSWER_LOST'),
  'ok with a result that is no message': unconfirmed(foreign(200, { ok: true, result: true }), 'ANSWER_LOST'),
  'ok with a message without a number': unconfirmed(
    foreign(200, { ok: true, result: { message_id: 'abc' } }),
    'ANSWER_LOST',
  ),
  '403 blocked': gone(FAULT_ANSWERS.blocked, 'BOT_BLOCKED', 'BLOCKED'),
  '403 deactivated': gone(FAULT_ANSWERS.deactivated, 'USER_DEACTIVATED', 'DEACTIVATED'),
  '403 cannot initiate': gone(FAULT_ANSWERS.cannotInitiate, 'CONVERSATION_NOT_STARTED', 'UNREACHABLE'),
  '403 bot to bot': gone(FAULT_ANSWERS.botToBot, 'RECIPIENT_IS_BOT', 'UNREACHABLE'),
  '403 bot to itself': gone(FAULT_ANSWERS.botToItself, 'RECIPIENT_IS_BOT', 'UNREACHABLE'),
  '403 kicked': gone(FAULT_ANSWERS.kicked, 'FORBIDDEN', 'UNREACHABLE'),
  '403 unknown': gone(FAULT_ANSWERS.unknownForbidden, 'FORBIDDEN', 'UNREACHABLE'),
  '400 chat not found': gone(FAULT_ANSWERS.chatNotFound, 'CHAT_NOT_FOUND', 'UNREACHABLE'),
  '400 PEER_ID_INVALID': gone(FAULT_ANSWERS.peerIdInvalid, 'PEER_ID_INVALID', 'UNREACHABLE'),
  '400 not enough rights': gone(FAULT_ANSWERS.noWriteAccess, 'NO_WRITE_ACCESS', 'UNREACHABLE'),
  '400 no rights': gone(FAULT_ANSWERS.noRightsToSend, 'NO_WRITE_ACCESS', 'UNREACHABLE'),
  '400 administrator rights': gone(FAULT_ANSWERS.needAdministratorRights, 'NO_WRITE_ACCESS', 'UNREACHABLE'),
  '400 CHAT_WRITE_FORBIDDEN': gone(FAULT_ANSWERS.chatWriteForbidden, 'NO_WRITE_ACCESS', 'UNREACHABLE'),
  '400 CHAT_RESTRICTED': gone(FAULT_ANSWERS.chatRestricted, 'CHAT_RESTRICTED', 'UNREACHABLE'),
  '400 PRIVACY_PREMIUM_REQUIRED': gone(
    FAULT_ANSWERS.privacyPremiumRequired,
    'PRIVACY_PREMIUM_REQUIRED',
    'UNREACHABLE',
  ),
  '400 unknown': failed(FAULT_ANSWERS.unknownBadRequest, 'BAD_REQUEST'),
  '400 message is not modified': failed(FAULT_ANSWERS.notModified, 'BAD_REQUEST'),
  '400 too long, personal text': failed(FAULT_ANSWERS.tooLong, 'MESSAGE_TOO_LONG'),
  '400 text empty, personal text': failed(FAULT_ANSWERS.textEmpty, 'MESSAGE_EMPTY'),
  "400 can't parse entities, personal text": failed(FAULT_ANSWERS.cantParseEntities, 'MARKUP_INVALID'),
  '400 moved': { ...sentAfter(FAULT_ANSWERS.migrated(SUPERGROUP), 2), calls: 1 },
  '400 moved twice': {
    answer: FAULT_ANSWERS.migrated(OTHER_SUPERGROUP),
    status: 'FAILED',
    reason: 'CHAT_MOVED',
    user: 'UNREACHABLE',
    attempts: 2,
    calls: 1,
  },
};
const NAMES = Object.keys(ROWS);
/** Beside those of the table, who get an ordinary answer. */
const OTHERS = 3;
const chatOf = (name: string) => FIRST + NAMES.indexOf(name);

function rowOf(name: string): Row {
  const row = ROWS[name];
  if (!row) throw new Error(`There is no row ${name}.`);
  return row;
}

describe('what becomes of a recipient when Telegram answers', () => {
  const app = useApp({
    run: [],
    environment: { REQUEST_TIMEOUT_MS: '3000', MESSAGES_PER_SECOND: '100' },
    sandbox: { messagesPerSecond: 1000 },
  });
  let run: CampaignRun;
  let deliveries: DeliveryRow[];

  beforeAll(async () => {
    for (const [name, { answer, times }] of Object.entries(ROWS)) {
      app.sandbox.faults.add({ chatId: chatOf(name), times, answer });
    }
    const movesAgain = FAULT_ANSWERS.migrated(SUPERGROUP - 10);
    app.sandbox.faults.add({ chatId: OTHER_SUPERGROUP, answer: movesAgain });
    await app.startApi('start');
    run = await CampaignRun.start(app, { audience: NAMES.length + OTHERS });
    await run.end();
    deliveries = await deliveriesOf(app, run.id);
  });
  afterAll(() => (run as CampaignRun | undefined)?.abandon());

  test.each(NAMES)('%s', (name) => {
    const { status, reason, attempts, user = 'ACTIVE', calls } = rowOf(name);
    const delivery = deliveries[NAMES.indexOf(name)];
    expect(delivery).toMatchObject({
      user_id: String(chatOf(name)),
      status,
      reason,
      attempts,
      user_status: user,
    });
    const sends = app.sandbox.calls.filter(
      (call) => call.method === 'sendMessage' && call.chatId === chatOf(name),
    );
    if (calls !== undefined) expect(sends).toHaveLength(calls);
  });

  test('nobody else is touched, and the ledger matches the record', async () => {
    expect(deliveries.slice(NAMES.length).map(({ status }) => status)).toEqual(
      Array<string>(OTHERS).fill('SENT'),
    );
    await run.verify();
  });

  test('a chat that moved keeps its new id', () => {
    const moved = deliveries[NAMES.indexOf('400 moved')];
    expect(moved?.chat_id).toBe(String(SUPERGROUP));
    expect(app.sandbox.messagesTo(SUPERGROUP)).toHaveLength(1);
  });

  test('who is gone is left out of audiences until they write /start again', async () => {
    const goneUsers = NAMES.filter((name) => ROWS[name]?.user !== undefined).map(chatOf);
    const all = NAMES.length + OTHERS;
    app.sandbox.faults.clear();
    expect(await audienceOfNextCampaign()).toBe(all - goneUsers.length);

    const [back] = goneUsers;
    app.sandbox.userSays(back ?? 0, '/start');
    await waitFor('the return to be recorded', async () => {
      const [person] = await app.database.query('SELECT FROM telegram_user WHERE id = $1 AND status = $2', [
        back,
        'ACTIVE',
      ]);
      return person !== undefined;
    });
    expect(await audienceOfNextCampaign()).toBe(all - goneUsers.length + 1);
  });

  async function audienceOfNextCampaign(): Promise<number | undefined> {
    const api = app.client();
    const id = await createCampaign(api, await createOpenPoll(api));
    await startCampaign(api, id);
    const events = await followCampaign(api, id);
    return events.at(-1)?.totalUsers;
  }
});
