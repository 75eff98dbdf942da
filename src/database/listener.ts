import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { Logger } from 'pino';

const RECONNECT_DELAYS_MS = [100, 250, 500, 1000, 2000];

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
    });
    client.on('notification', (message) => {
      onNotification(message.payload ?? '');
    });
    const connection = { lost: false };
    const onLost = (error?: Error) => {
      if (connection.lost) return;
      connection.lost = true;
      if (this.client === client) void this.reconnect(error);
    };
    client.on('error', onLost);
    client.on('end', () => {
      onLost();
    });
    await client.connect();
    await client.query(`LISTEN ${client.escapeIdentifier(channel)}`);
    // The end of the connection can come with the answer to LISTEN, and then it has been told already.
    if (connection.lost) throw new Error('The connection ended as soon as it was made.');
    this.client = client;
    onConnected();
  }

  private async reconnect(cause: Error | undefined): Promise<void> {
    if (this.closed) return;
    this.client = undefined;
    this.options.logger.warn(
      { err: cause, channel: this.options.channel },
      'the listening connection was lost',
    );
    for (let attempt = 0; !this.isClosed(); attempt += 1) {
      try {
        await this.connect();
        this.options.logger.info({ channel: this.options.channel }, 'listening again');
        return;
      } catch (error) {
        this.options.logger.debug({ err: error }, 'cannot listen yet');
        await sleep(RECONNECT_DELAYS_MS[attempt] ?? 2000);
      }
    }
  }

  private isClosed(): boolean {
    return this.closed;
  }
}
