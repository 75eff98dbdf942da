import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { turnedAway } from '../graphql/errors.js';

/** For the API, whose answers are no pages. */
const NOTHING = { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } };

/** Where Apollo Sandbox runs: in development it may use the API, which is most likely on the developer's own machine. */
const APOLLO_SANDBOX = 'https://studio.apollographql.com';

/** Origins whose pages may use the API from a browser, beside its own. */
export function admittedOrigins(corsOrigins: readonly string[], production: boolean): string[] {
  return production ? [...corsOrigins] : [...corsOrigins, APOLLO_SANDBOX];
}

/** Security headers, and which pages of other origins may read answers: none but those of the list. */
export async function addBrowserRules(app: FastifyInstance, corsOrigins: readonly string[]): Promise<void> {
  await app.register(helmet, { contentSecurityPolicy: NOTHING });
  if (corsOrigins.length === 0) return;
  // Chrome asks whether a page of the web may reach a machine of the local network.
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
 * Browsers let any page open a WebSocket anywhere, so the origin is checked here. Programs send none.
 * @throws FORBIDDEN_ORIGIN
 */
export function checkOrigin({ headers, host }: FastifyRequest, corsOrigins: readonly string[]): void {
  const { origin } = headers;
  if (origin === undefined || corsOrigins.includes(origin)) return;
  if (URL.canParse(origin) && new URL(origin).host === host) return;
  const message = 'Pages of this origin may not connect: it has to be listed in CORS_ORIGINS.';
  throw turnedAway('FORBIDDEN_ORIGIN', message, { status: 403 });
}
