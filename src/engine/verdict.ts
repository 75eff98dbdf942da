import { DeliveryStatus } from '../delivery/delivery.entity.js';
import type { StopCode } from '../campaigns/ending.js';
import type { DeliveryReason, PersonReason } from '../delivery/reasons.js';
import { TelegramUserStatus, type Reachability } from '../people/telegram-user.entity.js';
import type { Recipient } from '../delivery/claim.store.js';
import type { Settlement } from '../delivery/settlement.store.js';
import type { SendOutcome } from './ports.js';

/** Effect of an outcome on the delivery; `stopReason` if it stops the whole campaign. */
export interface Verdict {
  settlement: Pick<
    Settlement,
    'status' | 'reason' | 'messageId' | 'retryInMs' | 'attemptUnspent' | 'userStatus' | 'chatId'
  >;
  stopReason?: StopCode;
}

/** Nothing was sent: the recipient is requeued as if never claimed. */
export const NOT_SENT: Verdict['settlement'] = {
  status: DeliveryStatus.PENDING,
  retryInMs: 0,
  attemptUnspent: true,
};

/**
 * Margin after the silence, so that the probe goes to another chat: otherwise one throttled chat would keep the whole bot
 * silent.
 */
const PROBE_MARGIN_MS = 1000;

function failed(reason: DeliveryReason | StopCode): Verdict {
  return { settlement: { status: DeliveryStatus.FAILED, reason } };
}

function gone(reason: PersonReason, userStatus: Reachability): Verdict {
  return { settlement: { status: DeliveryStatus.FAILED, reason, userStatus } };
}

/**
 * The table of outcomes: effect of each answer on the delivery, the user and the campaign.
 * @param isPersonal whether other recipients may get another text
 */
export function judge(
  outcome: SendOutcome,
  recipient: Pick<Recipient, 'userId' | 'chatId'>,
  isPersonal: boolean,
): Verdict {
  switch (outcome.kind) {
    case 'sent':
      return { settlement: { status: DeliveryStatus.SENT, messageId: outcome.messageId } };
    case 'throttled':
      return { settlement: { ...NOT_SENT, retryInMs: outcome.retryAfterMs + PROBE_MARGIN_MS } };
    case 'notSent':
      return { settlement: NOT_SENT };
    case 'outage':
      if (outcome.isDelivered === 'unknown')
        return { settlement: { status: DeliveryStatus.UNCONFIRMED, reason: outcome.reason } };
      return { settlement: { ...NOT_SENT, retryInMs: outcome.retryInMs ?? 0 } };
    case 'ambiguous':
      return { settlement: { status: DeliveryStatus.UNCONFIRMED, reason: outcome.reason } };
    case 'recipientGone':
      return gone(outcome.reason, outcome.userStatus);
    case 'recipientFailed':
      return failed(outcome.reason);
    case 'moved':
      // A chat that has moved twice is not followed any further.
      if (recipient.chatId !== recipient.userId) return gone('CHAT_MOVED', TelegramUserStatus.UNREACHABLE);
      return { settlement: { status: DeliveryStatus.PENDING, retryInMs: 0, chatId: outcome.chatId } };
    case 'botUnusable':
      return { settlement: NOT_SENT, stopReason: outcome.reason };
    case 'templateUnusable':
      if (outcome.textOnly && isPersonal) return failed(outcome.reason);
      return { settlement: NOT_SENT, stopReason: outcome.reason };
  }
}

const BASE_DELAY_MS = 2000;
const MAX_DELAY_MS = 30_000;

/**
 * Milliseconds to wait after the given number of failed attempts: exponential backoff with "equal jitter" (half of the delay is
 * random), so that failures at the same time are not retried at the same time.
 */
export function backoffMs(attempts: number, random: () => number = Math.random): number {
  const ceiling = Math.min(MAX_DELAY_MS, BASE_DELAY_MS * 2 ** Math.max(0, attempts - 1));
  return Math.round(ceiling / 2 + (random() * ceiling) / 2);
}
