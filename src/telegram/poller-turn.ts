import type { WatchedConnection } from '../database/watched-connection.js';
import { pause } from '../kernel/pause.js';

/** Whether this process reads the updates before others, or only while nobody of the first is there. */
export type PollerRank = 'first' | 'deputy';

/** First keys of the advisory locks; the second is derived from the name. */
const POLLER_LOCK = 7_655_324;
/** Held in share by every process of rank `first`, whether or not it reads. */
const PRESENCE_LOCK = 7_655_325;

/** How often another process checks whether it must read. */
const TAKE_OVER_MS = 2000;

const TAKE_LOCK = 'SELECT pg_try_advisory_lock($1, hashtext($2)) AS taken';

/** Never waits, since nobody takes this lock for itself. */
const ANNOUNCE = 'SELECT pg_advisory_lock_shared($1, hashtext($2))';

const FIND_FIRST = `
  SELECT EXISTS (
    SELECT FROM pg_locks
    WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND classid = $1::oid AND objid = hashtext($2)::oid AND objsubid = 2
  ) AS present
`;

export interface PollerTurnOptions {
  /** Processes with the same name take turns. */
  name: string;
  rank: PollerRank;
}

/**
 * Which process reads the updates of a bot: Telegram serves one reader only. It holds an advisory lock, which the server frees
 * when it dies. Everything here lasts as long as the connection.
 */
export class PollerTurn {
  constructor(
    private readonly connection: WatchedConnection,
    private readonly options: PollerTurnOptions,
  ) {}

  /** Resolves when this process is the reader, or the signal is aborted. @throws if the database cannot be reached */
  async await(stopping: AbortSignal, waiting: () => void): Promise<void> {
    if (this.options.rank === 'first') await this.ask(ANNOUNCE, PRESENCE_LOCK);
    while (!stopping.aborted && !(await this.take())) {
      waiting();
      await pause(TAKE_OVER_MS, stopping);
    }
  }

  /** Resolves when the turn is over since a process of rank `first` has come, or the signal is aborted. */
  async watch(end: AbortSignal): Promise<void> {
    if (this.options.rank === 'first') return;
    do await pause(TAKE_OVER_MS, end);
    while (!end.aborted && !(await this.isFirstPresent()));
  }

  private async take(): Promise<boolean> {
    if (this.options.rank === 'deputy' && (await this.isFirstPresent())) return false;
    const [lock] = await this.ask<{ taken: boolean }>(TAKE_LOCK, POLLER_LOCK);
    return lock?.taken ?? false;
  }

  private async isFirstPresent(): Promise<boolean> {
    const [found] = await this.ask<{ present: boolean }>(FIND_FIRST, PRESENCE_LOCK);
    return found?.present ?? false;
  }

  private ask<Row extends Record<string, unknown>>(sql: string, key: number): Promise<Row[]> {
    return this.connection.query<Row>(sql, [key, this.options.name]);
  }
}
