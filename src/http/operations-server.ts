import Fastify from 'fastify';
import { addOperationsRoutes, type Operations } from './operations-routes.js';

export interface OperationsServer {
  url: string;
  close(): Promise<void>;
}

/** Serves the ops endpoints of a process without an API. Listens when this returns. */
export async function startOperationsServer(
  { host, port }: { host: string; port: number },
  operations: Operations,
): Promise<OperationsServer> {
  const app = Fastify({ forceCloseConnections: true });
  addOperationsRoutes(app, operations);
  const url = await app.listen({ host, port });
  return { url, close: () => app.close() };
}
