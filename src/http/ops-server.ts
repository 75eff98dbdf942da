import Fastify from 'fastify';
import { addOpsRoutes, type Ops } from './ops-routes.js';

export interface OperationsServer {
  url: string;
  close(): Promise<void>;
}

/** Serves the ops endpoints of a process without an API. Listens when this returns. */
export async function startOpsServer(
  { host, port }: { host: string; port: number },
  ops: Ops,
): Promise<OperationsServer> {
  const app = Fastify({ forceCloseConnections: true });
  addOpsRoutes(app, ops);
  const url = await app.listen({ host, port });
  return { url, close: () => app.close() };
}
