import fastifyWebsocket from '@fastify/websocket';
import { fastifyApolloDrainPlugin } from '@as-integrations/fastify';
import Fastify, { type FastifyError } from 'fastify';
import { createGraphQLServer } from '../graphql/server.js';
import { addGraphQLRoutes, type GraphQLRoutesOptions } from './graphql-routes.js';

export interface HttpServerOptions extends GraphQLRoutesOptions {
  host: string;
  port: number;
}

export interface HttpServer {
  /** Such as http://127.0.0.1:4000. */
  url: string;
  close(): Promise<void>;
}

const LOOPBACK_ADDRESSES = ['127.0.0.1', '::1', 'localhost'];
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
