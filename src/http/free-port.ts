import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Checks that the address is free before anything else starts.
 * @throws the error of listening, such as EADDRINUSE
 */
export async function requireFreePort(host: string, port: number): Promise<void> {
  const server = createServer();
  server.listen({ host, port, exclusive: true });
  await once(server, 'listening');
  server.close();
  await once(server, 'close');
}
