import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { requestError } from '../graphql/errors.js';

/** For API responses, which are not pages. */
const NOTHING = { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } };

/** Apollo's explorer may use the API in development, when the API most likely runs on the developer's own machine. */
const APOLLO_EXPLORER = 'https://studio.apollographql.com';

/** Origins besides its own whose pages may use the API. */
export function admittedOrigins(corsOrigins: readonly string[], production: boolean): string[] {
  return production ? [...corsOrigins] : [...corsOrigins, APOLLO_EXPLORER];
}

/** Sets security headers and CORS: only pages of the listed origins may read responses. */
export async function addBrowserRules(app: FastifyInstance, corsOrigins: readonly string[]): Promise<void> {
  await app.register(helmet, { contentSecurityPolicy: NOTHING });
  if (corsOrigins.length === 0) return;
  // Chrome's preflight asks whether a public page may reach the local network.
  app.addHook('onRequest', (request, reply, done) => {
    const { origin = '', 'access-control-request-private-network': asked } = request.headers;
    if (asked === 'true' && corsOrigins.includes(origin))
      reply.header('access-control-allow-private-network', 'true');
    done();
  });
  await app.register(cors, {
    origin: [...corsOrigins],
    methods: ['GET', 'POST'],
    allowedHeaders: [
      'content-type',
      'authorization',
      'apollo-require-preflight',
      'x-apollo-operation-name',
      'apollographql-client-name',
      'apollographql-client-version',
      'x-request-id',
    ],
    exposedHeaders: ['retry-after', 'x-request-id', 'www-authenticate'],
    maxAge: 600,
  });
}

/**
 * Checks the origin of a WebSocket, since browsers let any page open one anywhere. Programs send no origin.
 * @throws FORBIDDEN_ORIGIN
 */
export function checkOrigin({ headers, host }: FastifyRequest, corsOrigins: readonly string[]): void {
  const { origin } = headers;
  if (origin === undefined || corsOrigins.includes(origin)) return;
  if (URL.canParse(origin) && new URL(origin).host === host) return;
  const message = 'Pages of this origin may not connect: it has to be listed in CORS_ORIGINS.';
  throw requestError('FORBIDDEN_ORIGIN', message, { status: 403 });
}
