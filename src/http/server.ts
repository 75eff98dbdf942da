import fastifyWebsocket from '@fastify/websocket';
import type { ApolloServer } from '@apollo/server';
import { fastifyApolloDrainPlugin, fastifyApolloHandler } from '@as-integrations/fastify';
import Fastify, { type FastifyError, type FastifyInstance } from 'fastify';
import type { ServerOptions } from 'graphql-ws';
import { makeHandler } from 'graphql-ws/use/@fastify/websocket';
import { unauthenticated, type Authenticator, type Role } from '../graphql/auth.js';
import type { GraphQLContext } from '../graphql/context.js';
import { createGraphQLServer, type GraphQLServerOptions } from '../graphql/server.js';
import { subscriptionServerOptions } from '../graphql/subscriptions.js';

export interface HttpServerOptions extends Omit<GraphQLServerOptions, 'plugins'> {
  host: string;
  port: number;
  authenticator: Authenticator;
  contextFor: (role: Role, options: { cache: boolean }) => GraphQLContext;
}

export interface HttpServer {
  /** Such as http://127.0.0.1:4000. */
  url: string;
  close(): Promise<void>;
}

const LOOPBACK_ADDRESSES = ['127.0.0.1', '::1', 'localhost'];
const LOOPBACK_HOST = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;
/** Of one request, over HTTP and over the WebSocket alike. */
const MAX_BODY_BYTES = 1024 * 1024;
/** WebSocket close code "going away": clients reconnect. */
const GOING_AWAY = 1001;

/** GraphQL over HTTP and WebSocket on one path, and a sign of life. Listens when this returns. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { host, port, logger } = options;
  const app = Fastify({ bodyLimit: MAX_BODY_BYTES });
  app.setErrorHandler(async (error: FastifyError, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) logger.error({ err: error, path: request.url }, 'a request failed');
    await reply
      .code(status)
      .send({ error: status >= 500 ? 'Something went wrong on our side.' : error.message });
  });
  const apollo = createGraphQLServer({
    ...options,
    // Where other machines can get the page, it must not hold the token.
    sandboxToken: LOOPBACK_ADDRESSES.includes(host) ? options.sandboxToken : undefined,
    plugins: [fastifyApolloDrainPlugin(app)],
  });
  await apollo.start();
  await app.register(fastifyWebsocket, { options: { maxPayload: MAX_BODY_BYTES } });
  app.get('/healthz', () => ({ status: 'ok' }));
  addGraphQLRoutes(app, apollo, options);
  const url = await app.listen({ host, port });
  return {
    url,
    close: async () => {
      for (const client of app.websocketServer.clients) client.close(GOING_AWAY, 'Going away');
      await apollo.stop();
      await app.close();
    },
  };
}

function addGraphQLRoutes(
  app: FastifyInstance,
  apollo: ApolloServer<GraphQLContext>,
  { schema, production, authenticator, contextFor, sandboxToken, logger }: HttpServerOptions,
): void {
  const handler = fastifyApolloHandler(apollo, {
    context: (request) => {
      const role = authenticator.roleOf(request.headers.authorization);
      if (role === undefined) throw unauthenticated();
      return Promise.resolve(contextFor(role, { cache: true }));
    },
  });
  const subscriptions = subscriptionServerOptions({
    schema,
    production,
    authenticator,
    // A subscription outlives what a loader has read.
    contextFor: (role) => contextFor(role, { cache: false }),
    logger,
  });
  app.route({
    method: 'GET',
    url: '/graphql',
    handler,
    wsHandler: makeHandler(subscriptions as unknown as ServerOptions<Record<string, unknown>>),
    // The page is filled in with the admin token, so a foreign name that resolves to this machine must not get it.
    // Too many accept headers ask for the page to tell by them.
    preHandler: async (request, reply) => {
      if (sandboxToken !== undefined && !request.ws && !LOOPBACK_HOST.test(request.headers.host ?? '')) {
        await reply.code(403).type('text/plain').send('Open this page under 127.0.0.1 or localhost.');
      }
    },
  });
  app.route({ method: ['POST', 'OPTIONS'], url: '/graphql', handler });
}
