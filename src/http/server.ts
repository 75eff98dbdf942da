import { constants } from 'node:zlib';
import compress, { type FastifyCompressOptions } from '@fastify/compress';
import fastifyWebsocket from '@fastify/websocket';
import { fastifyApolloDrainPlugin } from '@as-integrations/fastify';
import Fastify, { type FastifyInstance } from 'fastify';
import { handleProtocols } from 'graphql-ws';
import type { Logger } from 'pino';
import type { SignIn } from '../access/sign-in.js';
import { turnedAway } from '../graphql/errors.js';
import { observeHttp } from '../graphql/observed-http.js';
import { RequestRates, type RequestRateSettings } from '../graphql/request-rates.js';
import { createGraphQLServer } from '../graphql/server.js';
import { addBrowserRules, admittedOrigins } from './browser-rules.js';
import { addAgendashRoutes, type AgendashOptions } from './agendash-routes.js';
import { answerFailures } from './failures.js';
import { limitJsonBodies } from './json-bodies.js';
import { limitConnections } from './connection-limit.js';
import { addExplorerRoutes, hasExplorer } from './explorer-routes.js';
import { addGraphQLRoutes, type GraphQLRoutesOptions } from './graphql-routes.js';
import { addOperationsRoutes, type Operations } from './operations-routes.js';
import { addRequestIds, requestIdOf } from './request-id.js';
import { addSignInRoutes } from './sign-in-routes.js';
import { Seats, type SeatLimits } from './sockets/seats.js';
import { SocketWatch } from './sockets/watch.js';
import { limitUnreadAnswers } from './unread-answers.js';

export interface HttpServerOptions extends Omit<GraphQLRoutesOptions, 'rates' | 'seats' | 'watch'> {
  host: string;
  port: number;
  operations: Operations;
  signIn: SignIn;
  agenda: AgendashOptions['agenda'];
  audit: AgendashOptions['audit'];
  trustedProxies: readonly string[];
  requestRates: RequestRateSettings;
  seatLimits: SeatLimits;
}

export interface HttpServer {
  /** Such as http://127.0.0.1:4000. */
  url: string;
  /** Open WebSockets. */
  sockets(): number;
  close(): Promise<void>;
}

/** Of one request, over HTTP and over the WebSocket alike. */
const MAX_BODY_BYTES = 1024 * 1024;
/** Connections that are no WebSocket: beyond them new ones are closed unanswered. */
const MAX_HTTP_CONNECTIONS = 1000;
/** Those of one address. */
const MAX_HTTP_CONNECTIONS_PER_ADDRESS = 300;
/** How long a connection waits for its next request. */
const KEEP_ALIVE_MS = 5000;
/** Answers of at least so many bytes are compressed: a page of 100 people is 17 kB, and 1 kB as gzip. */
const COMPRESSION: FastifyCompressOptions = {
  threshold: 1024,
  encodings: ['br', 'gzip'],
  globalDecompression: false,
  // The highest level of Brotli, its default, takes a hundred times as long.
  brotliOptions: { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } },
};
/** An event of a campaign is far below the threshold. Without a context of its own an idle socket takes no memory for it. */
const MESSAGE_COMPRESSION = {
  threshold: 1024,
  serverNoContextTakeover: true,
  clientNoContextTakeover: true,
  concurrencyLimit: 4,
};
/** How long a client may take for the head of a request, and for all of it. */
const HEAD_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** How long a client that is told to close its WebSocket may take for that. */
const CLOSE_TIMEOUT_MS = 5000;
/** WebSocket close code "going away": clients reconnect. */
const GOING_AWAY = 1001;
/** Whoever has not taken an answer or said goodbye by then is cut off, so that leases are still released in time. */
const DRAIN_LIMIT_MS = 4000;

function createApp({ trustedProxies, seatLimits, logger }: HttpServerOptions): FastifyInstance {
  const app = Fastify({
    bodyLimit: MAX_BODY_BYTES,
    genReqId: requestIdOf,
    trustProxy: trustedProxies.length > 0 && [...trustedProxies],
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
    // The protocol's close code for what was wrong is on its way to the client: cutting it off would hide it.
    errorHandler: (error) => {
      logger.debug({ err: error }, 'a WebSocket client broke the protocol');
    },
  });
  app.addHook('onRequest', (request, _reply, done) => {
    const isElsewhere = request.ws && request.routeOptions.url !== '/graphql';
    done(
      isElsewhere
        ? turnedAway('NOT_FOUND', 'WebSockets are served at /graphql.', { status: 404 })
        : undefined,
    );
  });
}

/** Tells sockets to go away once nobody gets in any more, so that who goes does not come back here. */
function sayGoodbye(app: FastifyInstance): void {
  let closing = false;
  app.addHook('preClose', (done) => {
    closing = true;
    for (const client of app.websocketServer.clients) client.close(GOING_AWAY, 'Going away');
    done();
  });
  // Otherwise the connection of the last answer would be kept open for the next request.
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (closing) reply.header('connection', 'close');
    done();
  });
}

/** GraphQL over HTTP and WebSocket on one path, health, metrics and the page of jobs. Listens when this returns. */
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
  addOperationsRoutes(app, options.operations);
  await addAgendashRoutes(app, { ...options, rates });
  addSignInRoutes(app, { signIn: options.signIn, rates });
  if (!options.production && hasExplorer()) addExplorerRoutes(app);
  addGraphQLRoutes(app, apollo, {
    ...options,
    corsOrigins,
    rates,
    seats: new Seats(options.seatLimits),
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
