/** Codes with which Telegram ends a campaign, and the sentences that say what to do. */
export const STOP_CODES = {
  BOT_TOKEN_REJECTED:
    'Telegram does not accept the bot token. Set BOT_TOKEN to a valid one, then resume the campaign.',
  BOT_LOGGED_OUT: 'The bot is logged out of this Bot API server. Log it in again, then resume the campaign.',
  BOT_ON_OTHER_SERVER: 'The bot belongs to another Bot API server. Set TELEGRAM_API_ROOT to it, then resume.',
  API_ROOT_REDIRECTS:
    'The server at TELEGRAM_API_ROOT answers with a redirect, which is not followed: the bot token would go to another ' +
    'host. Set TELEGRAM_API_ROOT to the address that answers itself, then resume the campaign.',
  MARKUP_INVALID:
    'Telegram cannot read the HTML of the message template. Change it with updateCampaign, then resume.',
  MESSAGE_TOO_LONG:
    'The message is longer than 4096 characters. Change its template with updateCampaign, then resume.',
  MESSAGE_EMPTY: 'The message has no text. Change its template with updateCampaign, then resume.',
  BUTTON_INVALID:
    'Telegram does not accept the button of the message. Change its buttonText with updateCampaign, then resume.',
  REPLY_MARKUP_TOO_LONG:
    'The button of the message is too long for Telegram. Change its buttonText with updateCampaign, then resume.',
  PARSE_MODE_INVALID: 'Telegram does not accept the parse mode of the message.',
} as const;

export type StopCode = keyof typeof STOP_CODES;

/** Those that one recipient's name may have caused; where it is not the name, they come for everybody. */
export const TEXT_CODES = [
  'MARKUP_INVALID',
  'MESSAGE_TOO_LONG',
  'MESSAGE_EMPTY',
] as const satisfies StopCode[];

export type TextCode = (typeof TEXT_CODES)[number];

export function isTextCode(reason: string | null): reason is TextCode {
  return (TEXT_CODES as readonly (string | null)[]).includes(reason);
}

/** Like failures in a row after which it is not the recipients' fault. */
export const MAX_FAILURE_STREAK = 20;

/** Codes with which the system pauses a campaign by itself. */
const PAUSE_CODES = ['REPEATED_FAILURES', 'MISSED_SCHEDULE', 'POLL_CLOSED', 'ANOTHER_CAMPAIGN_RUNS'] as const;

/** Why a campaign was stopped other than by a person. */
export type FailureCode = StopCode | (typeof PAUSE_CODES)[number];

export const FAILURE_CODES: readonly FailureCode[] = [
  ...(Object.keys(STOP_CODES) as StopCode[]),
  ...PAUSE_CODES,
];

/** Verdicts about a person: they say more than that the person was found unreachable. */
export const PERSON_REASONS = [
  'BOT_BLOCKED',
  'USER_DEACTIVATED',
  'CONVERSATION_NOT_STARTED',
  'RECIPIENT_IS_BOT',
  'CHAT_NOT_FOUND',
  'PEER_ID_INVALID',
  'NO_WRITE_ACCESS',
  'CHAT_RESTRICTED',
  'CHAT_MOVED',
  'PRIVACY_PREMIUM_REQUIRED',
  'FORBIDDEN',
] as const;

/** Why a reminder is FAILED, UNCONFIRMED or SKIPPED; the statements of the engine write some of them themselves. */
export const DELIVERY_REASONS = [
  ...PERSON_REASONS,
  'BAD_REQUEST',
  'MARKUP_INVALID',
  'MESSAGE_TOO_LONG',
  'MESSAGE_EMPTY',
  'TELEGRAM_UNAVAILABLE',
  'TELEGRAM_UNREACHABLE',
  'CHUNK_SET_ASIDE',
  'ANSWER_TIMEOUT',
  'ANSWER_LOST',
  'SENDER_FAILED',
  'RESULT_UNWRITABLE',
  'WORKER_DIED',
  'COMPLETED_MEANWHILE',
  'OPTED_OUT',
  'RECIPIENT_GONE',
  'REMINDED_RECENTLY',
  'POLL_CLOSED',
  'CAMPAIGN_CANCELLED',
] as const;

export type PersonReason = (typeof PERSON_REASONS)[number];
export type DeliveryReason = (typeof DELIVERY_REASONS)[number];
