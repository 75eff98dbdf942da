import { setTimeout as sleep } from 'node:timers/promises';
import type { Address } from './address.js';
import type { Cluster } from './cluster.js';
import { readConnection } from './connection-file.js';
import { codeOf, EmbeddedPostgresError, messageOf } from './errors.js';
import { MemberConnection } from './member-connection.js';
import { findPostmaster } from './postmaster.js';
import { startServer } from './server.js';
import type { Parameters } from './server.js';

export interface EnterOptions {
  database: string;
  parameters: Parameters;
  /** Listens on loopback also where there is a socket. */
  overTcp?: boolean;
  onProgress?: ((message: string) => void) | undefined;
  signal?: AbortSignal;
}

export interface Entry {
  member: MemberConnection;
  address: Address;
  password: string;
  started: boolean;
}

const patienceMs = 60_000;
const pauseMs = 25;
const startAttempts = 3;

/** Joins the server of the cluster, or starts it; waits while it is coming up or going down. */
export async function enter(cluster: Cluster, options: EnterOptions): Promise<Entry> {
  let deadline = Date.now() + patienceMs;
  let started = false;
  let failures = 0;
  let obstacle = 'somebody else is starting it';
  while (Date.now() < deadline) {
    options.signal?.throwIfAborted();
    const postmaster = findPostmaster(cluster.folder);
    if (postmaster === undefined) {
      options.onProgress?.('Starting PostgreSQL');
      const outcome = await startServer(cluster, options);
      started = outcome === 'started';
      // One failure may be due to a server that others started, used and stopped or lost meanwhile.
      if (outcome instanceof EmbeddedPostgresError && ++failures === startAttempts) throw outcome;
    } else if (postmaster.address !== undefined) {
      const { address } = postmaster;
      const { password } = await readConnection(cluster.folder);
      const outcome = await tryToJoin(cluster, address, password, options.database);
      if (typeof outcome !== 'string') return { member: outcome, address, password, started };
      obstacle = outcome;
      // Recovery from a crash takes as long as it takes.
      if (/starting up|recovery/.test(obstacle)) deadline = Date.now() + patienceMs;
    }
    if (!started || postmaster !== undefined) await sleep(pauseMs, undefined, { signal: options.signal });
  }
  throw new EmbeddedPostgresError(
    `PostgreSQL in ${cluster.folder} does not answer (${obstacle}): end the process named in postmaster.pid ` +
      'there, or delete that file if the process is no PostgreSQL.',
  );
}

/** The connection, or why there is none. */
async function tryToJoin(
  cluster: Cluster,
  address: Address,
  password: string,
  database: string,
): Promise<MemberConnection | string> {
  let member: MemberConnection | undefined;
  try {
    member = await MemberConnection.open(cluster, address, password);
    if (await member.enter()) {
      await member.createDatabase(database);
      return member;
    }
    await member.close();
    return 'it is being stopped';
  } catch (error) {
    await member?.close();
    if (codeOf(error) !== '28P01') return messageOf(error);
    throw new EmbeddedPostgresError(
      `PostgreSQL in ${cluster.folder} refuses the password in pollcast.json there: restore that file.`,
      { cause: error },
    );
  }
}
