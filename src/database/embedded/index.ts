import { resolve } from 'node:path';
import { openCluster } from './cluster.js';
import { user } from './create-cluster.js';
import { enter } from './enter.js';
import { Membership } from './membership.js';
import { host } from './port.js';

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
  const { dataDir, database = 'pollcast', parameters = {}, onProgress } = options;
  // Whoever has fsync off does not want to wait for initdb's either.
  const disposable = parameters.fsync === 'off';
  const cluster = await openCluster({ dataDir: resolve(dataDir), disposable, onProgress });
  const { member, connection, started } = await enter(cluster, { database, parameters, onProgress });
  const membership = new Membership(cluster, { database, parameters }, member);
  const { port, password } = connection;
  return {
    url: `postgres://${user}:${password}@${host}:${port}/${encodeURIComponent(database)}`,
    started,
    leave: () => membership.leave(),
  };
}
