import { constants } from 'node:zlib';
import compress, { type FastifyCompressOptions } from '@fastify/compress';
import fastifyWebsocket from '@fastify/websocket';
import { fastifyApolloDrainPlugin } from '@as-integrations/fastify';
import Fastify, { type FastifyInstance } from 'fastify';
import { handleProtocols } from 'graphql-ws';
import type { Logger } from 'pino';
import type { SignIn } from '../access/sign-in.js';
import { requestError } from '../graphql/errors.js';
import { observeHttp } from '../graphql/observed-http.js';
import { RequestRates, type RequestRateSettings } from '../graphql/request-rates.js';
import { createGraphQLServer } from '../graphql/server.js';
import { addBrowserRules, admittedOrigins } from './browser-rules.js';
import { addAgendashRoutes, type AgendashOptions } from './agendash-routes.js';
import { answerFailures } from './failures.js';
import { limitJsonBodies } from './json-bodies.js';
import { addDashboardRoutes } from './dashboard-routes.js';
import { limitConnections } from './connection-limit.js';
import { addExportRoutes, type Exports } from './export-routes.js';
import { addExplorerRoutes, hasExplorer } from './explorer-routes.js';
import { addGraphQLRoutes, type GraphQLRoutesOptions } from './graphql-routes.js';
import { addOpsRoutes, type Ops } from './ops-routes.js';
import { addRequestIds, chooseRequestId } from './request-id.js';
import { RequestIdentities } from './request-identities.js';
import { addSignInRoutes } from './sign-in-routes.js';
import { SocketLimiter, type SocketLimits } from './sockets/socket-limiter.js';
import { SocketWatch } from './sockets/watch.js';
import { limitUnreadAnswers } from './unread-answers.js';
import { addWebhookRoutes, type WebhookInbox } from './webhook-routes.js';

export interface HttpServerOptions extends Omit<GraphQLRoutesOptions, 'rates' | 'socketLimiter' | 'watch'> {
  host: string;
  port: number;
  ops: Ops;
  /** In a process that runs the bot with a webhook. */
  webhook: WebhookInbox | undefined;
  signIn: SignIn;
  exports: Exports;
  agenda: AgendashOptions['agenda'];
  audit: AgendashOptions['audit'];
  trustedProxies: readonly string[];
  requestRates: RequestRateSettings;
  seatLimits: SocketLimits;
}

export interface HttpServer {
  /** Such as http://127.0.0.1:4000. */
  url: string;
  /** Open WebSockets. */
  sockets(): number;
  close(): Promise<void>;
}

/** Limit of one request, over HTTP and WebSocket alike. */
const MAX_BODY_BYTES = 1024 * 1024;
/** Limit of connections that are not WebSockets. Further ones are closed without a response. */
const MAX_HTTP_CONNECTIONS = 1000;
/** The same for one address. */
const MAX_HTTP_CONNECTIONS_PER_ADDRESS = 300;
/** How long a connection waits for its next request. */
const KEEP_ALIVE_MS = 5000;
/** Compresses responses above a size: a page of 100 users has 17 kB, or 1 kB as gzip. */
const COMPRESSION: FastifyCompressOptions = {
  threshold: 1024,
  encodings: ['br', 'gzip'],
  globalDecompression: false,
  // Brotli's default, its highest level, takes a hundred times as long.
  brotliOptions: { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } },
};
/** Campaign events stay far below the threshold. Without context takeover an idle socket needs no memory for it. */
const MESSAGE_COMPRESSION = {
  threshold: 1024,
  serverNoContextTakeover: true,
  clientNoContextTakeover: true,
  concurrencyLimit: 4,
};
/** How long a client may take to send the head of a request, and all of it. */
const HEAD_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** How long a client may take to close its WebSocket when asked to. */
const CLOSE_TIMEOUT_MS = 5000;
/** WebSocket close code "going away": clients reconnect. */
const GOING_AWAY = 1001;
/** How long shutdown waits for requests in flight and for closing sockets; leases must still be released in time. */
const DRAIN_LIMIT_MS = 4000;

