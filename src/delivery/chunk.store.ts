import { oneRow, rows, type SqlExecutor } from '../database/rows.js';
import type { ChunkCapacity } from './capacity.js';
import { CHUNKS_WITHOUT_JOB, CLAIM_DUE_CHUNK } from './due-chunk-statements.js';
import type { OwnBot } from './own-bot.js';

/** What a campaign sends, and how fast; both can be changed while it is paused. */
export interface CampaignContent {
  messageTemplate: string;
  buttonText: string | null;
  sendIntervalMs: number;
  contentVersion: number;
}

/** A chunk that this worker may send to until the lease ends. */
export interface LeasedChunk extends CampaignContent {
  campaignId: string;
  number: number;
  leaseToken: string;
  /** Recipients still pending when the chunk was claimed. */
  remaining: number;
  pollId: string;
  pollTitle: string;
}

export interface ChunkRef {
  campaignId: string;
  number: number;
}

export interface DueChunk extends ChunkRef {
  dueAt: Date;
}

/** What a worker asks for. */
export interface ChunkClaim {
  leaseMs: number;
  capacity: ChunkCapacity;
  /** Key of the session that holds the lease; without one only the end of the lease frees the chunk. */
  holderKey: string | null;
  /** Leaves out chunks that have been due for less. */
  overdueMs?: number;
}

export interface ReleasedChunk {
  state: 'WAITING' | 'DONE';
  dueAt: Date;
}

export interface Repairs {
  releasedChunks: number;
  setAsideChunks: number;
  unconfirmedDeliveries: number;
}

/** Claims in a row without a single send after which a chunk is set aside. */
export const MAX_CHUNK_ATTEMPTS = 5;

const TIME_UNTIL_DUE = `
  SELECT 1000 * extract(epoch FROM due_at - clock_timestamp())::double precision AS ms
  FROM campaign_chunk JOIN notification_campaign campaign ON campaign.id = campaign_id
  WHERE campaign_id = $1 AND number = $2 AND state = 'WAITING' AND campaign.status = 'PROCESSING'
    AND due_at > clock_timestamp()
`;

const RENEW_LEASES = `
  UPDATE campaign_chunk SET lease_expires_at = clock_timestamp() + $2 * interval '1 millisecond'
  WHERE state = 'RUNNING' AND lease_token = ANY ($1::uuid[])
  RETURNING lease_token AS "leaseToken"
`;

/** A claim that was lost with the session, while its worker lives, is not the fault of the chunk. */
const REFUND_ATTEMPT = `
  UPDATE campaign_chunk SET attempts = attempts - 1
  WHERE campaign_id = $1 AND number = $2 AND lease_token IS DISTINCT FROM $3 AND attempts > 0
`;

/**
 * Ends a lease: DONE without open deliveries, otherwise waiting for another worker, due after $4 milliseconds. Where
 * all that is open is in the hands of a worker whose lease has ended, there is nothing to do for the next one yet.
 */
const RELEASE_CHUNK = `
  WITH rest AS (
    SELECT held.campaign_id, held.number, open.pending, open.sending
    FROM campaign_chunk held
    CROSS JOIN LATERAL (
      SELECT count(*) FILTER (WHERE status = 'PENDING') AS pending, count(*) FILTER (WHERE status = 'SENDING') AS sending
      FROM delivery
      WHERE campaign_id = held.campaign_id AND chunk_number = held.number AND status IN ('PENDING', 'SENDING')
    ) open
    WHERE held.campaign_id = $1 AND held.number = $2
  )
  UPDATE campaign_chunk chunk SET
    state = CASE WHEN rest.pending + rest.sending > 0 THEN 'WAITING' ELSE 'DONE' END,
    lease_token = NULL, lease_expires_at = NULL, holder_key = NULL, held_lease = NULL, attempts = 0,
    remaining_at_claim = NULL,
    due_at = clock_timestamp()
      + CASE WHEN rest.pending > 0 THEN $4::double precision ELSE greatest($4, 1000) END * interval '1 millisecond',
    enqueued_at = NULL
  FROM rest
  WHERE chunk.campaign_id = rest.campaign_id AND chunk.number = rest.number AND chunk.lease_token = $3
  RETURNING chunk.state, chunk.due_at AS "dueAt"
`;

