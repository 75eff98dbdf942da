import { oneRow, rows, type SqlExecutor } from '../database/rows.js';
import type { ChunkCapacity } from './capacity.js';
import { CHANGES, countChanges } from './counters.js';
import type {
  ChunkClaim,
  ChunkRef,
  ChunkRest,
  DueChunk,
  LeasedChunk,
  ReleasedChunk,
  Repairs,
} from './leased-chunk.js';
import { isBotOfInstallation, type OwnBot } from './own-bot.js';

/**
 * Share of the installation's capacity that a chunk uses: the messages it sends within the time limit (:withinMs milliseconds)
 * at its own pace. A chunk with a long interval uses almost nothing, whatever its size.
 */
const SHARE = `least(campaign.chunk_size, :withinMs::double precision / nullif(campaign.send_interval_ms, 0))`;

/**
 * Claims one due chunk of the campaign with the fewest running chunks, so that a small campaign does not wait for a large one.
 * No more chunks run than can end within the time limit at the installation's rate (:messages messages, by their shares),
 * except for the first chunk of a campaign. Only chunks that have been due for :overdueMs milliseconds count. :holderKey is
 * the key of the session that holds the lease, :ownBot the bot.
 */
const CLAIM_DUE_CHUNK = `
  WITH running AS (
    SELECT campaign_id, count(*) AS chunks, count(*) * min(${SHARE}) AS share
    FROM campaign_chunk JOIN notification_campaign campaign ON campaign.id = campaign_id
    WHERE state = 'RUNNING' GROUP BY campaign_id
  ), candidate AS (
    SELECT chunk.campaign_id, chunk.number
    FROM campaign_chunk chunk
    JOIN notification_campaign campaign ON campaign.id = chunk.campaign_id AND campaign.status = 'PROCESSING'
    LEFT JOIN running USING (campaign_id)
    WHERE chunk.state = 'WAITING' AND chunk.due_at <= statement_timestamp() - :overdueMs * interval '1 millisecond'
      AND ${isBotOfInstallation(':ownBot')}
      AND (running.chunks IS NULL
        OR (SELECT sum(share) FROM running) + ${SHARE} <= :messages::double precision)
    ORDER BY coalesce(running.chunks, 0), chunk.due_at, chunk.campaign_id, chunk.number
    LIMIT 1
    FOR UPDATE OF chunk SKIP LOCKED
  ), counted AS (
    SELECT candidate.*, (
      SELECT count(*)::integer FROM delivery
      WHERE delivery.campaign_id = candidate.campaign_id AND delivery.chunk_number = candidate.number
        AND delivery.status = 'PENDING') AS remaining
    FROM candidate
  ), claimed AS (
    UPDATE campaign_chunk chunk SET
      state = 'RUNNING',
      lease_token = lease.token,
      lease_expires_at = clock_timestamp() + :leaseMs * interval '1 millisecond',
      holder_key = :holderKey,
      held_lease = lease.token,
      attempts = CASE WHEN counted.remaining < chunk.remaining_at_claim THEN 1 ELSE chunk.attempts + 1 END,
      remaining_at_claim = counted.remaining
    FROM counted, (SELECT gen_random_uuid() AS token) lease
    WHERE chunk.campaign_id = counted.campaign_id AND chunk.number = counted.number
    RETURNING chunk.campaign_id, chunk.number, chunk.lease_token, counted.remaining
  )
  SELECT claimed.campaign_id AS "campaignId", claimed.number, claimed.lease_token AS "leaseToken", claimed.remaining,
    poll.id AS "pollId", poll.title AS "pollTitle", poll.closes_at AS "closesAt", campaign.message_template AS "messageTemplate",
    campaign.button_text AS "buttonText", campaign.translations, campaign.asks_first_question AS "asksFirstQuestion",
    campaign.send_interval_ms AS "sendIntervalMs",
    campaign.content_version AS "contentVersion"
  FROM claimed
  JOIN notification_campaign campaign ON campaign.id = claimed.campaign_id
  JOIN poll ON poll.id = campaign.topic_id
`;

