import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { turnedAway } from '../graphql/errors.js';

/** For the API, whose answers are no pages. */
const NOTHING = { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } };

const APOLLO = 'https://*.apollographql.com';

/**
 * For the Sandbox page, whose parts come from Apollo. Its own meta element narrows this down: inline scripts and styles
 * need a nonce that only the page knows.
 */
export const SANDBOX_PAGE_POLICY = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'", "'unsafe-inline'", APOLLO],
    styleSrc: ["'unsafe-inline'", APOLLO, 'https://fonts.googleapis.com'],
    fontSrc: ['https://fonts.gstatic.com'],
    imgSrc: [APOLLO],
    manifestSrc: [APOLLO],
    frameSrc: [APOLLO],
    connectSrc: ["'self'", 'ws:', 'wss:', APOLLO],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
  },
};

/** Security headers, and which pages of other origins may read answers: none but those of the list. */
export async function addBrowserRules(app: FastifyInstance, corsOrigins: readonly string[]): Promise<void> {
  await app.register(helmet, { contentSecurityPolicy: NOTHING });
  if (corsOrigins.length === 0) return;
  await app.register(cors, {
    origin: [...corsOrigins],
    methods: ['GET', 'POST'],
    allowedHeaders: ['content-type', 'authorization', 'apollo-require-preflight', 'x-apollo-operation-name'],
    exposedHeaders: ['retry-after'],
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
