import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import { CodedError } from '../kernel/errors.js';
import { isDatabaseAway } from '../kernel/database-away.js';
import { databaseUnavailable } from '../graphql/errors.js';
import type { ErrorCode } from '../kernel/error-codes.js';

/** Fastify's own refusals, with the codes that Apollo uses for such errors. */
const REFUSALS: Readonly<Record<number, { code: ErrorCode; message: string }>> = {
  413: { code: 'PAYLOAD_TOO_LARGE', message: 'A request may have at most 1 MiB.' },
  415: { code: 'UNSUPPORTED_MEDIA_TYPE', message: 'Send the operation as application/json.' },
};
const NO_JSON = ['FST_ERR_CTP_INVALID_JSON_BODY', 'FST_ERR_CTP_EMPTY_JSON_BODY'];

interface Failure {
  status: number;
  code: ErrorCode;
  message: string;
  headers?: ReadonlyMap<string, string>;
}

function answer(reply: FastifyReply, { status, code, message, headers }: Failure): FastifyReply {
  for (const [name, value] of headers ?? []) reply.header(name, value);
  return reply.code(status).send({ errors: [{ message, extensions: { code } }] });
}

/** Statuses of errors that GraphQL would answer with 200. */
const CODED_STATUS: Partial<Record<ErrorCode, number>> = { FORBIDDEN: 403, NOT_FOUND: 404 };

function toFailure(error: FastifyError | GraphQLError | CodedError): Failure {
  if (error instanceof CodedError) {
    const { code } = error.extensions;
    return { code, message: error.message, status: CODED_STATUS[code] ?? 400 };
  }
  if (error instanceof GraphQLError) {
    const { code, http } = error.extensions as { code: ErrorCode; http?: Omit<Failure, 'code' | 'message'> };
    return { ...http, code, message: error.message, status: http?.status ?? 400 };
  }
  if (isDatabaseAway(error)) return toFailure(databaseUnavailable());
  const status = error.statusCode ?? 500;
  if (status < 500) {
    const message = NO_JSON.includes(error.code) ? 'The body of the request must be JSON.' : error.message;
    return { status, ...(REFUSALS[status] ?? { code: 'BAD_REQUEST', message }) };
  }
  return { status, code: 'INTERNAL_SERVER_ERROR', message: 'Something went wrong on our side.' };
}

/** Without the query, which may name people. */
function readPath(url: string): string {
  return url.split('?', 1)[0] ?? url;
}

/** Gives every failed response the form of a GraphQL error with a code, and hides internals. */
export function answerFailures(app: FastifyInstance, logger: Logger): void {
  app.setErrorHandler((error: FastifyError | GraphQLError | CodedError, request, reply) => {
    const failure = toFailure(error);
    if (failure.status >= 500 && failure.code === 'INTERNAL_SERVER_ERROR')
      logger.error({ err: error, path: readPath(request.url) }, 'a request failed');
    // Fastify would close the connection while the client still sends, and the client would never see the response.
    // So the rest of the body is read and discarded, up to the time limit of a request.
    if (failure.status === 413) reply.removeHeader('connection');
    return answer(reply, failure);
  });
  app.setNotFoundHandler((_request, reply) =>
    answer(reply, { status: 404, code: 'NOT_FOUND', message: 'There is nothing under this path.' }),
  );
}