/** Chunks that need a job. One whose job found no capacity needs none: the worker that finishes a chunk takes the next. */
const CHUNKS_WITHOUT_JOB = `
  WITH running AS (
    SELECT coalesce(sum(${SHARE}), 0) AS share
    FROM campaign_chunk busy JOIN notification_campaign campaign ON campaign.id = busy.campaign_id
    WHERE busy.state = 'RUNNING'
  )
  SELECT chunk.campaign_id AS "campaignId", chunk.number, chunk.due_at AS "dueAt"
  FROM campaign_chunk chunk JOIN notification_campaign campaign ON campaign.id = chunk.campaign_id
  WHERE campaign.status = 'PROCESSING' AND chunk.state = 'WAITING' AND chunk.due_at IS NOT NULL
    AND (:campaignId::bigint IS NULL OR chunk.campaign_id = :campaignId)
    AND (chunk.enqueued_at IS NULL OR (
      greatest(chunk.enqueued_at, chunk.due_at) < clock_timestamp() - :overdueMs * interval '1 millisecond'
      AND ${SHARE} + (SELECT share FROM running) <= greatest(${SHARE}, :messages::double precision)))
  ORDER BY chunk.due_at, chunk.campaign_id, chunk.number
  LIMIT :limit
`;

/** Consecutive claims without a send after which a chunk is quarantined. */
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

/** Refunds a claim that was lost with the session while its worker lives: the chunk is not the cause. */
const REFUND_ATTEMPT = `
  UPDATE campaign_chunk SET attempts = attempts - 1
  WHERE campaign_id = $1 AND number = $2 AND lease_token IS DISTINCT FROM $3 AND attempts > 0
`;

/**
 * Ends a lease: DONE without open deliveries, otherwise WAITING and due after :idleMs milliseconds, or later by its pace. If all
 * open deliveries belong to a worker whose lease has ended, the next worker must wait a second.
 */
const RELEASE_CHUNK = `
  WITH rest AS (
    SELECT held.campaign_id, held.number, open.pending, open.sending,
      coalesce(clock_timestamp() - :sentAgoMs::double precision * interval '1 millisecond', held.last_sent_at) AS last_sent_at
    FROM campaign_chunk held
    CROSS JOIN LATERAL (
      SELECT count(*) FILTER (WHERE status = 'PENDING') AS pending, count(*) FILTER (WHERE status = 'SENDING') AS sending
      FROM delivery
      WHERE campaign_id = held.campaign_id AND chunk_number = held.number AND status IN ('PENDING', 'SENDING')
    ) open
    WHERE held.campaign_id = :campaignId AND held.number = :number
  )
  UPDATE campaign_chunk chunk SET
    state = CASE WHEN rest.pending + rest.sending > 0 THEN 'WAITING' ELSE 'DONE' END,
    lease_token = NULL, lease_expires_at = NULL, holder_key = NULL, held_lease = NULL, attempts = 0,
    remaining_at_claim = NULL,
    last_sent_at = rest.last_sent_at,
    due_at = greatest(
      clock_timestamp() + CASE WHEN rest.pending > 0 THEN 0 ELSE 1000 END * interval '1 millisecond',
      clock_timestamp() + :idleMs::double precision * interval '1 millisecond',
      rest.last_sent_at + campaign.send_interval_ms * interval '1 millisecond'),
    enqueued_at = NULL
  FROM rest JOIN notification_campaign campaign ON campaign.id = rest.campaign_id
  WHERE chunk.campaign_id = rest.campaign_id AND chunk.number = rest.number AND chunk.lease_token = :leaseToken
  RETURNING chunk.state, chunk.due_at AS "dueAt"
`;

/**
 * Releases the chunks of dead workers: those with expired leases, and those under the leases $2, whose holders are known to be
 * dead. Deliveries left SENDING may have been sent, so they become UNCONFIRMED. A chunk that has killed its worker too often
 * without a send is quarantined, and its pending deliveries are FAILED.
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
      SELECT campaign_id, ${countChanges("'PENDING'", 'status')} FROM settled GROUP BY 1 ORDER BY 1
    ) change, LATERAL change_counters(change.campaign_id, ${CHANGES})
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
    (SELECT count(*)::integer FROM released WHERE state = 'SET_ASIDE') AS "quarantinedChunks",
    (SELECT coalesce(sum(unconfirmed), 0)::integer FROM counted) AS "unconfirmedDeliveries"
`;

/** A retry may requeue deliveries while their chunk is being released as done, and neither sees the other. */
const REOPEN_CHUNKS = `
  WITH stranded AS (
    SELECT chunk.campaign_id, chunk.number,
      chunk.last_sent_at + campaign.send_interval_ms * interval '1 millisecond' AS in_pace_at
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
      state = 'WAITING', reason = NULL, attempts = 0, remaining_at_claim = NULL,
      due_at = greatest(clock_timestamp(), stranded.in_pace_at), enqueued_at = NULL
    FROM stranded WHERE chunk.campaign_id = stranded.campaign_id AND chunk.number = stranded.number
    RETURNING chunk.number
  )
  SELECT count(*)::integer AS count FROM reopened
`;

