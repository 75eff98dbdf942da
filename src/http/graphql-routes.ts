import type { ApolloServer } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Authenticator } from '../access/authenticator.js';
import type { TokenWatch } from '../access/token-watch.js';
import { unauthenticated, type Identity } from '../access/identity.js';
import type { OperationContext } from '../graphql/context.js';
import { observeSocket } from '../graphql/observed-socket.js';
import type { OperationObserver } from '../graphql/operation-report.js';
import type { RequestRates } from '../graphql/request-rates.js';
import type { GraphQLServerOptions } from '../graphql/server.js';
import { subscriptionServerOptions } from './sockets/subscriptions.js';
import { checkOrigin } from './browser-rules.js';
import { EXPLORER_POLICY, hasExplorer, sendExplorer } from './explorer-routes.js';
import type { Seats } from './sockets/seats.js';
import { SocketServer } from './sockets/server.js';
import type { SocketWatch } from './sockets/watch.js';

export interface GraphQLRoutesOptions extends Omit<GraphQLServerOptions, 'plugins'> {
  authenticator: Authenticator;
  tokenWatch: TokenWatch;
  /** Root fields of the schema. */
  knownFields: ReadonlySet<string>;
  observe: OperationObserver;
  contextFor: (identity: Identity, options: { cache: boolean }) => OperationContext;
  corsOrigins: readonly string[];
  rates: RequestRates;
  seats: Seats;
  watch: SocketWatch;
}

/** GraphQL over HTTP and WebSocket on one path. */
export function addGraphQLRoutes(
  app: FastifyInstance,
  apollo: ApolloServer<OperationContext>,
  options: GraphQLRoutesOptions,
): void {
  const { production, authenticator, contextFor, corsOrigins, rates, seats, logger } = options;
  const handler = fastifyApolloHandler(apollo, {
    context: async (request) => {
      const identity = await authenticator.identify(request.headers.authorization);
      if (identity === undefined) throw unauthenticated();
      await rates.countToken(identity.name);
      return contextFor(identity, { cache: true });
    },
  });
  const subscriptions = subscriptionServerOptions({
    ...options,
    // A subscription outlives what a loader has read.
    contextFor: (identity) => contextFor(identity, { cache: false }),
  });
  const sockets = new SocketServer(
    observeSocket(subscriptions, options.knownFields, options.observe),
    options.watch,
    logger,
  );

  /** Everything that can be refused without a look at the request's body or token. */
  async function admit(request: FastifyRequest): Promise<void> {
    await rates.countAddress(request.ip);
    if (!request.ws) return;
    checkOrigin(request, corsOrigins);
    seats.take(request.ip, request.raw.socket);
  }

  const offersExplorer = !production && hasExplorer();

  /** A browser that opens the address gets the explorer; programs ask for JSON. */
  function asksForPage(request: FastifyRequest): boolean {
    const { query } = request.query as { query?: unknown };
    return offersExplorer && query === undefined && (request.headers.accept ?? '').includes('text/html');
  }

  app.route({
    method: 'GET',
    url: '/graphql',
    onRequest: admit,
    preHandler: async (request, reply) => {
      if (asksForPage(request)) await sendExplorer(reply);
    },
    handler,
    wsHandler: (socket, request) => {
      sockets.serve(socket, request);
    },
    ...(offersExplorer && { helmet: EXPLORER_POLICY }),
  });
  app.route({ method: ['POST', 'OPTIONS'], url: '/graphql', onRequest: admit, handler });
}
