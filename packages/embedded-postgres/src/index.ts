import { resolve } from 'node:path';
import { urlHost } from './address.js';
import { isRoot } from './account.js';
import { openCluster } from './cluster.js';
import { user } from './create-cluster.js';
import { enter } from './enter.js';
import { clustersLeftBehind } from './left-behind.js';
import { Membership } from './membership.js';

export { EmbeddedPostgresError } from './errors.js';

export interface EmbeddedPostgresOptions {
  /** The cluster is in the folder "postgres" below it. */
  dataDir: string;
  /** Created when missing. */
  database?: string;
  /** Told what takes a moment, in words for a person. */
  onProgress?: (message: string) => void;
  /** Further settings of PostgreSQL, such as fsync; used when it is us who start the server. */
  parameters?: Record<string, string>;
  /** Listens on loopback as well as on a socket in its folder, by the same port, when it is us who start the server. */
  overTcp?: boolean;
}

export interface EmbeddedPostgres {
  url: string;
  /** False when the server was running already. */
  started: boolean;
  /** Says that this process is done with the server; the last one out stops it. May be called again. */
  leave(): Promise<void>;
}

/**
 * Joins the PostgreSQL server of DATA_DIR, which is created and started as needed. Any number of processes
 * may do so at any time; the server outlives a process that dies without leaving, and is joined again.
 */
export async function joinEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { dataDir, database = 'pollcast', parameters = {}, overTcp, onProgress } = options;
  // With fsync off, initdb need not sync either.
  const disposable = parameters.fsync === 'off';
  const cluster = await openCluster({ dataDir: resolve(dataDir), disposable, onProgress });
  const entering = { database, parameters, overTcp };
  const { member, address, password, started } = await enter(cluster, { ...entering, onProgress });
  const membership = new Membership(cluster, entering, member);
  if (isRoot()) for (const sentence of await clustersLeftBehind()) onProgress?.(sentence);
  return {
    url: `postgres://${user}:${password}@${urlHost(address)}/${encodeURIComponent(database)}`,
    started,
    leave: () => membership.leave(),
  };
}