/** Skips chunks that were rescheduled meanwhile: they have no job for the new time. */
const MARK_ENQUEUED = `
  UPDATE campaign_chunk chunk SET enqueued_at = clock_timestamp()
  FROM unnest($1::bigint[], $2::integer[], $3::timestamptz[]) AS done (campaign_id, number, due_at)
  WHERE chunk.campaign_id = done.campaign_id AND chunk.number = done.number AND chunk.state = 'WAITING'
    AND chunk.due_at = done.due_at
`;

/** Chunks and their leases. Every instant is the database's, since clocks of workers may differ. */
export class ChunkStore {
  constructor(
    private readonly sql: SqlExecutor,
    private readonly ownBot: OwnBot = null,
  ) {}

  async claimDue(request: ChunkClaim): Promise<LeasedChunk | undefined> {
    const { leaseMs, capacity, holderKey, overdueMs = 0 } = request;
    const parameters = { leaseMs, ...capacity, holderKey, overdueMs, ownBot: this.ownBot };
    const [chunk] = await rows<LeasedChunk>(this.sql, CLAIM_DUE_CHUNK, parameters);
    return chunk;
  }

  /** Milliseconds until a waiting chunk of a running campaign is due; undefined for other chunks. */
  async timeUntilDue(chunk: ChunkRef): Promise<number | undefined> {
    const [row] = await rows<{ ms: number }>(this.sql, TIME_UNTIL_DUE, [chunk.campaignId, chunk.number]);
    return row?.ms;
  }

  /** @returns the tokens of the leases that are still held */
  async renew(leaseTokens: string[], leaseMs: number): Promise<Set<string>> {
    const renewed = await rows<{ leaseToken: string }>(this.sql, RENEW_LEASES, [leaseTokens, leaseMs]);
    return new Set(renewed.map((row) => row.leaseToken));
  }

  /** @returns the new state of the chunk, or undefined if the lease was lost */
  async release(chunk: LeasedChunk, rest: ChunkRest): Promise<ReleasedChunk | undefined> {
    const { campaignId, number, leaseToken } = chunk;
    const parameters = { campaignId, number, leaseToken, ...rest };
    const [released] = await rows<ReleasedChunk>(this.sql, RELEASE_CHUNK, parameters);
    return released;
  }

  /** Records that the worker of a chunk that was taken over is alive, so that its claim does not count as a death. */
  async refundAttempt({ campaignId, number, leaseToken }: LeasedChunk): Promise<void> {
    await rows(this.sql, REFUND_ATTEMPT, [campaignId, number, leaseToken]);
  }

  /** @param abandoned leases to release although they have not expired */
  reapDeadLeases(abandoned: readonly string[] = []): Promise<Repairs> {
    return oneRow<Repairs>(this.sql, REAP_DEAD_LEASES, [MAX_CHUNK_ATTEMPTS, abandoned]);
  }

  /** Reopens finished chunks with pending deliveries, of one campaign or of all. @returns their number */
  async reopenStranded(campaignId?: string): Promise<number> {
    return (await oneRow<{ count: number }>(this.sql, REOPEN_CHUNKS, [campaignId ?? null])).count;
  }

  /** Waiting chunks without a job, or with one that is overdue by `overdueMs` and presumed lost. */
  withoutJob(options: {
    campaignId?: string;
    overdueMs: number;
    capacity: ChunkCapacity;
    limit: number;
  }): Promise<DueChunk[]> {
    const { campaignId = null, overdueMs, capacity, limit } = options;
    return rows<DueChunk>(this.sql, CHUNKS_WITHOUT_JOB, { campaignId, overdueMs, limit, ...capacity });
  }

  /** Records that each chunk has a job for the time at which it was due. */
  async markEnqueued(chunks: DueChunk[]): Promise<void> {
    await rows(this.sql, MARK_ENQUEUED, [
      chunks.map((chunk) => chunk.campaignId),
      chunks.map((chunk) => chunk.number),
      chunks.map((chunk) => chunk.dueAt),
    ]);
  }
}
