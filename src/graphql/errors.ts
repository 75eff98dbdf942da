import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import { isDatabaseAway } from '../kernel/database-away.js';
import { badUserInput } from '../kernel/errors.js';
import type { ErrorCode } from '../kernel/error-codes.js';

/**
 * A request that is turned away before anything is done for it.
 * @param http the answer over HTTP: its status, and headers with names in lower case
 */
export function turnedAway(
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
  return turnedAway('UNAUTHENTICATED', message, { status: 401, headers: { 'www-authenticate': 'Bearer' } });
}

const INTERNAL: ErrorCode = 'INTERNAL_SERVER_ERROR';
const UNAVAILABLE = 'The database cannot be reached at the moment: try again.';

/** A request for which the database is needed, and is away. */
export function databaseUnavailable(): GraphQLError {
  return turnedAway('DATABASE_UNAVAILABLE', UNAVAILABLE, { status: 503, headers: { 'retry-after': '1' } });
}

/** How PostgreSQL calls a text with the character U+0000. */
const CHARACTER_NOT_IN_REPERTOIRE = '22021';

function isUnstorableText(error: Error | undefined): boolean {
  return error !== undefined && 'code' in error && error.code === CHARACTER_NOT_IN_REPERTOIRE;
}

/** How graphql says that its parser has met more tokens than it may; there is no code to tell it by. */
const TOO_MANY_TOKENS = /^Syntax Error: Document contains more tha[nt] \d+ tokens/;

/** Errors that graphql itself raises about a document or its variables have no path, and may carry no code. */
function codeOf({ message, extensions, path, originalError }: GraphQLError): string | undefined {
  if (TOO_MANY_TOKENS.test(message)) return 'TOO_MANY_TOKENS';
  // Apollo gives every error of validation the same code, over the one that it came with.
  const inner = originalError instanceof GraphQLError ? originalError.extensions.code : undefined;
  if (typeof inner === 'string') return inner;
  if (typeof extensions.code === 'string') return extensions.code;
  const isAboutRequest = path === undefined && (!originalError || originalError instanceof GraphQLError);
  return isAboutRequest ? 'BAD_USER_INPUT' : undefined;
}

/** The code under which a client gets to see an error. */
export function publicCodeOf(error: GraphQLError): string {
  if (isUnstorableText(error.originalError)) return 'BAD_USER_INPUT';
  if (isDatabaseAway(error.originalError)) return 'DATABASE_UNAVAILABLE';
  return codeOf(error) ?? INTERNAL;
}

/** Messages of graphql repeat the client's value, however long it is. */
const MAX_MESSAGE_LENGTH = 1000;

/** Its beginning and its end, where graphql says what would be right. */
function shortened(message: string): string {
  const half = MAX_MESSAGE_LENGTH / 2;
  return message.length <= MAX_MESSAGE_LENGTH
    ? message
    : `${message.slice(0, half)} ... ${message.slice(-half)}`;
}

/**
 * What a client gets to see of an error, on both transports: what was raised for it, as it is; everything else as
 * INTERNAL_SERVER_ERROR without any detail, which goes to the log instead.
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
  const code = codeOf(error);
  if (code === undefined || code === INTERNAL) {
    logger.error({ err: original ?? error, path }, 'an operation failed');
    return { message: 'Something went wrong on our side.', locations, path, extensions: { code: INTERNAL } };
  }
  return { message: shortened(error.message), locations, path, extensions: { code } };
}