/**
 * Takes the chunks of dead workers back: those whose lease has run out, and those under the leases $2, whose holders are
 * known to be gone. What they left in SENDING was sent or not, nobody knows: UNCONFIRMED. A chunk that has killed its
 * worker too often without one send is quarantined, and who is left in it has FAILED.
 */
const REAP_DEAD_LEASES = `
  WITH dead AS (
    SELECT campaign_id, number, attempts >= $1 AS hopeless FROM campaign_chunk
    WHERE state = 'RUNNING' AND (lease_expires_at < statement_timestamp() OR lease_token = ANY ($2::uuid[]))
    ORDER BY campaign_id, number
    FOR UPDATE SKIP LOCKED
  ), settled AS (
    UPDATE delivery SET
      status = CASE WHEN delivery.status = 'SENDING' THEN 'UNCONFIRMED' ELSE 'FAILED' END,
      reason = CASE WHEN delivery.status = 'SENDING' THEN 'WORKER_DIED' ELSE 'CHUNK_SET_ASIDE' END,
      updated_at = clock_timestamp()
    FROM dead
    WHERE delivery.campaign_id = dead.campaign_id AND delivery.chunk_number = dead.number
      AND (delivery.status = 'SENDING' OR (dead.hopeless AND delivery.status = 'PENDING'))
    RETURNING delivery.campaign_id, delivery.status
  ), counted AS (
    SELECT change.unconfirmed
    FROM (
      SELECT campaign_id, count(*) FILTER (WHERE status = 'UNCONFIRMED') AS unconfirmed,
        count(*) FILTER (WHERE status = 'FAILED') AS failed
      FROM settled GROUP BY 1 ORDER BY 1
    ) change, LATERAL change_counters(change.campaign_id, failed => change.failed, unconfirmed => change.unconfirmed)
  ), released AS (
    UPDATE campaign_chunk chunk SET
      state = CASE WHEN dead.hopeless THEN 'SET_ASIDE' ELSE 'WAITING' END,
      reason = CASE WHEN dead.hopeless THEN 'WORKER_DIED_REPEATEDLY' END,
      lease_token = NULL, lease_expires_at = NULL, holder_key = NULL, held_lease = NULL, due_at = clock_timestamp(),
      enqueued_at = NULL
    FROM dead WHERE chunk.campaign_id = dead.campaign_id AND chunk.number = dead.number
    RETURNING chunk.state
  )
  SELECT (SELECT count(*)::integer FROM released WHERE state = 'WAITING') AS "releasedChunks",
    (SELECT count(*)::integer FROM released WHERE state = 'SET_ASIDE') AS "setAsideChunks",
    (SELECT coalesce(sum(unconfirmed), 0)::integer FROM counted) AS "unconfirmedDeliveries"
`;

/** A retry puts deliveries back while their chunk is being released as done, and neither sees the other. */
const REOPEN_CHUNKS = `
  WITH stranded AS (
    SELECT chunk.campaign_id, chunk.number
    FROM campaign_chunk chunk
    JOIN notification_campaign campaign ON campaign.id = chunk.campaign_id AND campaign.pending_users > 0
    WHERE chunk.state IN ('DONE', 'SET_ASIDE') AND campaign.status <> 'CANCELLED'
      AND ($1::bigint IS NULL OR chunk.campaign_id = $1)
      AND EXISTS (
        SELECT FROM delivery
        WHERE delivery.campaign_id = chunk.campaign_id AND delivery.chunk_number = chunk.number
          AND delivery.status = 'PENDING')
    FOR UPDATE OF chunk SKIP LOCKED
  ), reopened AS (
    UPDATE campaign_chunk chunk SET
      state = 'WAITING', reason = NULL, attempts = 0, remaining_at_claim = NULL, due_at = clock_timestamp(),
      enqueued_at = NULL
    FROM stranded WHERE chunk.campaign_id = stranded.campaign_id AND chunk.number = stranded.number
    RETURNING chunk.number
  )
  SELECT count(*)::integer AS count FROM reopened
`;

