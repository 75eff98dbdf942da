import { oneRow, rows, type SqlExecutor } from '../database/rows.js';
import { DatabaseClock } from './database-clock.js';

export interface Reservation {
  granted: number;
  /** Milliseconds from now to the first granted slot, which may be past, or until it is worth asking again when none was granted. */
  waitMs: number;
  /** Nothing is granted since an outage of Telegram lasts. */
  outage?: boolean;
  /** The slot is the one probe after a 429, and this is its name: the rest waits for its answer. */
  probe?: string;
}

export interface ReservationOptions {
  /** No slot lies nearer: what comes before its send takes so long. */
  leadMs?: number;
  /** For the one message that finds out whether an outage is over. */
  duringOutage?: boolean;
}

/** The rate limit of one bot as the whole installation shares it. */
export interface RateLimitStore {
  reserve(wanted: number, options?: ReservationOptions): Promise<Reservation>;
  /** @returns milliseconds by which this makes the bot wait longer than it had to before */
  block(durationMs: number): Promise<number>;
  unblock(): Promise<void>;
  /** Makes the probe available again, unless another was granted meanwhile. */
  returnProbe(probe: string): Promise<void>;
}

/** Slots are handed out at most this far ahead, so that a pause, a 429 or a more urgent message takes effect soon. */
export const HORIZON_MS = 100;

/** From slot to slot, rounded up to what the database counts in: no second holds more of them than the limit. */
export function slotSpacingMs(messagesPerSecond: number): number {
  return Math.ceil(1_000_000 / messagesPerSecond) / 1000;
}

const RESERVE = `
  SELECT granted, now_ms AS "nowMs", wait_ms AS "waitMs", probe
  FROM reserve_send_slots(:botId, :spacingMs * interval '1 millisecond', :wanted, :horizonMs * interval '1 millisecond',
    :leadMs * interval '1 millisecond')
  WHERE :duringOutage OR NOT EXISTS (SELECT FROM telegram_outage WHERE bot = :botId)
`;

/** Processes that are throttled together wait once: the row is locked before it is read, and only what is added counts. */
const BLOCK = `
  WITH before AS MATERIALIZED (SELECT blocked_until FROM rate_limit WHERE bot = $1 FOR UPDATE)
  INSERT INTO rate_limit AS bot_limit (bot, blocked_until)
  SELECT $1, clock_timestamp() + $2 * interval '1 millisecond' FROM (SELECT max(blocked_until) FROM before) locked
  ON CONFLICT (bot) DO UPDATE SET
    blocked_until = greatest(bot_limit.blocked_until, excluded.blocked_until), probe_expires_at = NULL
  RETURNING greatest(0, 1000 * extract(epoch FROM
    bot_limit.blocked_until - greatest(clock_timestamp(), (SELECT blocked_until FROM before))))::double precision AS added
`;

const UNBLOCK = `
  UPDATE rate_limit SET blocked_until = NULL, probe_expires_at = NULL
  WHERE bot = $1 AND blocked_until <= clock_timestamp() + $2 * interval '1 millisecond'
`;

/** The instant at which a probe expires is its name: two are granted half a minute apart, or with a block in between. */
const GRANTED_PROBE = 'SELECT probe_expires_at::text AS probe FROM rate_limit WHERE bot = $1';

const RETURN_PROBE = `
  UPDATE rate_limit SET probe_expires_at = NULL WHERE bot = $1 AND probe_expires_at = $2::text::timestamptz
`;

interface ReservedRow {
  granted: number;
  /** By the clock of the database, since 1970. */
  nowMs: number;
  waitMs: number;
  probe: boolean;
}

/** One row of the table rate_limit, named by the public number of the bot, never by its token. */
export class PostgresRateLimit implements RateLimitStore {
  private readonly clock = new DatabaseClock();

  constructor(
    private readonly sql: SqlExecutor,
    private readonly botId: string,
    private readonly messagesPerSecond: number,
  ) {}

  async reserve(
    wanted: number,
    { leadMs = 0, duringOutage = false }: ReservationOptions = {},
  ): Promise<Reservation> {
    const askedAt = performance.now();
    const [reserved] = await rows<ReservedRow>(this.sql, RESERVE, {
      botId: this.botId,
      spacingMs: slotSpacingMs(this.messagesPerSecond),
      wanted,
      horizonMs: HORIZON_MS,
      leadMs,
      duringOutage,
    });
    if (!reserved) return { granted: 0, waitMs: HORIZON_MS, outage: true };
    const { granted, nowMs, probe } = reserved;
    this.clock.observe(askedAt, nowMs, performance.now());
    const at = this.clock.toLocal(nowMs + reserved.waitMs);
    if (granted === 0 || !probe) return { granted, waitMs: at - performance.now() };
    const named = await oneRow<{ probe: string | null }>(this.sql, GRANTED_PROBE, [this.botId]);
    // Another process was throttled just now: the probe is void.
    if (named.probe === null) return { granted: 0, waitMs: 0 };
    return { granted, waitMs: at - performance.now(), probe: named.probe };
  }

  async block(durationMs: number): Promise<number> {
    return (await oneRow<{ added: number }>(this.sql, BLOCK, [this.botId, durationMs])).added;
  }

  async unblock(): Promise<void> {
    await rows(this.sql, UNBLOCK, [this.botId, HORIZON_MS]);
  }

  async returnProbe(probe: string): Promise<void> {
    await rows(this.sql, RETURN_PROBE, [this.botId, probe]);
  }
}
