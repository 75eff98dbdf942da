import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DeliveryStatus } from '../../src/delivery/delivery.entity.js';
import { TelegramUserStatus } from '../../src/people/telegram-user.entity.js';
import type { Settlement } from '../../src/delivery/settlement.store.js';
import type { SendOutcome } from '../../src/engine/ports.js';
import { backoffMs, judge } from '../../src/engine/verdict.js';
import { findStreak } from '../../src/engine/settlements.js';

const recipient = { userId: '1', chatId: '1' };
const PERSONAL = true;
const IMPERSONAL = false;

function outage(isDelivered: 'no' | 'unknown'): SendOutcome {
  return { kind: 'outage', reason: 'TELEGRAM_UNAVAILABLE', isDelivered, retryInMs: 1234 };
}

describe('what an outcome does', () => {
  test.each<[string, SendOutcome, boolean, object]>([
    ['sent', { kind: 'sent', messageId: '7' }, IMPERSONAL, { status: 'SENT', messageId: '7' }],
    [
      'throttled: later, no attempt spent',
      { kind: 'throttled', retryAfterMs: 3000 },
      IMPERSONAL,
      { status: 'PENDING', retryInMs: 4000, attemptUnspent: true },
    ],
    [
      'ambiguous',
      { kind: 'ambiguous', reason: 'ANSWER_LOST' },
      IMPERSONAL,
      { status: 'UNCONFIRMED', reason: 'ANSWER_LOST' },
    ],
    [
      'gone',
      { kind: 'recipientGone', reason: 'BOT_BLOCKED', userStatus: TelegramUserStatus.BLOCKED },
      IMPERSONAL,
      { status: 'FAILED', userStatus: 'BLOCKED' },
    ],
    ['moved', { kind: 'moved', chatId: '5' }, IMPERSONAL, { status: 'PENDING', chatId: '5' }],
    [
      'too long because of a name',
      { kind: 'templateUnusable', reason: 'MESSAGE_TOO_LONG', textOnly: true },
      PERSONAL,
      { status: 'FAILED', reason: 'MESSAGE_TOO_LONG' },
    ],
    [
      'markup that a name may have broken',
      { kind: 'templateUnusable', reason: 'MARKUP_INVALID', textOnly: true },
      PERSONAL,
      { status: 'FAILED', reason: 'MARKUP_INVALID' },
    ],
  ])('%s', (_name, outcome, isPersonal, settlement) => {
    expect(judge(outcome, recipient, isPersonal)).toMatchObject({ settlement });
  });

  test.each<[string, SendOutcome]>([
    ['a dead token', { kind: 'botUnusable', reason: 'BOT_TOKEN_REJECTED' }],
    ['broken markup', { kind: 'templateUnusable', reason: 'MARKUP_INVALID', textOnly: true }],
    [
      'a text that is too long for everybody',
      { kind: 'templateUnusable', reason: 'MESSAGE_TOO_LONG', textOnly: true },
    ],
  ])('%s stops the campaign and leaves the recipient pending', (_name, outcome) => {
    const verdict = judge(outcome, recipient, IMPERSONAL);
    expect(verdict.stopReason).toBeDefined();
    expect(verdict.settlement).toMatchObject({ status: 'PENDING', attemptUnspent: true });
  });

  test('a button that is refused stops the campaign also where the text is personal', () => {
    const outcome: SendOutcome = { kind: 'templateUnusable', reason: 'BUTTON_INVALID', textOnly: false };
    expect(judge(outcome, recipient, PERSONAL).stopReason).toBe('BUTTON_INVALID');
  });

  test('a chat is followed once', () => {
    const moved = { ...recipient, chatId: '5' };
    expect(judge({ kind: 'moved', chatId: '6' }, moved, IMPERSONAL).settlement.status).toBe('FAILED');
  });

  test.each<[string, SendOutcome, object]>([
    [
      'after the delivery, perhaps',
      outage('unknown'),
      { status: 'UNCONFIRMED', reason: 'TELEGRAM_UNAVAILABLE' },
    ],
    ['before it', outage('no'), { status: 'PENDING', retryInMs: 1234, attemptUnspent: true }],
  ])('an outage %s costs nobody an attempt', (_name, outcome, settlement) => {
    const tried = { ...recipient, attempts: 50 };
    expect(judge(outcome, tried, IMPERSONAL).settlement).toEqual(settlement);
  });
});

describe('backoff', () => {
  test('grows, stays within its bounds and is spread by half', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (attempts, random) => {
          const delay = backoffMs(attempts, () => random);
          const ceiling = Math.min(30_000, 2000 * 2 ** (attempts - 1));
          expect(delay).toBeGreaterThanOrEqual(Math.floor(ceiling / 2));
          expect(delay).toBeLessThanOrEqual(ceiling);
        },
      ),
    );
  });
});

describe('a streak of like failures', () => {
  const settlement = (status: Settlement['status'], reason?: Settlement['reason']): Settlement => {
    return { campaignId: '1', userId: '1', fencingToken: 1, status, reason };
  };
  const { SENT, FAILED, PENDING, UNCONFIRMED } = DeliveryStatus;
  const aboutPerson = {
    ...settlement(FAILED, 'BOT_BLOCKED'),
    userStatus: TelegramUserStatus.BLOCKED,
  } as const;

  test.each<[string, Settlement[], object]>([
    ['nothing', [], { count: 0, broken: false }],
    [
      'two alike',
      [settlement(FAILED, 'BOT_BLOCKED'), settlement(FAILED, 'BOT_BLOCKED')],
      { reason: 'BOT_BLOCKED', count: 2, broken: false },
    ],
    [
      'a success before',
      [settlement(SENT), settlement(FAILED, 'BOT_BLOCKED')],
      { reason: 'BOT_BLOCKED', count: 1, broken: true },
    ],
    [
      'a success after',
      [settlement(FAILED, 'BOT_BLOCKED'), settlement(SENT)],
      { reason: null, count: 0, broken: true },
    ],
    [
      'another before',
      [settlement(FAILED, 'CHAT_NOT_FOUND'), settlement(FAILED, 'BOT_BLOCKED')],
      { reason: 'BOT_BLOCKED', count: 1, broken: true },
    ],
    [
      'retries between',
      [settlement(FAILED, 'BOT_BLOCKED'), settlement(PENDING)],
      { reason: 'BOT_BLOCKED', count: 1, broken: false },
    ],
    [
      'verdicts about people between',
      [settlement(FAILED, 'BAD_REQUEST'), aboutPerson, aboutPerson, settlement(FAILED, 'BAD_REQUEST')],
      { reason: 'BAD_REQUEST', count: 2, broken: false },
    ],
    ['verdicts about people alone', [aboutPerson, aboutPerson], { reason: null, count: 0, broken: false }],
    [
      'unconfirmed ones',
      [settlement(UNCONFIRMED, 'CHAT_RESTRICTED'), settlement(UNCONFIRMED, 'CHAT_RESTRICTED')],
      { reason: 'CHAT_RESTRICTED', count: 2 },
    ],
    [
      'what an outage leaves',
      [
        settlement(FAILED, 'BAD_REQUEST'),
        settlement(UNCONFIRMED, 'ANSWER_LOST'),
        settlement(UNCONFIRMED, 'ANSWER_TIMEOUT'),
        settlement(FAILED, 'TELEGRAM_UNAVAILABLE'),
      ],
      { reason: 'BAD_REQUEST', count: 1, broken: false },
    ],
  ])('%s', (_name, group, streak) => {
    expect(findStreak(group)).toMatchObject(streak);
  });
});
