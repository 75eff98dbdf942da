import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** Stands between a process and a server. */
export interface TcpProxy {
  port: number;
  /** Lets a connection fall silent without closing it, as a router does that has forgotten it. */
  silence(portAtServer: number): void;
  /** Ends a connection on both sides, as a server does that hears nothing any more. */
  drop(portAtServer: number): void;
  close(): Promise<void>;
}

/** The address of a database for what cannot use a socket: the server of the tests listens on loopback as well. */
export function overTcp(databaseUrl: string): URL {
  const url = new URL(databaseUrl);
  if (url.hostname.startsWith('%2F')) url.hostname = '127.0.0.1';
  return url;
}

/** @returns a proxy of the database's server, and the address of the database through it */
export async function startDatabaseProxy(
  databaseUrl: string,
  port?: number,
): Promise<{ proxy: TcpProxy; url: string }> {
  const url = overTcp(databaseUrl);
  const proxy = await startTcpProxy({ host: url.hostname, port: Number(url.port || 5432) }, port);
  url.host = `127.0.0.1:${proxy.port}`;
  return { proxy, url: url.href };
}

/** @param port where it listens; any that is free by default */
export async function startTcpProxy(target: { host: string; port: number }, port = 0): Promise<TcpProxy> {
  const pairs: [Socket, Socket][] = [];
  const server = createServer((near) => {
    const far = connect(target);
    pairs.push([near, far]);
    near.pipe(far);
    far.pipe(near);
    for (const socket of [near, far]) socket.on('error', () => undefined);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    silence: (portAtServer) => {
      for (const [near, far] of pairs.filter(([, far]) => far.localPort === portAtServer)) {
        near.unpipe(far).pause();
        far.unpipe(near).pause();
      }
    },
    drop: (portAtServer) => {
      for (const pair of pairs.filter(([, far]) => far.localPort === portAtServer))
        for (const socket of pair) socket.destroy();
    },
    close: async () => {
      server.close();
      for (const socket of pairs.flat()) socket.destroy();
      await once(server, 'close');
    },
  };
}
