import type { ApolloServer } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance } from 'fastify';
import type { ServerOptions } from 'graphql-ws';
import { makeHandler } from 'graphql-ws/use/@fastify/websocket';
import type { Authenticator } from '../access/authenticator.js';
import type { TokenWatch } from '../access/token-watch.js';
import { unauthenticated, type Identity } from '../graphql/auth.js';
import type { GraphQLContext } from '../graphql/context.js';
import { observeSocket } from '../graphql/observed-socket.js';
import type { OperationObserver } from '../graphql/operation-report.js';
import type { GraphQLServerOptions } from '../graphql/server.js';
import { subscriptionServerOptions } from '../graphql/subscriptions.js';

export interface GraphQLRoutesOptions extends Omit<GraphQLServerOptions, 'plugins'> {
  authenticator: Authenticator;
  tokenWatch: TokenWatch;
  /** Root fields of the schema. */
  knownFields: ReadonlySet<string>;
  observe: OperationObserver;
  contextFor: (identity: Identity, options: { cache: boolean }) => GraphQLContext;
}

const LOOPBACK_HOST = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;

/** GraphQL over HTTP and WebSocket on one path. */
export function addGraphQLRoutes(
  app: FastifyInstance,
  apollo: ApolloServer<GraphQLContext>,
  options: GraphQLRoutesOptions,
): void {
  const { schema, production, authenticator, tokenWatch, contextFor, sandboxToken, logger } = options;
  const handler = fastifyApolloHandler(apollo, {
    context: async (request) => {
      const identity = await authenticator.identify(request.headers.authorization);
      if (identity === undefined) throw unauthenticated();
      return contextFor(identity, { cache: true });
    },
  });
  const subscriptions = subscriptionServerOptions({
    schema,
    production,
    authenticator,
    tokenWatch,
    // A subscription outlives what a loader has read.
    contextFor: (identity) => contextFor(identity, { cache: false }),
    logger,
  });
  app.route({
    method: 'GET',
    url: '/graphql',
    handler,
    wsHandler: makeHandler(
      observeSocket(subscriptions, options.knownFields, options.observe) as unknown as ServerOptions<
        Record<string, unknown>
      >,
    ),
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
