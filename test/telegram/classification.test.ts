import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { classify, type TelegramFailure } from '../../src/telegram/answers.js';

const FORBIDDEN = 'Forbidden: ';
const BAD_REQUEST = 'Bad Request: ';

describe('classification', () => {
  test.each([
    [403, `${FORBIDDEN}bot was blocked by the user`, 'recipientGone', 'BOT_BLOCKED'],
    [403, `${FORBIDDEN}user is deactivated`, 'recipientGone', 'USER_DEACTIVATED'],
    [
      403,
      `${FORBIDDEN}bot can't initiate conversation with a user`,
      'recipientGone',
      'CONVERSATION_NOT_STARTED',
    ],
    [403, `${FORBIDDEN}bot can't send messages to bots`, 'recipientGone', 'RECIPIENT_IS_BOT'],
    [403, `${FORBIDDEN}something new`, 'recipientGone', 'FORBIDDEN'],
    [400, `${BAD_REQUEST}chat not found`, 'recipientGone', 'CHAT_NOT_FOUND'],
    [400, `${BAD_REQUEST}PEER_ID_INVALID`, 'recipientGone', 'PEER_ID_INVALID'],
    [400, `${BAD_REQUEST}PRIVACY_PREMIUM_REQUIRED`, 'recipientGone', 'PRIVACY_PREMIUM_REQUIRED'],
    [400, `${BAD_REQUEST}CHAT_RESTRICTED`, 'recipientGone', 'CHAT_RESTRICTED'],
    [400, `${BAD_REQUEST}something new`, 'recipientFailed', 'BAD_REQUEST'],
    [401, 'Unauthorized', 'botUnusable', 'BOT_TOKEN_REJECTED'],
    [404, 'Not Found', 'botUnusable', 'BOT_TOKEN_REJECTED'],
    [421, 'Misdirected Request', 'botUnusable', 'BOT_ON_OTHER_SERVER'],
    [400, 'Logged out', 'botUnusable', 'BOT_LOGGED_OUT'],
    [400, `${BAD_REQUEST}can't parse entities: unclosed tag`, 'templateUnusable', 'MARKUP_INVALID'],
    [400, `${BAD_REQUEST}message is too long`, 'templateUnusable', 'MESSAGE_TOO_LONG'],
    [400, `${BAD_REQUEST}message text is empty`, 'templateUnusable', 'MESSAGE_EMPTY'],
    [400, `${BAD_REQUEST}BUTTON_URL_INVALID`, 'templateUnusable', 'BUTTON_INVALID'],
    [400, `${BAD_REQUEST}reply markup is too long`, 'templateUnusable', 'REPLY_MARKUP_TOO_LONG'],
    [400, `${BAD_REQUEST}unsupported parse_mode`, 'templateUnusable', 'PARSE_MODE_INVALID'],
    [500, 'Internal Server Error', 'outage', 'TELEGRAM_UNAVAILABLE'],
    [502, 'Bad Gateway', 'outage', 'ANSWER_LOST'],
  ])('%i "%s" is %s', (code, description, kind, reason) => {
    expect(classify({ kind: 'answer', code, description })).toMatchObject({ kind, reason });
  });

  test.each([
    [500, { kind: 'outage', isDelivered: 'unknown' }],
    [502, { kind: 'outage', isDelivered: 'unknown' }],
    [504, { kind: 'outage', isDelivered: 'unknown' }],
    [520, { kind: 'outage', isDelivered: 'unknown' }],
    [403, { kind: 'outage', isDelivered: 'no' }],
    [404, { kind: 'outage', isDelivered: 'no' }],
    [413, { kind: 'outage', isDelivered: 'no' }],
    [302, { kind: 'botUnusable', reason: 'API_ROOT_REDIRECTS' }],
    [429, { kind: 'throttled', retryAfterMs: 1000 }],
  ])('a page with %i is %j', (status, outcome) => {
    expect(classify({ kind: 'page', status })).toMatchObject(outcome);
  });

  test.each([
    ['ECONNREFUSED', false, { kind: 'outage', isDelivered: 'no', reason: 'TELEGRAM_UNREACHABLE' }],
    ['CERT_HAS_EXPIRED', false, { kind: 'outage', isDelivered: 'no', reason: 'TELEGRAM_UNREACHABLE' }],
    ['UND_ERR_CONNECT_TIMEOUT', false, { kind: 'outage', isDelivered: 'no' }],
    ['ABORTED', false, { kind: 'notSent' }],
    ['ABORTED', true, { kind: 'ambiguous' }],
    ['ECONNRESET', true, { kind: 'ambiguous', reason: 'ANSWER_LOST' }],
    ['TIMEOUT', true, { kind: 'ambiguous', reason: 'ANSWER_TIMEOUT' }],
    ['INVALID_BODY', true, { kind: 'ambiguous', reason: 'ANSWER_LOST' }],
  ])('the transport error %s, written: %s, is %j', (code, isWritten, outcome) => {
    expect(classify({ kind: 'transport', code, isWritten })).toMatchObject(outcome);
  });

  test('a 429 says how long to wait', () => {
    const failure: TelegramFailure = { kind: 'answer', code: 429, description: 'x', retryAfterSeconds: 7 };
    expect(classify(failure)).toEqual({ kind: 'throttled', retryAfterMs: 7000 });
  });

  test('a chat that has moved is followed', () => {
    const failure: TelegramFailure = { kind: 'answer', code: 400, description: 'x', migrateToChatId: '-100' };
    expect(classify(failure)).toEqual({ kind: 'moved', chatId: '-100' });
  });

  test('letter case of a description does not matter', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.boolean()), (upper) => {
        const description = Array.from('forbidden: bot was blocked by the user')
          .map((letter) => (upper.next().value === true ? letter.toUpperCase() : letter))
          .join('');
        expect(classify({ kind: 'answer', code: 403, description })).toMatchObject({ reason: 'BOT_BLOCKED' });
      }),
    );
  });

  test('no answer is taken for a success, and every transport error that may have delivered is ambiguous', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 300, max: 599 }),
        fc.string(),
        fc.string(),
        (code, description, errorCode) => {
          expect(classify({ kind: 'answer', code, description }).kind).not.toBe('sent');
          expect(classify({ kind: 'page', status: code }).kind).not.toBe('sent');
          expect(classify({ kind: 'transport', code: errorCode, isWritten: true }).kind).toBe('ambiguous');
        },
      ),
    );
  });
});