/** A chunk that was rescheduled meanwhile has no job for its new time. */
const MARK_ENQUEUED = `
  UPDATE campaign_chunk chunk SET enqueued_at = clock_timestamp()
  FROM unnest($1::bigint[], $2::integer[], $3::timestamptz[]) AS done (campaign_id, number, due_at)
  WHERE chunk.campaign_id = done.campaign_id AND chunk.number = done.number AND chunk.state = 'WAITING'
    AND chunk.due_at = done.due_at
`;

/** The chunks of all campaigns and their leases. Every instant is the database's: workers' clocks may differ. */
export class ChunkStore {
  constructor(
    private readonly sql: SqlExecutor,
    private readonly ownBot: OwnBot = null,
  ) {}

  async claimDue(request: ChunkClaim): Promise<LeasedChunk | undefined> {
    const { leaseMs, capacity, holderKey, overdueMs = 0 } = request;
    const parameters = [leaseMs, capacity.messages, holderKey, overdueMs, capacity.withinMs, this.ownBot];
    const [chunk] = await rows<LeasedChunk>(this.sql, CLAIM_DUE_CHUNK, parameters);
    return chunk;
  }

  /** Milliseconds until a waiting chunk of a running campaign is due; undefined when it is not to be waited for. */
  async timeUntilDue(chunk: ChunkRef): Promise<number | undefined> {
    const [row] = await rows<{ ms: number }>(this.sql, TIME_UNTIL_DUE, [chunk.campaignId, chunk.number]);
    return row?.ms;
  }

  /** @returns the tokens of the leases that still stand */
  async renew(leaseTokens: string[], leaseMs: number): Promise<Set<string>> {
    const renewed = await rows<{ leaseToken: string }>(this.sql, RENEW_LEASES, [leaseTokens, leaseMs]);
    return new Set(renewed.map((row) => row.leaseToken));
  }

  /** @returns what the chunk is now, or undefined when the lease was another's already */
  async release(chunk: LeasedChunk, dueInMs: number): Promise<ReleasedChunk | undefined> {
    const parameters = [chunk.campaignId, chunk.number, chunk.leaseToken, dueInMs];
    const [released] = await rows<ReleasedChunk>(this.sql, RELEASE_CHUNK, parameters);
    return released;
  }

  /** Says that the worker of a chunk that was taken over lives: its claim does not count as one that died. */
  async refundAttempt({ campaignId, number, leaseToken }: LeasedChunk): Promise<void> {
    await rows(this.sql, REFUND_ATTEMPT, [campaignId, number, leaseToken]);
  }

  /** @param abandoned leases to take back although they have not run out */
  reapDeadLeases(abandoned: readonly string[] = []): Promise<Repairs> {
    return oneRow<Repairs>(this.sql, REAP_DEAD_LEASES, [MAX_CHUNK_ATTEMPTS, abandoned]);
  }

  /** @returns how many finished chunks, of one campaign or of all, wait again because somebody in them is pending */
  async reopenStranded(campaignId?: string): Promise<number> {
    return (await oneRow<{ count: number }>(this.sql, REOPEN_CHUNKS, [campaignId ?? null])).count;
  }

  /** Waiting chunks that have no job, or whose job is overdue by `overdueMs` and must be presumed lost. */
  withoutJob(options: {
    campaignId?: string;
    overdueMs: number;
    capacity: ChunkCapacity;
    limit: number;
  }): Promise<DueChunk[]> {
    const { campaignId, overdueMs, capacity, limit } = options;
    const parameters = [campaignId ?? null, overdueMs, capacity.messages, limit, capacity.withinMs];
    return rows<DueChunk>(this.sql, CHUNKS_WITHOUT_JOB, parameters);
  }

  /** A job was made for each chunk, at the time at which it was due. */
  async markEnqueued(chunks: DueChunk[]): Promise<void> {
    await rows(this.sql, MARK_ENQUEUED, [
      chunks.map((chunk) => chunk.campaignId),
      chunks.map((chunk) => chunk.number),
      chunks.map((chunk) => chunk.dueAt),
    ]);
  }
}
