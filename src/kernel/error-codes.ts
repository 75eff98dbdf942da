/** Every code of a GraphQL error, as opposed to a userError, and when it comes. docs/errors.md is written from this list. */
export const ERRORS = {
  UNAUTHENTICATED: 'no valid token',
  FORBIDDEN: "the token's role does not allow it",
  SIGN_IN_LINK_INVALID: 'the link that was printed at start has been used, or is older than an hour',
  FORBIDDEN_ORIGIN: 'a WebSocket of a page that is not in `CORS_ORIGINS`',
  BAD_REQUEST: 'the request is no GraphQL request',
  BAD_USER_INPUT: 'an argument or a variable that cannot be used',
  NOT_FOUND: 'nothing under this path; no campaign to subscribe to',
  GRAPHQL_PARSE_FAILED: 'the document is no GraphQL',
  GRAPHQL_VALIDATION_FAILED: 'the document does not fit the schema',
  OPERATION_RESOLUTION_FAILURE: 'the document has several operations, or none of that name',
  PERSISTED_QUERY_NOT_SUPPORTED: 'only a hash was sent',
  TOO_MANY_TOKENS: 'a document of more than 1,000 tokens',
  TOO_MANY_ALIASES: 'more than 30 aliases',
  TOO_MANY_DIRECTIVES: 'more than 30 directives',
  QUERY_TOO_DEEP: 'more than 12 levels',
  QUERY_TOO_COSTLY: 'a cost of more than 10,000: shorter lists, or fewer fields',
  SUBSCRIPTION_TOO_COSTLY: 'a cost of more than 100 for each event: no lists and no counts',
  SUBSCRIPTION_NEEDS_WEBSOCKET: 'a subscription over HTTP',
  CHANGES_LOST:
    'campaignsChanged may have missed changes, since the server lost its connection to the database: subscribe again, then query',
  RATE_LIMITED: 'too many requests a minute; over HTTP `retry-after` says when to come back',
  TOO_MANY_SUBSCRIPTIONS: 'more than 100 on one WebSocket',
  TOO_MANY_SOCKETS:
    '`MAX_SOCKETS` or `MAX_SOCKETS_PER_ADDRESS` is reached, or what the proxy takes of one address',
  PAYLOAD_TOO_LARGE: 'a request of more than 1 MiB',
  RESULT_TOO_LARGE: 'a result of more than 2 MiB; a mutation has happened nevertheless',
  TOO_MUCH_UNREAD: 'too much that was answered has not been read: 429 for this address, 503 for all together',
  UNSUPPORTED_MEDIA_TYPE: 'the request is no `application/json`',
  DATABASE_UNAVAILABLE:
    'the database cannot be reached at the moment: 503, try again; a WebSocket is closed with 1013',
  SERVICE_UNAVAILABLE: 'the proxy cannot reach the API at the moment: 502 to 504, try again',
  METHOD_NOT_ALLOWED: 'another method than GET and POST',
  INTERNAL_SERVER_ERROR: 'our side; the log has the reason',
} as const satisfies Record<string, string>;

export type ErrorCode = keyof typeof ERRORS;
