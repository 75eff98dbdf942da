import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { withLogFields } from '../config/log-context.js';

/** Ids that a proxy may set. Others are replaced, since ids end up in logs. */
const REQUEST_ID = /^[\w.:-]{1,100}$/;

export function chooseRequestId(request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}

/** Adds the request's id to the response and to every log line of the request. */
export function addRequestIds(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    withLogFields({ requestId: request.id }, done);
  });
  // Again, because the body arrives in events of the connection, outside of the request's async context.
  app.addHook('preValidation', (request, _reply, done) => {
    withLogFields({ requestId: request.id }, done);
  });
}
