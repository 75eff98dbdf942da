import { oneRow, rows, type SqlExecutor } from '../database/rows.js';
import { planningLock } from '../campaigns/audience.store.js';
import { MAX_CHUNK_ATTEMPTS } from '../delivery/chunk.store.js';

/** Keys of the advisory locks held in this database. */
const HELD_KEYS = `
  SELECT (classid::bigint << 32) | objid::bigint AS key FROM pg_locks
  WHERE locktype = 'advisory' AND granted AND objsubid = 1
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
`;

/**
 * Finds work whose worker is dead. A restart or failover of the server frees all locks, also those of living workers: for one
 * lease after it was noticed, or after an own reconnection ($2), a free lock means nothing. The same holds for a chunk that
 * would be quarantined ($3 attempts); only the expiry of its lease decides that. Locks are read after leases, so a free lock
 * was held when its lease was taken.
 *
 * $1 milliseconds of a lease, $4 milliseconds after which a planning that was not begun is presumed lost.
 */
const LOOK = `
  WITH held AS MATERIALIZED (${HELD_KEYS}), server AS (
    SELECT noticed_at FROM known_server WHERE started_at = pg_postmaster_start_time()
  ), locks AS (
    SELECT coalesce(greatest(server.noticed_at, $2::text::timestamptz) + $1 * interval '1 millisecond'
      <= clock_timestamp(), false) AS count
    FROM server
  )
  SELECT EXISTS (SELECT FROM server) AS "serverIsKnown",
    1000 * extract(epoch FROM clock_timestamp())::double precision AS "now",
    EXISTS (
      SELECT FROM campaign_chunk WHERE state = 'RUNNING' AND lease_expires_at < statement_timestamp()
    ) AS "leaseHasExpired",
    ARRAY(
      SELECT chunk.lease_token FROM campaign_chunk chunk
      WHERE chunk.state = 'RUNNING' AND chunk.held_lease = chunk.lease_token AND chunk.attempts < $3
        AND chunk.holder_key IS NOT NULL AND chunk.holder_key NOT IN (SELECT key FROM held)
        AND (SELECT count FROM locks)
    ) AS "abandonedLeases",
    ARRAY(
      SELECT campaign.id::text FROM notification_campaign campaign
      WHERE (campaign.status = 'PROCESSING' AND campaign.planned_at IS NULL
          AND campaign.progressed_at < statement_timestamp() - $4 * interval '1 millisecond'
        OR campaign.status = 'SCHEDULED'
          AND campaign.scheduled_for < statement_timestamp() - $4 * interval '1 millisecond')
        AND ${planningLock('campaign.id')} NOT IN (SELECT key FROM held)
      ORDER BY campaign.id
    ) AS "overduePlans"
`;

/** The first known server has not freed any locks. */
const NOTICE_SERVER = `
  INSERT INTO known_server AS known (started_at, noticed_at) VALUES (pg_postmaster_start_time(), '-infinity')
  ON CONFLICT (only_row) DO UPDATE SET started_at = excluded.started_at, noticed_at = clock_timestamp()
  WHERE known.started_at <> excluded.started_at
`;

export interface Findings {
  serverIsKnown: boolean;
  /** Clock of the database, in milliseconds since 1970. */
  now: number;
  leaseHasExpired: boolean;
  /** Leases whose holders are dead. */
  abandonedLeases: string[];
  /** Campaigns whose planning or start is overdue, and under way nowhere. */
  overduePlans: string[];
}

export interface Look {
  leaseMs: number;
  reconnectedAt: string | null;
  overduePlanMs: number;
}

/** Finds the work of dead workers by their locks. */
export class TakeoverStore {
  constructor(private readonly sql: SqlExecutor) {}

  look({ leaseMs, reconnectedAt, overduePlanMs }: Look): Promise<Findings> {
    return oneRow<Findings>(this.sql, LOOK, [leaseMs, reconnectedAt, MAX_CHUNK_ATTEMPTS, overduePlanMs]);
  }

  async noticeServer(): Promise<void> {
    await rows(this.sql, NOTICE_SERVER);
  }
}
