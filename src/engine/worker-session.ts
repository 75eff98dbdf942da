import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { pause } from '../kernel/pause.js';
import { allowManyListeners } from '../kernel/linked-signal.js';
import { WatchedConnection } from '../database/watched-connection.js';

const RECONNECT_DELAYS_MS = [0, 100, 250, 500, 1000];
const LONGEST_DELAY_MS = 1000;

/** The lock belongs to the session, so no timeout may end that. Not every server has each of these settings. */
const STAY_OPEN = `
  SELECT set_config(name, '0', false) FROM pg_settings
  WHERE name IN ('idle_session_timeout', 'statement_timeout', 'lock_timeout')
`;

const LOCK = `SELECT pg_try_advisory_lock($1::bigint) AS locked, clock_timestamp()::text AS at`;

/** A connection whose lock covers this worker's claims. */
export interface HeldSession {
  /** Key of the session's advisory lock. If it is free, the session has ended. */
  readonly key: string;
  /** Aborted when the session has ended, and others take over its chunks. */
  readonly lost: AbortSignal;
  /** When it replaced a lost session, by the clock of the database; null for the first. */
  readonly reconnectedAt: string | null;
}

/**
 * Shows other workers that this one is alive, by an advisory lock on its own connection. The kernel closes the connection of a
 * dead process, which frees the lock at once. A lost session is replaced by another with a new key.
 */
export class WorkerSession {
  private held: HeldSession | undefined;
  private connection: WatchedConnection | undefined;
  private readonly closing = new AbortController();
  private running: Promise<void> | undefined;
  private isReplacement = false;

  constructor(
    private readonly url: string,
    private readonly logger: Logger,
  ) {}

  /** The current session; undefined while it is being replaced, when no chunk may be claimed. */
  get current(): HeldSession | undefined {
    return this.held;
  }

  /** Resolves after the first attempt, also if that fails; further attempts follow. */
  async open(): Promise<void> {
    await this.tryConnect();
    this.running = this.keep();
  }

  /** Frees the lock. Call it when no lease is held. */
  async close(): Promise<void> {
    this.closing.abort();
    await this.connection?.close();
    await this.running;
  }

  private async keep(): Promise<void> {
    const { signal } = this.closing;
    for (let failures = 0; !this.isClosing(); failures += 1) {
      if (this.connection) {
        failures = 0;
        await this.untilLost(this.connection);
      }
      const delayMs = RECONNECT_DELAYS_MS[failures] ?? LONGEST_DELAY_MS;
      await pause(delayMs, signal);
      if (!this.isClosing()) await this.tryConnect();
    }
    // A connection that was opened meanwhile.
    this.connection?.abandon();
  }

  private async untilLost(connection: WatchedConnection): Promise<void> {
    try {
      await connection.lost;
    } catch (error) {
      this.connection = undefined;
      this.isReplacement = true;
      if (this.isClosing()) return;
      this.logger.warn({ err: error }, 'the session of this worker was lost: it releases its chunks');
    }
  }

  private async tryConnect(): Promise<void> {
    try {
      await this.connect();
    } catch (error) {
      this.logger.warn({ err: error }, 'this worker cannot open its session yet');
    }
  }

  private async connect(): Promise<void> {
    const connection = await WatchedConnection.open({
      url: this.url,
      applicationName: 'pollcast worker session',
    });
    try {
      await connection.query(STAY_OPEN);
      const key = randomBytes(8).readBigInt64BE().toString();
      const [row] = await connection.query<{ locked: boolean; at: string }>(LOCK, [key]);
      if (!row?.locked) throw new Error('The advisory lock of the session is taken.');
      this.hold(connection, key, this.isReplacement ? row.at : null);
    } catch (error) {
      connection.abandon();
      throw error;
    }
  }

  private hold(connection: WatchedConnection, key: string, reconnectedAt: string | null): void {
    const controller = new AbortController();
    this.connection = connection;
    const held: HeldSession = { key, lost: allowManyListeners(controller.signal), reconnectedAt };
    this.held = held;
    connection.lost.catch(() => {
      connection.abandon();
      this.held = undefined;
      controller.abort();
    });
  }

  private isClosing(): boolean {
    return this.closing.signal.aborted;
  }
}