function createApp({ trustedProxies, seatLimits, logger }: HttpServerOptions): FastifyInstance {
  const app = Fastify({
    bodyLimit: MAX_BODY_BYTES,
    genReqId: chooseRequestId,
    trustProxy: trustedProxies.length > 0 && [...trustedProxies],
    // The schemas of routes are constants, which tests use: a schema for schemas takes longer to compile than all of them.
    ajv: { customOptions: { validateSchema: false } },
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    http: { headersTimeout: HEAD_TIMEOUT_MS, connectionsCheckingInterval: HEAD_TIMEOUT_MS / 2 },
  });
  app.server.maxConnections = seatLimits.maxSockets + MAX_HTTP_CONNECTIONS;
  const maxPerAddress = seatLimits.maxSocketsPerAddress + MAX_HTTP_CONNECTIONS_PER_ADDRESS;
  limitConnections(app.server, { maxPerAddress, trustedProxies, logger });
  return app;
}

async function acceptSockets(app: FastifyInstance, logger: Logger): Promise<void> {
  const limits = {
    maxPayload: MAX_BODY_BYTES,
    closeTimeout: CLOSE_TIMEOUT_MS,
    perMessageDeflate: MESSAGE_COMPRESSION,
  };
  await app.register(fastifyWebsocket, {
    options: { ...limits, handleProtocols },
    // The close code of the protocol is on its way to the client. Terminating the socket would hide it.
    errorHandler: (error) => {
      logger.debug({ err: error }, 'a WebSocket client broke the protocol');
    },
  });
  app.addHook('onRequest', (request, _reply, done) => {
    const isElsewhere = request.ws && request.routeOptions.url !== '/graphql';
    done(
      isElsewhere
        ? requestError('NOT_FOUND', 'WebSockets are served at /graphql.', { status: 404 })
        : undefined,
    );
  });
}

/** Closes WebSockets once new ones are refused, so that no client reconnects to this process. */
function sayGoodbye(app: FastifyInstance): void {
  let closing = false;
  app.addHook('preClose', (done) => {
    closing = true;
    for (const client of app.websocketServer.clients) client.close(GOING_AWAY, 'Going away');
    done();
  });
  // Otherwise the connection of the last response would stay open for another request.
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (closing) reply.header('connection', 'close');
    done();
  });
}

/** Serves GraphQL over HTTP and WebSocket on one path, ops endpoints and Agendash. Listens when this returns. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { host, port, logger } = options;
  const app = createApp(options);
  addRequestIds(app);
  limitJsonBodies(app);
  limitUnreadAnswers(app);
  answerFailures(app, logger);
  const apollo = createGraphQLServer({
    ...options,
    plugins: [fastifyApolloDrainPlugin(app), observeHttp(options.knownFields, options.observe)],
  });
  await apollo.start();
  await app.register(compress, COMPRESSION);
  sayGoodbye(app);
  const corsOrigins = admittedOrigins(options.corsOrigins, options.production);
  await addBrowserRules(app, corsOrigins);
  await acceptSockets(app, logger);
  const watch = new SocketWatch(logger);
  const rates = new RequestRates(options.requestRates);
  addOpsRoutes(app, options.ops);
  if (options.webhook) addWebhookRoutes(app, options.webhook);
  await addAgendashRoutes(app, { ...options, rates });
  const identities = new RequestIdentities({ ...options, rates });
  addExportRoutes(app, { exports: options.exports, identities, rates });
  addSignInRoutes(app, { signIn: options.signIn, rates });
  await addDashboardRoutes(app);
  if (!options.production && hasExplorer()) addExplorerRoutes(app);
  addGraphQLRoutes(app, apollo, {
    ...options,
    corsOrigins,
    rates,
    socketLimiter: new SocketLimiter(options.seatLimits),
    watch,
  });
  async function close(): Promise<void> {
    const limit = setTimeout(() => {
      for (const client of app.websocketServer.clients) client.terminate();
      app.server.closeAllConnections();
    }, DRAIN_LIMIT_MS);
    await apollo.stop();
    await app.close();
    clearTimeout(limit);
    watch.close();
  }
  try {
    const url = await app.listen({ host, port });
    return { url, sockets: () => app.websocketServer.clients.size, close };
  } catch (error) {
    await close();
    throw error;
  }
}
