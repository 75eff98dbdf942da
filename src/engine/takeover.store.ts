import { oneRow, rows, type SqlExecutor } from '../database/rows.js';
import { planningLock } from '../campaigns/audience.store.js';
import { MAX_CHUNK_ATTEMPTS } from '../delivery/chunk.store.js';

/** Keys of the advisory locks that are held in this database. */
const HELD_KEYS = `
  SELECT (classid::bigint << 32) | objid::bigint AS key FROM pg_locks
  WHERE locktype = 'advisory' AND granted AND objsubid = 1
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
`;

/**
 * What needs somebody else to go on with it. A restart or a failover of the server frees all locks at once, of the living
 * too: for one lease after it was noticed, or after a reconnection of one's own ($2), a free lock says nothing. Nor does it
 * for a chunk that would be quarantined ($3 attempts): that is for the end of its lease to decide. The locks are read
 * after the leases, so a lock that is free was held when its lease was taken.
 *
 * $1 milliseconds of a lease, $4 milliseconds after which a plan that nobody has begun is presumed lost.
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

/** The first server that is known at all has freed nobody's lock. */
const NOTICE_SERVER = `
  INSERT INTO known_server AS known (started_at, noticed_at) VALUES (pg_postmaster_start_time(), '-infinity')
  ON CONFLICT (only_row) DO UPDATE SET started_at = excluded.started_at, noticed_at = clock_timestamp()
  WHERE known.started_at <> excluded.started_at
`;

export interface Findings {
  serverIsKnown: boolean;
  /** The clock of the database, in milliseconds since 1970. */
  now: number;
  leaseHasExpired: boolean;
  /** Leases whose holders have ended. */
  abandonedLeases: string[];
  /** Campaigns that should have been planned, or started, and that nobody is at. */
  overduePlans: string[];
}

export interface Look {
  leaseMs: number;
  reconnectedAt: string | null;
  overduePlanMs: number;
}

/** What dead workers have left, seen from their locks. */
export class TakeoverStore {
  constructor(private readonly sql: SqlExecutor) {}

  look({ leaseMs, reconnectedAt, overduePlanMs }: Look): Promise<Findings> {
    return oneRow<Findings>(this.sql, LOOK, [leaseMs, reconnectedAt, MAX_CHUNK_ATTEMPTS, overduePlanMs]);
  }

  async noticeServer(): Promise<void> {
    await rows(this.sql, NOTICE_SERVER);
  }
}
