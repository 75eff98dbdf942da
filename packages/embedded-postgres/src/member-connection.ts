import { realpath } from 'node:fs/promises';
import pg from 'pg';
import type { Cluster } from './cluster.js';
import type { Address } from './address.js';
import { user } from './create-cluster.js';
import { codeOf } from './errors.js';

/** The lock that members hold shared. The last one takes it exclusively to stop the server. */
const lock = 1_886_350_434;

/** @types/pg does not have these two, which the pool of pg itself uses. */
interface MemberClient extends pg.Client {
  ref(): void;
  unref(): void;
}

/** The connection by whose life the server knows that this process is in, also when it dies by kill -9. */
export class MemberConnection {
  private broken = false;

  private constructor(private readonly client: MemberClient) {
    client.once('end', () => (this.broken = true));
  }

  /** Connects to the server of exactly this cluster, and does not yet say that we are in. */
  static async open(cluster: Cluster, { host, port }: Address, password: string): Promise<MemberConnection> {
    const client = new pg.Client({
      ...{ host, port, user, password, database: 'postgres', ssl: false, keepAlive: true },
      application_name: 'pollcast member',
      connectionTimeoutMillis: 5_000,
    }) as MemberClient;
    // Without a listener the end of the server would end this process.
    client.on('error', () => undefined);
    const connection = new MemberConnection(client);
    try {
      await client.connect();
      const folder = await connection.ask<string>("current_setting('data_directory')");
      if ((await realpath(folder)) === cluster.folder) return connection;
      throw new Error(`the server at ${host}:${port} is not the one of ${cluster.folder}`);
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  /** False when the last one out is stopping the server. */
  enter(): Promise<boolean> {
    return this.ask(`pg_try_advisory_lock_shared(${lock})`);
  }

  /** True if there is no other member; then none can enter either. */
  async leaveAsLast(): Promise<boolean> {
    this.client.ref();
    await this.ask(`pg_advisory_unlock_shared(${lock})`);
    return this.ask(`pg_try_advisory_lock(${lock})`);
  }

  async createDatabase(name: string): Promise<void> {
    const { rowCount } = await this.client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (rowCount !== 0) return;
    try {
      await this.client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`);
    } catch (error) {
      // Another process has created it meanwhile.
      if (!['42P04', '23505'].includes(codeOf(error) ?? '')) throw error;
    }
  }

  /** Calls back at once when the connection is gone already; does not keep the process alive for it. */
  whenBroken(callBack: () => void): void {
    this.client.unref();
    if (this.broken) callBack();
    else this.client.once('end', callBack);
  }

  async close(): Promise<void> {
    if (!this.broken) await this.client.end().catch(() => undefined);
  }

  private async ask<T>(expression: string): Promise<T> {
    const { rows } = await this.client.query<{ answer: T }>(`SELECT ${expression} AS answer`);
    if (rows[0] === undefined) throw new Error('PostgreSQL gave no answer.');
    return rows[0].answer;
  }
}
