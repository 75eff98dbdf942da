import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Tries out whether this process may listen there, so that nothing is started for an address that is taken.
 * @throws what listening throws, such as EADDRINUSE
 */
export async function requireFreePort(host: string, port: number): Promise<void> {
  const server = createServer();
  server.listen({ host, port, exclusive: true });
  await once(server, 'listening');
  server.close();
  await once(server, 'close');
}
