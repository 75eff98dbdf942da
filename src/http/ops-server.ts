import Fastify from 'fastify';
import { addOpsRoutes, type Ops } from './ops-routes.js';
import { addWebhookRoutes, type WebhookInbox } from './webhook-routes.js';

export interface OperationsServer {
  url: string;
  close(): Promise<void>;
}

/** Serves the ops endpoints of a process without an API, and Telegram's deliveries. Listens when this returns. */
export async function startOpsServer(
  { host, port }: { host: string; port: number },
  ops: Ops,
  webhook?: WebhookInbox,
): Promise<OperationsServer> {
  const app = Fastify({ forceCloseConnections: true });
  addOpsRoutes(app, ops);
  if (webhook) addWebhookRoutes(app, webhook);
  const url = await app.listen({ host, port });
  return { url, close: () => app.close() };
}
