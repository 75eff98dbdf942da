import type { ApolloServer } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Authenticator } from '../access/authenticator.js';
import type { TokenWatch } from '../access/token-watch.js';
import type { Identity } from '../access/identity.js';
import { requestError } from '../graphql/errors.js';
import type { OperationContext } from '../graphql-types/context.js';
import { observeSocket } from '../graphql/observed-socket.js';
import type { OperationObserver } from '../graphql/operation-report.js';
import type { RequestRates } from '../graphql/request-rates.js';
import { checkSubscriptionRoot } from '../graphql/subscription-root.js';
import type { GraphQLServerOptions } from '../graphql/server.js';
import { RequestIdentities } from './request-identities.js';
import { subscriptionServerOptions } from './sockets/subscriptions.js';
import { checkOrigin } from './browser-rules.js';
import { EXPLORER_POLICY, hasExplorer, sendExplorer } from './explorer-routes.js';
import type { SocketLimiter } from './sockets/socket-limiter.js';
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
  socketLimiter: SocketLimiter;
  watch: SocketWatch;
}

/** Reads `query` of a body or a query string, which may be anything. */
function readQuery(source: unknown): unknown {
  return (source as { query?: unknown } | null | undefined)?.query;
}

const ALLOWED = 'GET, HEAD, POST, OPTIONS';

/** Both the explorer and the media type of a response depend on `accept`. */
function varyByAccept(
  _request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
  done: (error: null, payload: unknown) => void,
): void {
  const vary = reply.getHeader('vary');
  reply.header('vary', vary === undefined ? 'accept' : `${String(vary)}, accept`);
  done(null, payload);
}

/** GraphQL over HTTP and WebSocket on one path. */
export function addGraphQLRoutes(
  app: FastifyInstance,
  apollo: ApolloServer<OperationContext>,
  options: GraphQLRoutesOptions,
): void {
  const { schema, production, contextFor, corsOrigins, rates, socketLimiter, logger } = options;
  const identities = new RequestIdentities(options);
  const handler = fastifyApolloHandler(apollo, {
    context: (request) => Promise.resolve(contextFor(identities.of(request), { cache: true })),
  });
  const subscriptions = subscriptionServerOptions({
    ...options,
    // A subscription lives longer than what a loader caches.
    contextFor: (identity) => contextFor(identity, { cache: false }),
  });
  const sockets = new SocketServer(
    observeSocket(subscriptions, options.knownFields, options.observe),
    options.watch,
    logger,
  );

  const offersExplorer = !production && hasExplorer();

  /** A browser that opens the address gets the explorer; programs ask for JSON. */
  function asksForPage(request: FastifyRequest): boolean {
    return (
      offersExplorer &&
      readQuery(request.query) === undefined &&
      (request.headers.accept ?? '').includes('text/html')
    );
  }

  /** Refuses what can be refused before the body is read. */
  async function admit(request: FastifyRequest): Promise<void> {
    await rates.countAddress(request.ip);
    if (request.ws) {
      checkOrigin(request, corsOrigins);
      socketLimiter.admit(request.ip, request.raw.socket);
    } else if (!asksForPage(request)) await identities.identify(request);
  }

  app.route({
    method: 'GET',
    url: '/graphql',
    onRequest: admit,
    onSend: varyByAccept,
    preHandler: async (request, reply) => {
      if (asksForPage(request)) await sendExplorer(reply);
      else checkSubscriptionRoot(schema, readQuery(request.query));
    },
    handler,
    wsHandler: (socket, request) => {
      sockets.serve(socket, request);
    },
    ...(offersExplorer && { helmet: EXPLORER_POLICY }),
  });
  app.route({
    method: 'POST',
    url: '/graphql',
    onRequest: admit,
    onSend: varyByAccept,
    preHandler: (request, _reply, done) => {
      checkSubscriptionRoot(schema, readQuery(request.body));
      done();
    },
    handler,
  });
  app.route({
    method: 'OPTIONS',
    url: '/graphql',
    handler: (_request, reply) => reply.code(204).header('allow', ALLOWED).send(),
  });
  app.route({
    method: ['PUT', 'PATCH', 'DELETE'],
    url: '/graphql',
    onRequest: () => {
      const message = 'Send operations by POST, or queries by GET.';
      throw requestError('METHOD_NOT_ALLOWED', message, { status: 405, headers: { allow: ALLOWED } });
    },
    handler: () => undefined,
  });
}
