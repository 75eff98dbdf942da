import { Client, type Notification, type QueryResultRow } from 'pg';
import { RELIED_ON, SERVER_GIVES_UP } from './session.js';

/** A connection that breaks silently, for example in a router, is noticed after twice this time. */
const CHECK_INTERVAL_MS = 3000;
const CONNECT_TIMEOUT_MS = 5000;

export interface WatchedConnectionOptions {
  url: string;
  applicationName: string;
}

/**
 * A connection that holds a LISTEN or an advisory lock. Its loss is noticed also while it is idle. Statements on it must be
 * short: one that is not answered before the second check counts as a loss.
 */
export class WatchedConnection {
  /** Rejects when the connection has ended or no longer answers. Need not be handled. */
  readonly lost: Promise<never>;

  private constructor(private readonly client: Client) {
    this.lost = waitForLoss(client);
    this.lost.catch(() => undefined);
  }

  /** @throws the error of connecting */
  static async open(options: WatchedConnectionOptions): Promise<WatchedConnection> {
    const client = new Client({
      connectionString: options.url,
      application_name: options.applicationName,
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    });
    const connection = new WatchedConnection(client);
    try {
      await client.connect();
      await connection.query(`${RELIED_ON}; ${SERVER_GIVES_UP}`);
    } catch (error) {
      connection.abandon();
      throw error;
    }
    return connection;
  }

  /** Process of the server by what it said when it was connected to; a pooler makes a number up. */
  get announcedPid(): number | null {
    return (this.client as Client & { processID: number | null }).processID;
  }

  /** @param listener called for what comes on the channels that are listened to */
  onNotification(listener: (message: Notification) => void): void {
    this.client.on('notification', listener);
  }

  /** @throws also if the connection is lost before the answer */
  async query<T extends QueryResultRow>(sql: string, parameters: unknown[] = []): Promise<T[]> {
    return (await Promise.race([this.client.query<T>(sql, parameters), this.lost])).rows;
  }

  /** Closes the connection gracefully, as long as the server answers. */
  async close(): Promise<void> {
    await Promise.race([this.client.end(), this.lost]).catch(() => undefined);
  }

  /** Closes the connection without waiting for the server. */
  abandon(): void {
    this.client.end().catch(() => undefined);
  }
}

async function waitForLoss(client: Client): Promise<never> {
  let check: NodeJS.Timeout | undefined;
  const loss = new Promise<never>((_resolve, reject) => {
    client.on('error', reject);
    client.on('end', () => {
      reject(new Error('The connection has ended.'));
    });
    let asked = false;
    check = setInterval(() => {
      if (asked) {
        reject(new Error('The connection does not answer.'));
        return;
      }
      asked = true;
      // A failure is also emitted as an error of the connection.
      client.query('SELECT').then(
        () => (asked = false),
        () => undefined,
      );
    }, CHECK_INTERVAL_MS);
  });
  try {
    return await loss;
  } finally {
    clearInterval(check);
  }
}
