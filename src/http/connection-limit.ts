import { isIPv6, BlockList, type Server, type Socket } from 'node:net';
import type { Logger } from 'pino';
import { KeyCounter } from '../kernel/key-counter.js';
import { addressKey } from '../graphql/request-rates.js';

export interface ConnectionLimitOptions {
  /** Connections of one address, WebSockets among them. */
  maxPerAddress: number;
  /** They connect for many, and limit them themselves. */
  trustedProxies: readonly string[];
  logger: Logger;
}

const LOG_EVERY_MS = 10_000;

function matchNetworks(networks: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  const family = (address: string) => (isIPv6(address) ? 'ipv6' : 'ipv4');
  for (const network of networks) {
    const [address = '', length] = network.split('/');
    if (length === undefined) list.addAddress(address, family(address));
    else list.addSubnet(address, Number(length), family(address));
  }
  return (address) => list.check(address, family(address));
}

/**
 * Closes further connections of an address that holds too many, without a response, since nothing was read yet. Otherwise
 * one address could take all connections of the process and leave them idle.
 */
export function limitConnections(
  server: Server,
  { maxPerAddress, trustedProxies, logger }: ConnectionLimitOptions,
): void {
  const held = new KeyCounter();
  const isProxy = matchNetworks(trustedProxies);
  let loggedAt = -LOG_EVERY_MS;

  function refuse(connection: Socket, address: string): void {
    connection.destroy();
    if (performance.now() - loggedAt < LOG_EVERY_MS) return;
    loggedAt = performance.now();
    logger.warn({ address, connections: maxPerAddress }, 'an address holds as many connections as it may');
  }

  server.on('connection', (connection: Socket) => {
    const address = connection.remoteAddress;
    // Closed before this ran.
    if (address === undefined || isProxy(address)) return;
    const key = addressKey(address);
    if (held.count(key) >= maxPerAddress) {
      refuse(connection, key);
      return;
    }
    held.add(key);
    connection.once('close', () => {
      held.add(key, -1);
    });
  });
}
