import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { Logger } from 'pino';

const RECONNECT_DELAYS_MS = [100, 250, 500, 1000, 2000];
/** A connection that breaks without a word, as by a router, is noticed after twice this. */
const CHECK_INTERVAL_MS = 3000;
const CONNECT_TIMEOUT_MS = 5000;

export interface ListenerOptions {
  url: string;
  channel: string;
  onNotification: (payload: string) => void;
  /** Called after every connect, also the first: what was announced before it was not heard. */
  onConnected: () => void;
  logger: Logger;
}

/** A connection that LISTENs on one channel and comes back by itself whenever it breaks. */
export class PostgresListener {
  private client: Client | undefined;
  private closed = false;

  constructor(private readonly options: ListenerOptions) {}

  /** @throws when the first connection cannot be made */
  async start(): Promise<void> {
    await this.connect();
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.client?.end();
  }

  private async connect(): Promise<void> {
    const { url, channel, onNotification, onConnected } = this.options;
    const client = new Client({
      connectionString: url,
      application_name: 'pollcast listen',
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    });
    client.on('notification', (message) => {
      onNotification(message.payload ?? '');
    });
    const lost = this.lossOf(client);
    lost.catch(() => undefined);
    try {
      await client.connect();
      await Promise.race([client.query(`LISTEN ${client.escapeIdentifier(channel)}`), lost]);
    } catch (error) {
      abandon(client);
      throw error;
    }
    if (this.isClosed()) {
      abandon(client);
      return;
    }
    this.client = client;
    onConnected();
    void lost.catch((error: unknown) => this.reconnect(client, error));
  }

  /** Rejects when the connection has ended, or does not answer any more. */
  private async lossOf(client: Client): Promise<never> {
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
        // A failure comes as an error of the connection, too.
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

  private async reconnect(broken: Client, cause: unknown): Promise<void> {
    if (this.isClosed()) return;
    this.client = undefined;
    abandon(broken);
    const { channel, logger } = this.options;
    logger.warn({ err: cause, channel }, 'the listening connection was lost');
    for (let attempt = 0; !this.isClosed(); attempt += 1) {
      try {
        await this.connect();
        logger.info({ channel }, 'listening again');
        return;
      } catch (error) {
        logger.debug({ err: error }, 'cannot listen yet');
        await sleep(RECONNECT_DELAYS_MS[attempt] ?? 2000);
      }
    }
  }

  private isClosed(): boolean {
    return this.closed;
  }
}

/** Closes a connection of which nothing more is expected, without waiting for the server's part in it. */
function abandon(client: Client): void {
  client.end().catch(() => undefined);
}
