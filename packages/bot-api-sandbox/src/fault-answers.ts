import type { ResponseParameters } from './api-error.js';
import type { ApiFault, BodyFault, FaultAnswer, FaultPhase, SlowFault } from './fault-types.js';

/** A fixed answer, or one that takes a number: seconds, milliseconds, a chat id, a status. */
export type NamedFaultAnswer = FaultAnswer | ((value: number) => FaultAnswer);

const GATEWAY_PAGE =
  '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>nginx</body>\r\n</html>\r\n';

function api(errorCode: number, description: string, parameters?: ResponseParameters): ApiFault {
  return { kind: 'api', phase: 'before', errorCode, description, parameters };
}

function page(status: number, phase: FaultPhase): BodyFault {
  return { kind: 'body', phase, status, contentType: 'text/html', body: GATEWAY_PAGE };
}

function json(status: number, value: unknown): BodyFault {
  return {
    kind: 'body',
    phase: 'before',
    status,
    contentType: 'application/json',
    body: JSON.stringify(value),
  };
}

function throttled(retryAfter: number): ApiFault {
  return api(429, `Too Many Requests: retry after ${retryAfter}`, { retry_after: retryAfter });
}

/**
 * A name for every answer that a bot has to cope with: Telegram's refusals in Telegram's words, and the
 * ways in which an answer gets lost. `...After` means that the request was carried out all the same.
 */
export const FAULT_ANSWERS = {
  /** 429 for the matching request alone; @param retryAfter whole seconds */
  throttled,
  /** 429, and for that time to every other sendMessage of the bot. */
  throttledBot: (retryAfter: number): ApiFault => ({ ...throttled(retryAfter), pauseBot: true }),

  serverError: api(500, 'Internal Server Error'),
  serverErrorAfter: { ...api(500, 'Internal Server Error'), phase: 'after' },
  /** 429 as a proxy gives it: the waiting time is in a header alone, 1 s. */
  throttledHtml: { ...page(429, 'before'), headers: { 'retry-after': '1' } },
  throttledOddly: json(429, { ok: false, error_code: 429, parameters: { retry_after: 'soon' } }),

  badGateway: api(502, 'Bad Gateway'),
  badGatewayHtml: page(502, 'before'),
  badGatewayHtmlAfter: page(502, 'after'),

  blocked: api(403, 'Forbidden: bot was blocked by the user'),
  deactivated: api(403, 'Forbidden: user is deactivated'),
  cannotInitiate: api(403, "Forbidden: bot can't initiate conversation with a user"),
  botToBot: api(403, "Forbidden: bot can't send messages to bots"),
  botToItself: api(403, "Forbidden: bot can't send messages to the bot"),
  kicked: api(403, 'Forbidden: bot was kicked from the group chat'),
  unknownForbidden: api(403, 'Forbidden: something the client has not heard of'),

  chatNotFound: api(400, 'Bad Request: chat not found'),
  peerIdInvalid: api(400, 'Bad Request: PEER_ID_INVALID'),
  noWriteAccess: api(400, 'Bad Request: not enough rights to send text messages to the chat'),
  noRightsToSend: api(400, 'Bad Request: have no rights to send a message'),
  needAdministratorRights: api(400, 'Bad Request: need administrator rights in the channel chat'),
  chatWriteForbidden: api(400, 'Bad Request: CHAT_WRITE_FORBIDDEN'),
  chatRestricted: api(400, 'Bad Request: CHAT_RESTRICTED'),
  privacyPremiumRequired: api(400, 'Bad Request: PRIVACY_PREMIUM_REQUIRED'),
  unknownBadRequest: api(400, 'Bad Request: something the client has not heard of'),

  /** @param newChatId the supergroup that the group became */
  migrated: (newChatId: number): ApiFault =>
    api(400, 'Bad Request: group chat was upgraded to a supergroup chat', { migrate_to_chat_id: newChatId }),

  unauthorized: api(401, 'Unauthorized'),
  notFound: api(404, 'Not Found'),
  misdirected: api(421, 'Misdirected Request'),
  loggedOut: api(400, 'Logged out'),

  cantParseEntities: api(
    400,
    'Bad Request: can\'t parse entities: Unsupported start tag "x" at byte offset 0',
  ),
  tooLong: api(400, 'Bad Request: message is too long'),
  textEmpty: api(400, 'Bad Request: message text is empty'),
  buttonDataInvalid: api(400, 'Bad Request: BUTTON_DATA_INVALID'),
  buttonUrlInvalid: api(400, 'Bad Request: BUTTON_URL_INVALID'),
  replyMarkupTooLong: api(400, 'Bad Request: reply markup is too long'),
  badParseMode: api(400, 'Bad Request: unsupported parse_mode'),

  notModified: api(
    400,
    'Bad Request: message is not modified: specified new message content and reply markup are exactly ' +
      'the same as a current content and reply markup of the message',
  ),
  queryTooOld: api(400, 'Bad Request: query is too old and response timeout expired or query ID is invalid'),

  resetBefore: { kind: 'reset', phase: 'before' },
  resetAfter: { kind: 'reset', phase: 'after' },
  truncatedBefore: { kind: 'truncated', phase: 'before', close: true },
  truncatedAfter: { kind: 'truncated', phase: 'after', close: true },
  /** As truncatedAfter, but the connection stays open: clients without a timeout wait for ever. */
  truncatedOpenAfter: { kind: 'truncated', phase: 'after', close: false },
  hangBefore: { kind: 'hang', phase: 'before' },
  hangAfter: { kind: 'hang', phase: 'after' },
  /** @param ms delay of the right answer, milliseconds */
  slow: (ms: number): SlowFault => ({ kind: 'slow', phase: 'after', ms }),
  /** A page of HTML with that status; nothing was carried out. */
  nonJson: (status: number): BodyFault => page(status, 'before'),
  nonJsonAfter: (status: number): BodyFault => page(status, 'after'),
  /** To another host, which nobody may follow with the token in hand. */
  redirected: { ...page(302, 'before'), headers: { location: 'http://elsewhere.invalid/' } },
  /** More than any answer of Telegram has. */
  hugeAfter: { ...page(200, 'after'), fillTo: 32 * 1024 * 1024 },
  /** Content-Length ends the answer in its middle. */
  shortLengthAfter: { ...json(200, { ok: true, result: {} }), phase: 'after', contentLength: 10 },
  /** The right answer, when the test says so: what happens meanwhile is no matter of time. */
  held: { kind: 'held', phase: 'after' },
} as const satisfies Record<string, NamedFaultAnswer>;
