import fastifyWebsocket from '@fastify/websocket';
import { fastifyApolloDrainPlugin } from '@as-integrations/fastify';
import Fastify, { type FastifyError } from 'fastify';
import { createGraphQLServer } from '../graphql/server.js';
import { observeHttp } from '../graphql/observed-http.js';
import { addAgendashRoutes, type AgendashOptions } from './agendash-routes.js';
import { addGraphQLRoutes, type GraphQLRoutesOptions } from './graphql-routes.js';
import { addOperationsRoutes, type Operations } from './operations-routes.js';
import { addRequestIds, requestIdOf } from './request-id.js';

export interface HttpServerOptions extends GraphQLRoutesOptions {
  host: string;
  port: number;
  operations: Operations;
  agenda: AgendashOptions['agenda'];
}

export interface HttpServer {
  /** Such as http://127.0.0.1:4000. */
  url: string;
  /** Open WebSockets. */
  sockets(): number;
  close(): Promise<void>;
}

const LOOPBACK_ADDRESSES = ['127.0.0.1', '::1', 'localhost'];
/** Of one request, over HTTP and over the WebSocket alike. */
const MAX_BODY_BYTES = 1024 * 1024;
/** WebSocket close code "going away": clients reconnect. */
const GOING_AWAY = 1001;
/** Whoever has not taken an answer or said goodbye by then is cut off, so that leases are still released in time. */
const DRAIN_LIMIT_MS = 4000;

/** GraphQL over HTTP and WebSocket on one path, health, metrics and the page of jobs. Listens when this returns. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { host, port, logger } = options;
  const app = Fastify({ bodyLimit: MAX_BODY_BYTES, genReqId: requestIdOf });
  app.setErrorHandler(async (error: FastifyError, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) logger.error({ err: error, path: request.url }, 'a request failed');
    await reply
      .code(status)
      .send({ error: status >= 500 ? 'Something went wrong on our side.' : error.message });
  });
  addRequestIds(app);
  const apollo = createGraphQLServer({
    ...options,
    // Where other machines can get the page, it must not hold the token.
    sandboxToken: LOOPBACK_ADDRESSES.includes(host) ? options.sandboxToken : undefined,
    plugins: [fastifyApolloDrainPlugin(app), observeHttp(options.knownFields, options.observe)],
  });
  await apollo.start();
  let closing = false;
  // By then nobody gets in any more, so that who is told to go away does not come back here.
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
  await app.register(fastifyWebsocket, { options: { maxPayload: MAX_BODY_BYTES } });
  addOperationsRoutes(app, options.operations);
  await addAgendashRoutes(app, options);
  addGraphQLRoutes(app, apollo, options);
  const url = await app.listen({ host, port });
  return {
    url,
    sockets: () => app.websocketServer.clients.size,
    close: async () => {
      const limit = setTimeout(() => {
        for (const client of app.websocketServer.clients) client.terminate();
        app.server.closeAllConnections();
      }, DRAIN_LIMIT_MS);
      await apollo.stop();
      await app.close();
      clearTimeout(limit);
    },
  };
}
