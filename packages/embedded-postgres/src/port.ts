import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { LOOPBACK } from './address.js';

/** Below the range that systems take the ports of outgoing connections from, so it is free next time, too. */
const lowest = 20_000;
const highest = 32_000;

export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen({ port, host: LOOPBACK, exclusive: true }, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}

export async function chooseFreePort(): Promise<number> {
  for (;;) {
    const port = randomInt(lowest, highest);
    if (await isFree(port)) return port;
  }
}
