import { join } from 'node:path';

/** Where a server can be reached: a host of TCP, or the folder of its Unix socket. */
export interface Address {
  host: string;
  port: number;
}

export const LOOPBACK = '127.0.0.1';

/** The path of a socket may have 107 bytes on Linux, and 103 elsewhere. */
const MAX_PATH_BYTES = 103;
/** PostgreSQL takes a list of folders with commas, and pg_ctl gives it to a shell. */
const PLAIN_PATH = /^[\w./@+-]+$/;

/**
 * The folder of the server's socket: that of the cluster, which nobody but its account may enter, so that no other user of
 * the machine can take all its connections.
 * @returns undefined where the platform has no sockets or the path does not do: the server listens on loopback then
 */
export function socketFolder(cluster: string): string | undefined {
  if (process.platform === 'win32' || !PLAIN_PATH.test(cluster)) return undefined;
  const path = join(cluster, '.s.PGSQL.65535.lock');
  return Buffer.byteLength(path) <= MAX_PATH_BYTES ? cluster : undefined;
}

/** As a part of a URL, in which a folder stands percent-encoded. */
export function urlHost({ host, port }: Address): string {
  return `${encodeURIComponent(host)}:${port}`;
}
