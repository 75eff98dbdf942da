import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import { isDatabaseAway } from '../kernel/database-away.js';
import { badUserInput } from '../kernel/errors.js';
import type { ErrorCode } from '../kernel/error-codes.js';

/**
 * An error of a request that is refused before it is executed.
 * @param http status of the HTTP response, and headers with names in lower case
 */
export function requestError(
  code: ErrorCode,
  message: string,
  { status = 400, headers = {} }: { status?: number; headers?: Record<string, string> } = {},
): GraphQLError {
  const http = { status, headers: new Map(Object.entries(headers)) };
  return new GraphQLError(message, { extensions: { code, http } });
}

/** A request without a valid token. */
export function unauthenticated(): GraphQLError {
  const message = 'Send a valid token in the authorization header: "Bearer <token>".';
  return requestError('UNAUTHENTICATED', message, { status: 401, headers: { 'www-authenticate': 'Bearer' } });
}

const INTERNAL: ErrorCode = 'INTERNAL_SERVER_ERROR';
const UNAVAILABLE = 'The database cannot be reached at the moment: try again.';

/** A request that needs the database while it cannot be reached. */
export function databaseUnavailable(): GraphQLError {
  return requestError('DATABASE_UNAVAILABLE', UNAVAILABLE, { status: 503, headers: { 'retry-after': '1' } });
}

/** SQLSTATE for a text that contains U+0000. */
const CHARACTER_NOT_IN_REPERTOIRE = '22021';

function isUnstorableText(error: Error | undefined): boolean {
  return error !== undefined && 'code' in error && error.code === CHARACTER_NOT_IN_REPERTOIRE;
}

/** graphql's message for a document with too many tokens; there is no code for it. */
const TOO_MANY_TOKENS = /^Syntax Error: Document contains more tha[nt] \d+ tokens/;

/** graphql's own errors about a document or its variables have no path, and may have no code. */
function chooseCode({ message, extensions, path, originalError }: GraphQLError): string | undefined {
  if (TOO_MANY_TOKENS.test(message)) return 'TOO_MANY_TOKENS';
  // Apollo overwrites the code of every validation error.
  const inner = originalError instanceof GraphQLError ? originalError.extensions.code : undefined;
  if (typeof inner === 'string') return inner;
  if (typeof extensions.code === 'string') return extensions.code;
  const isAboutRequest = path === undefined && (!originalError || originalError instanceof GraphQLError);
  return isAboutRequest ? 'BAD_USER_INPUT' : undefined;
}

/** The code of an error as clients see it. */
export function toPublicCode(error: GraphQLError): string {
  if (isUnstorableText(error.originalError)) return 'BAD_USER_INPUT';
  if (isDatabaseAway(error.originalError)) return 'DATABASE_UNAVAILABLE';
  return chooseCode(error) ?? INTERNAL;
}

/** graphql's messages repeat the client's value, however long it is. */
const MAX_MESSAGE_LENGTH = 1000;

/** Keeps the beginning and the end, where graphql says what would be valid. */
function shortened(message: string): string {
  const half = MAX_MESSAGE_LENGTH / 2;
  return message.length <= MAX_MESSAGE_LENGTH
    ? message
    : `${message.slice(0, half)} ... ${message.slice(-half)}`;
}

/**
 * Masks errors on both transports. Errors meant for clients pass unchanged; everything else becomes
 * INTERNAL_SERVER_ERROR, and the log has the details.
 */
export function maskError(error: GraphQLError, logger: Logger): GraphQLFormattedError {
  const original = error.originalError;
  const { locations, path } = error.toJSON();
  if (isUnstorableText(original)) {
    const { message, extensions } = badUserInput('The character U+0000 cannot be part of a text.');
    return { message, locations, path, extensions };
  }
  if (isDatabaseAway(original)) {
    logger.warn({ err: original, path }, 'an operation failed since the database is away');
    return { message: UNAVAILABLE, locations, path, extensions: { code: 'DATABASE_UNAVAILABLE' } };
  }
  const code = chooseCode(error);
  if (code === undefined || code === INTERNAL) {
    logger.error({ err: original ?? error, path }, 'an operation failed');
    return { message: 'Something went wrong on our side.', locations, path, extensions: { code: INTERNAL } };
  }
  return { message: shortened(error.message), locations, path, extensions: { code } };
}
