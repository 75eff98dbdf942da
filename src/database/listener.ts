import { escapeIdentifier } from 'pg';
import type { Logger } from 'pino';
import { pause } from '../kernel/pause.js';
import { WatchedConnection } from './watched-connection.js';

const RECONNECT_DELAYS_MS = [100, 250, 500, 1000, 2000];

export interface ListenerOptions {
  url: string;
  channel: string;
  onNotification: (payload: string) => void;
  /** Called after every connect, also the first: notifications sent before it are lost. */
  onConnected: () => void;
  logger: Logger;
}

/** A connection that LISTENs on one channel and reconnects by itself. */
export class PostgresListener {
  private connection: WatchedConnection | undefined;
  private closed = false;

  constructor(private readonly options: ListenerOptions) {}

  /** @throws if the first connection fails */
  async start(): Promise<void> {
    await this.connect();
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.connection?.close();
  }

  private async connect(): Promise<void> {
    const { url, channel, onNotification, onConnected } = this.options;
    const connection = await WatchedConnection.open({
      url,
      applicationName: `pollcast listen ${channel}`,
      onNotification: ({ payload }) => {
        onNotification(payload ?? '');
      },
    });
    try {
      await connection.query(`LISTEN ${escapeIdentifier(channel)}`);
    } catch (error) {
      connection.abandon();
      throw error;
    }
    if (this.isClosed()) {
      connection.abandon();
      return;
    }
    this.connection = connection;
    onConnected();
    void connection.lost.catch((error: unknown) => this.reconnect(connection, error));
  }

  private async reconnect(broken: WatchedConnection, cause: unknown): Promise<void> {
    if (this.isClosed()) return;
    this.connection = undefined;
    broken.abandon();
    const { channel, logger } = this.options;
    logger.warn({ err: cause, channel }, 'the listening connection was lost');
    for (let attempt = 0; !this.isClosed(); attempt += 1) {
      try {
        await this.connect();
        logger.info({ channel }, 'listening again');
        return;
      } catch (error) {
        logger.debug({ err: error }, 'cannot listen yet');
        await pause(RECONNECT_DELAYS_MS[attempt] ?? 2000);
      }
    }
  }

  private isClosed(): boolean {
    return this.closed;
  }
}
