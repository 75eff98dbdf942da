import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { rows, type SqlExecutor } from '../database/rows.js';

const BEAT_MS = 10_000;

/** Also forgets the workers that have not been heard of for a day: those that died told nobody. */
const BEAT = `
  WITH forgotten AS (DELETE FROM worker WHERE seen_at < clock_timestamp() - interval '1 day' AND id <> $1)
  INSERT INTO worker (id, seen_at) VALUES ($1, clock_timestamp())
  ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at
`;

const LEAVE = 'DELETE FROM worker WHERE id = $1';

/** Tells that a process works jobs, for the alert that none does. Nothing else depends on it. */
export class WorkerHeartbeat {
  private readonly id = randomUUID();
  private timer: NodeJS.Timeout | undefined;
  private beating: Promise<void> = Promise.resolve();

  constructor(
    private readonly sql: SqlExecutor,
    private readonly logger: Logger,
  ) {}

  /** Resolves when others can see the worker, or when that could not be written yet. */
  async start(): Promise<void> {
    this.beating = this.run(BEAT);
    this.timer = setInterval(() => {
      this.beating = this.run(BEAT);
    }, BEAT_MS).unref();
    await this.beating;
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.beating;
    await this.run(LEAVE);
  }

  private async run(sql: string): Promise<void> {
    try {
      await rows(this.sql, sql, [this.id]);
    } catch (error) {
      this.logger.debug({ err: error }, 'the heartbeat was not written');
    }
  }
}
