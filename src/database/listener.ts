import { DatabaseError, escapeIdentifier, escapeLiteral } from 'pg';
import type { Logger } from 'pino';
import { pause } from '../kernel/pause.js';
import { WatchedConnection } from './watched-connection.js';

const RECONNECT_DELAYS_MS = [100, 250, 500, 1000, 2000];

/** What is sent by NOTIFY under one name. */
export interface Channel {
  name: string;
  onNotification: (payload: string) => void;
  /** Called after every connect, also the first: notifications sent before it are lost. */
  onConnected?: () => void;
}

/** The connection on which a process LISTENs on all its channels. It reconnects by itself. */
export class PostgresListener {
  private readonly channels = new Set<Channel>();
  private connection: WatchedConnection | undefined;
  private closed = false;

  /** @param connection to begin with, which is closed with the listener */
  constructor(
    connection: WatchedConnection,
    private readonly options: { url: string; logger: Logger },
  ) {
    this.hear(connection);
    this.keep(connection);
  }

  /**
   * Listens when this returns, unless the connection is lost: then as soon as it is replaced.
   * @returns a function that ends it
   * @throws what the server refuses
   */
  async listen(channel: Channel): Promise<() => void> {
    const end = () => void this.channels.delete(channel);
    this.channels.add(channel);
    if (!this.connection) return end;
    try {
      await this.listenOn(this.connection, [channel]);
    } catch (error) {
      if (error instanceof DatabaseError && error.severity !== 'FATAL') {
        end();
        throw error;
      }
    }
    return end;
  }

  async close(): Promise<void> {
    this.closed = true;
    this.channels.clear();
    await this.connection?.close();
  }

  /** The name of the connection tells operators what it is for. */
  private async listenOn(connection: WatchedConnection, channels: readonly Channel[]): Promise<void> {
    const names = [...new Set([...this.channels].map(({ name }) => name))].sort();
    await connection.query(
      [
        ...channels.map(({ name }) => `LISTEN ${escapeIdentifier(name)}`),
        `SET application_name = ${escapeLiteral(['pollcast listen', ...names].join(' '))}`,
      ].join('; '),
    );
    for (const { onConnected } of channels) onConnected?.();
  }

  private hear(connection: WatchedConnection): void {
    connection.onNotification(({ channel: name, payload = '' }) => {
      for (const channel of this.channels) if (channel.name === name) channel.onNotification(payload);
    });
  }

  private keep(connection: WatchedConnection): void {
    this.connection = connection;
    void connection.lost.catch((error: unknown) => this.reconnect(connection, error));
  }

  private async connect(): Promise<void> {
    const { url } = this.options;
    const connection = await WatchedConnection.open({ url, applicationName: 'pollcast listen' });
    try {
      this.hear(connection);
      const heard = new Set<Channel>();
      const unheard = () => [...this.channels].filter((channel) => !heard.has(channel));
      // Others may be added meanwhile.
      for (let next = unheard(); next.length > 0; next = unheard()) {
        for (const channel of next) heard.add(channel);
        await this.listenOn(connection, next);
      }
    } catch (error) {
      connection.abandon();
      throw error;
    }
    if (this.isClosed()) connection.abandon();
    else this.keep(connection);
  }

  private async reconnect(broken: WatchedConnection, cause: unknown): Promise<void> {
    if (this.isClosed()) return;
    this.connection = undefined;
    broken.abandon();
    const { logger } = this.options;
    logger.warn({ err: cause }, 'the listening connection was lost');
    for (let attempt = 0; !this.isClosed(); attempt += 1) {
      try {
        await this.connect();
        logger.info('listening again');
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
