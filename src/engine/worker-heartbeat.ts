import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import { rows, type SqlExecutor } from '../database/rows.js';

const BEAT_MS = 10_000;

const NAME = `${hostname()}/${process.pid}`;

/** Also deletes workers without a heartbeat for a day. */
const BEAT = `
  WITH forgotten AS (DELETE FROM worker WHERE seen_at < clock_timestamp() - interval '1 day' AND id <> $1)
  INSERT INTO worker (id, seen_at, name, problem, holder_key) VALUES ($1, clock_timestamp(), $2, $3, $4)
  ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at, problem = excluded.problem, holder_key = excluded.holder_key
`;

const LEAVE = 'DELETE FROM worker WHERE id = $1';

export interface WorkerState {
  /** Why it works no jobs, or null. */
  problem: string | null;
  /** Key of the worker's session. */
  holderKey: string | null;
}

/** Writes that this process works jobs, for alerts and operators. Nothing else depends on it. */
export class WorkerHeartbeat {
  private readonly id = randomUUID();
  private timer: NodeJS.Timeout | undefined;
  private beating: Promise<void> = Promise.resolve();

  constructor(
    private readonly sql: SqlExecutor,
    private readonly state: () => WorkerState,
    private readonly logger: Logger,
  ) {}

  /** Resolves when the first heartbeat is written, or has failed. */
  async start(): Promise<void> {
    this.timer = setInterval(() => void this.beat(), BEAT_MS).unref();
    await this.beat();
  }

  /** Writes a change at once. */
  beat(): Promise<void> {
    const { problem, holderKey } = this.state();
    this.beating = this.run(BEAT, [NAME, problem, holderKey]);
    return this.beating;
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.beating;
    await this.run(LEAVE);
  }

  private async run(sql: string, parameters: unknown[] = []): Promise<void> {
    try {
      await rows(this.sql, sql, [this.id, ...parameters]);
    } catch (error) {
      this.logger.debug({ err: error }, 'the heartbeat was not written');
    }
  }
}
