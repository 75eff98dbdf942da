import { oneRow, rows, type SqlExecutor } from '../database/rows.js';
import { DatabaseClock } from './database-clock.js';

export interface Reservation {
  granted: number;
  /** Milliseconds until the first granted slot, which may be past, or until the next request if none was granted. */
  waitMs: number;
  /** Nothing is granted during an outage of Telegram. */
  outage?: boolean;
  /** Name of the probe, if the slot is the one probe after a 429; the rest waits for its answer. */
  probe?: string;
}

export interface ReservationOptions {
  /** Minimum time until the slot, for what precedes its send. */
  leadMs?: number;
  /** For the trial of an outage. */
  duringOutage?: boolean;
  /** Only if nobody in the installation has reserved a slot that is still ahead. */
  ifIdle?: boolean;
}

/** The rate limit of one bot, shared by the whole installation. */
export interface RateLimitStore {
  reserve(wanted: number, options?: ReservationOptions): Promise<Reservation>;
  /** @returns milliseconds by which the bot's wait became longer */
  block(durationMs: number): Promise<number>;
  unblock(): Promise<void>;
  /** Makes the probe available again, unless another was granted meanwhile. */
  returnProbe(probe: string): Promise<void>;
}

/** How far ahead slots are granted, so that a pause, a 429 or an urgent message takes effect soon. */
export const HORIZON_MS = 100;

/** Distance between slots, rounded up to the database's precision, so that no second has more slots than the limit. */
export function slotSpacingMs(messagesPerSecond: number): number {
  return Math.ceil(1_000_000 / messagesPerSecond) / 1000;
}

/** A slot further ahead than any that is granted is of a clock that was put back. */
const IS_BUSY = `EXISTS (
  SELECT FROM rate_limit WHERE bot = :botId AND next_at > clock_timestamp()
    AND next_at <= clock_timestamp() + (:horizonMs + :spacingMs) * interval '1 millisecond')`;

const RESERVE = `
  SELECT granted, now_ms AS "nowMs", wait_ms AS "waitMs", probe
  FROM reserve_send_slots(:botId, :spacingMs * interval '1 millisecond',
    CASE WHEN :ifIdle::boolean AND ${IS_BUSY} THEN 0 ELSE :wanted::integer END,
    :horizonMs * interval '1 millisecond', :leadMs * interval '1 millisecond')
  WHERE :duringOutage OR NOT EXISTS (SELECT FROM telegram_outage WHERE bot = :botId)
`;

/** Processes throttled together wait once: the row is locked before it is read, and only the added time counts. */
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

/** A probe is named by its expiry: two probes are granted half a minute apart, or with a block in between. */
const GRANTED_PROBE = 'SELECT probe_expires_at::text AS probe FROM rate_limit WHERE bot = $1';

const RETURN_PROBE = `
  UPDATE rate_limit SET probe_expires_at = NULL WHERE bot = $1 AND probe_expires_at = $2::text::timestamptz
`;

interface ReservedRow {
  granted: number;
  /** Clock of the database, in milliseconds since 1970. */
  nowMs: number;
  waitMs: number;
  probe: boolean;
}

/** One row of the table rate_limit, by the public id of the bot. */
export class PostgresRateLimit implements RateLimitStore {
  private readonly clock = new DatabaseClock();

  constructor(
    private readonly sql: SqlExecutor,
    private readonly botId: string,
    private readonly messagesPerSecond: number,
  ) {}

  async reserve(
    wanted: number,
    { leadMs = 0, duringOutage = false, ifIdle = false }: ReservationOptions = {},
  ): Promise<Reservation> {
    const askedAt = performance.now();
    const [reserved] = await rows<ReservedRow>(this.sql, RESERVE, {
      botId: this.botId,
      spacingMs: slotSpacingMs(this.messagesPerSecond),
      wanted,
      horizonMs: HORIZON_MS,
      leadMs,
      duringOutage,
      ifIdle,
    });
    if (!reserved) return { granted: 0, waitMs: HORIZON_MS, outage: true };
    const { granted, nowMs, probe } = reserved;
    this.clock.observe(askedAt, nowMs, performance.now());
    const at = this.clock.toLocal(nowMs + reserved.waitMs);
    if (granted === 0 || !probe) return { granted, waitMs: at - performance.now() };
    const named = await oneRow<{ probe: string | null }>(this.sql, GRANTED_PROBE, [this.botId]);
    // Another process was just throttled, so the probe is void.
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
