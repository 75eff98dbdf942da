import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';

/** An argument that cannot be used; unlike a userError it is the program that has to be put right. */
export function badUserInput(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
}

const INTERNAL = 'INTERNAL_SERVER_ERROR';

/** Errors that graphql itself raises about a document or its variables carry no code of their own. */
function codeOf(error: GraphQLError): string | undefined {
  const { code } = error.extensions;
  if (typeof code === 'string') return code;
  return error.originalError === undefined ? 'BAD_USER_INPUT' : undefined;
}

/**
 * What a client gets to see of an error, on both transports: what was raised for it, as it is; everything else as
 * INTERNAL_SERVER_ERROR without any detail, which goes to the log instead.
 */
export function maskError(error: GraphQLError, logger: Logger): GraphQLFormattedError {
  const original = error.originalError;
  const raised = original instanceof GraphQLError ? original : error;
  const code = codeOf(raised);
  const { locations, path } = error.toJSON();
  if (code === undefined || code === INTERNAL) {
    logger.error({ err: original ?? error, path }, 'an operation failed');
    return { message: 'Something went wrong on our side.', locations, path, extensions: { code: INTERNAL } };
  }
  return { message: error.message, locations, path, extensions: { code } };
}
