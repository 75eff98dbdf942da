import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';

/** An argument that cannot be used; unlike a userError it is the program that has to be put right. */
export function badUserInput(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
}

const INTERNAL = 'INTERNAL_SERVER_ERROR';

/** How PostgreSQL calls a text with the character U+0000. */
const CHARACTER_NOT_IN_REPERTOIRE = '22021';

function isUnstorableText(error: Error | undefined): boolean {
  return error !== undefined && 'code' in error && error.code === CHARACTER_NOT_IN_REPERTOIRE;
}

/** Errors that graphql itself raises about a document or its variables have no path, and may carry no code. */
function codeOf({ extensions, path, originalError }: GraphQLError): string | undefined {
  if (typeof extensions.code === 'string') return extensions.code;
  const isAboutRequest = path === undefined && (!originalError || originalError instanceof GraphQLError);
  return isAboutRequest ? 'BAD_USER_INPUT' : undefined;
}

/** The code under which a client gets to see an error. */
export function publicCodeOf(error: GraphQLError): string {
  return isUnstorableText(error.originalError) ? 'BAD_USER_INPUT' : (codeOf(error) ?? INTERNAL);
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
  const code = codeOf(error);
  if (code === undefined || code === INTERNAL) {
    logger.error({ err: original ?? error, path }, 'an operation failed');
    return { message: 'Something went wrong on our side.', locations, path, extensions: { code: INTERNAL } };
  }
  return { message: error.message, locations, path, extensions: { code } };
}
