import { registerEnumType } from 'type-graphql';

interface ReasonRow {
  /** Status of deliveries with this reason. */
  status: 'FAILED' | 'UNCONFIRMED' | 'SKIPPED';
  /** For docs/errors.md. */
  meaning: string;
  /** A verdict about the user, more specific than RECIPIENT_GONE. */
  isAboutUser?: true;
  /** Name in the API. The stored name is older; renaming it would rewrite large tables. */
  publicName?: string;
}

/** Why a delivery is FAILED, UNCONFIRMED or SKIPPED. The API's enum and docs/errors.md follow from this list. */
const REASONS = {
  BOT_BLOCKED: { status: 'FAILED', isAboutUser: true, meaning: 'the recipient has blocked the bot' },
  USER_DEACTIVATED: { status: 'FAILED', isAboutUser: true, meaning: 'the account is deleted' },
  CONVERSATION_NOT_STARTED: {
    status: 'FAILED',
    isAboutUser: true,
    meaning: 'the recipient has not written to the bot',
  },
  RECIPIENT_IS_BOT: { status: 'FAILED', isAboutUser: true, meaning: 'bots get no messages of bots' },
  CHAT_NOT_FOUND: { status: 'FAILED', isAboutUser: true, meaning: 'Telegram knows no such chat' },
  PEER_ID_INVALID: { status: 'FAILED', isAboutUser: true, meaning: 'Telegram knows no such recipient' },
  NO_WRITE_ACCESS: { status: 'FAILED', isAboutUser: true, meaning: 'the bot may not write there' },
  CHAT_RESTRICTED: { status: 'FAILED', isAboutUser: true, meaning: 'the chat is restricted' },
  CHAT_MOVED: { status: 'FAILED', isAboutUser: true, meaning: 'the chat has moved twice' },
  PRIVACY_PREMIUM_REQUIRED: {
    status: 'FAILED',
    isAboutUser: true,
    meaning: 'the recipient takes messages of Telegram Premium only',
  },
  FORBIDDEN: {
    status: 'FAILED',
    isAboutUser: true,
    meaning: 'refused with 403, for a reason not known here',
  },
  BAD_REQUEST: { status: 'FAILED', meaning: 'refused with 400, for a reason not known here' },
  MARKUP_INVALID: { status: 'FAILED', meaning: "the HTML cannot be read with this recipient's name" },
  MESSAGE_TOO_LONG: { status: 'FAILED', meaning: "too long with this recipient's name" },
  MESSAGE_EMPTY: { status: 'FAILED', meaning: "empty with this recipient's name" },
  TELEGRAM_UNAVAILABLE: {
    status: 'FAILED',
    meaning:
      "Telegram, or a proxy, refused this recipient five times for no reason of the recipient's while others were reached",
  },
  TELEGRAM_UNREACHABLE: {
    status: 'FAILED',
    meaning: 'no connection to Telegram; only in campaigns of earlier versions',
  },
  CHUNK_SET_ASIDE: {
    status: 'FAILED',
    meaning: 'its chunk ended several workers',
    publicName: 'CHUNK_QUARANTINED',
  },
  ANSWER_TIMEOUT: { status: 'UNCONFIRMED', meaning: 'no answer in time' },
  ANSWER_LOST: {
    status: 'UNCONFIRMED',
    meaning: "the connection broke, or a gateway gave up, before Telegram's answer",
  },
  SENDER_FAILED: { status: 'UNCONFIRMED', meaning: 'an unforeseen error while it was sent' },
  RESULT_UNWRITABLE: { status: 'UNCONFIRMED', meaning: 'the database refused the result' },
  WORKER_DIED: { status: 'UNCONFIRMED', meaning: 'its worker died before the answer' },
  COMPLETED_MEANWHILE: { status: 'SKIPPED', meaning: 'the recipient has completed the poll' },
  OPTED_OUT: { status: 'SKIPPED', meaning: 'the recipient wants no more messages' },
  DECLINED_POLL: { status: 'SKIPPED', meaning: 'the recipient wants no reminders of this poll' },
  RECIPIENT_GONE: {
    status: 'SKIPPED',
    meaning: 'the recipient was found unreachable meanwhile, for an unknown reason',
  },
  NOT_IN_GROUP: {
    status: 'SKIPPED',
    meaning: 'the recipient has left the groups that the poll or the campaign is for',
  },
  REMINDED_RECENTLY: {
    status: 'SKIPPED',
    meaning: 'another campaign of the poll has reminded the recipient within `notRemindedForHours`',
  },
  POLL_CLOSED: { status: 'SKIPPED', meaning: 'the poll takes no more answers' },
  ERASED: { status: 'SKIPPED', meaning: 'the recipient was erased before the send' },
  CAMPAIGN_CANCELLED: { status: 'SKIPPED', meaning: 'the campaign was cancelled' },
} as const satisfies Record<string, ReasonRow>;

export type DeliveryReason = keyof typeof REASONS;

/** Reasons that are verdicts about a user. */
export type PersonReason = {
  [R in DeliveryReason]: (typeof REASONS)[R] extends { isAboutUser: true } ? R : never;
}[DeliveryReason];

export const DELIVERY_REASONS: Readonly<Record<DeliveryReason, ReasonRow>> = REASONS;

const NAMES = Object.keys(REASONS) as DeliveryReason[];

export const PERSON_REASONS = NAMES.filter((reason) => DELIVERY_REASONS[reason].isAboutUser);

/** Reasons by their names in the API. */
export const PublicDeliveryReason: Readonly<Record<string, DeliveryReason>> = Object.fromEntries(
  NAMES.map((reason) => [DELIVERY_REASONS[reason].publicName ?? reason, reason]),
);

registerEnumType(PublicDeliveryReason, {
  name: 'DeliveryReason',
  description: 'Why a delivery is FAILED, SKIPPED or UNCONFIRMED. Closed list; docs/errors.md explains each.',
});
