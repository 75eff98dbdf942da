import type { DeliveryStatus } from '../campaigns/delivery.entity.js';
import type { CampaignStatus } from '../campaigns/lifecycle.js';
import type { TelegramUserStatus } from '../people/telegram-user.entity.js';
import { POLL_IS_OPEN } from '../polls/poll-open.js';
import { oneRow, rows, type SqlExecutor } from '../database/rows.js';
import { CHAT_INTERVAL } from './chat-pacing.js';
import type { LeasedChunk } from './chunk.store.js';

/** One recipient whose delivery is marked SENDING for us. */
export interface Recipient {
  userId: string;
  chatId: string;
  firstName: string | null;
  /** Identifies this claim of the delivery: its result settles nothing else. */
  fence: number;
  /** Requests for this recipient so far, this one included. */
  attempts: number;
}

export interface Claim {
  /** False when the lease has been lost: stop at once. */
  leased: boolean;
  /** False when the campaign was paused, cancelled or has failed. */
  running: boolean;
  recipients: Recipient[];
  skipped: number;
  /** Recipients of the chunk that are still pending after this claim. */
  pending: number;
  /** Milliseconds until the first pending recipient may be tried again; null when one may be tried now. */
  retryInMs: number | null;
}

/** The result of one claim, to be written to the ledger. */
export interface Settlement {
  campaignId: string;
  userId: string;
  fence: number;
  status: DeliveryStatus.SENT | DeliveryStatus.FAILED | DeliveryStatus.UNCONFIRMED | DeliveryStatus.PENDING;
  reason?: string;
  messageId?: string;
  /** For PENDING: milliseconds until the next try. */
  retryInMs?: number;
  /** For PENDING: the request does not count as an attempt. */
  attemptUnspent?: boolean;
  userStatus?: TelegramUserStatus;
  chatId?: string;
}

/** Like failures at the end of a group of settlements; `broken` when something else came before them. */
export interface Streak {
  reason: string | null;
  count: number;
  broken: boolean;
}

export interface LedgerState {
  status: CampaignStatus;
  pendingUsers: number;
  failureStreak: number;
  failureStreakReason: string | null;
}

/** What one claim asks for. */
export interface ClaimRequest {
  /** Drawn anew for each claim: tells what it has marked, should its answer be lost. */
  claimId: string;
  /** Recipients at the most. */
  wanted: number;
  /** Unwanted recipients that the claim may pass over in search of wanted ones. */
  lookAhead: number;
}

/**
 * Marks up to $4 wanted recipients of a leased chunk SENDING and those in between that are no longer wanted SKIPPED,
 * counters included. The share lock on the chunk keeps the lease from being taken away under the statement; a chat
 * that got a message less than a second ago, from whichever campaign, is left for later.
 */
const CLAIM_RECIPIENTS = `
  WITH chunk AS (
    SELECT campaign_id, number FROM campaign_chunk
    WHERE campaign_id = $1 AND number = $2 AND lease_token = $3 AND lease_expires_at > clock_timestamp()
    FOR SHARE
  ), campaign AS (
    SELECT campaign.id, campaign.topic_id, ${POLL_IS_OPEN} AS open
    FROM notification_campaign campaign
    JOIN poll ON poll.id = campaign.topic_id
    JOIN chunk ON chunk.campaign_id = campaign.id
    WHERE campaign.status = 'PROCESSING'
  ), candidate AS (
    SELECT delivery.user_id, coalesce(person.chat_id, person.id) AS chat_id, person.first_name,
      CASE
        WHEN NOT campaign.open THEN 'POLL_CLOSED'
        WHEN completion.user_id IS NOT NULL THEN 'COMPLETED_MEANWHILE'
        WHEN person.status = 'OPTED_OUT' THEN 'OPTED_OUT'
        WHEN person.status <> 'ACTIVE' THEN 'RECIPIENT_GONE'
      END AS unwanted
    FROM campaign
    JOIN delivery ON delivery.campaign_id = campaign.id
    JOIN telegram_user person ON person.id = delivery.user_id
    LEFT JOIN poll_completion completion
      ON completion.poll_id = campaign.topic_id AND completion.user_id = delivery.user_id
    WHERE delivery.campaign_id = $1 AND delivery.chunk_number = $2 AND delivery.status = 'PENDING'
      AND (delivery.not_before IS NULL OR delivery.not_before <= clock_timestamp())
    ORDER BY delivery.user_id
    LIMIT $4::integer + $5::integer
  ), wanted AS (
    -- Two people can have one chat, where Telegram has moved it.
    SELECT user_id, chat_id, first_name FROM (
      SELECT DISTINCT ON (chat_id) * FROM candidate WHERE unwanted IS NULL ORDER BY chat_id, user_id
    ) one_a_chat
    ORDER BY user_id LIMIT $4
  ), paced AS (
    INSERT INTO chat_pacing AS pacing (chat_id, next_at)
    SELECT chat_id, clock_timestamp() + ${CHAT_INTERVAL} FROM wanted ORDER BY chat_id
    ON CONFLICT (chat_id) DO UPDATE SET next_at = excluded.next_at WHERE pacing.next_at <= clock_timestamp()
    RETURNING chat_id
  ), sending AS (
    UPDATE delivery SET
      status = 'SENDING', claim_id = $6, fence = delivery.fence + 1, attempts = delivery.attempts + 1,
      reason = NULL, not_before = NULL, updated_at = clock_timestamp()
    FROM wanted JOIN paced USING (chat_id)
    WHERE delivery.campaign_id = $1 AND delivery.chunk_number = $2 AND delivery.user_id = wanted.user_id
      AND delivery.status = 'PENDING'
    RETURNING delivery.user_id, wanted.chat_id, wanted.first_name, delivery.fence, delivery.attempts
  ), waiting AS (
    UPDATE delivery SET not_before = clock_timestamp() + ${CHAT_INTERVAL}
    FROM wanted
    WHERE delivery.campaign_id = $1 AND delivery.chunk_number = $2 AND delivery.user_id = wanted.user_id
      AND delivery.status = 'PENDING'
      AND wanted.chat_id NOT IN (SELECT chat_id FROM paced)
  ), skipped AS (
    UPDATE delivery SET status = 'SKIPPED', reason = candidate.unwanted, updated_at = clock_timestamp()
    FROM candidate
    WHERE delivery.campaign_id = $1 AND delivery.chunk_number = $2 AND delivery.user_id = candidate.user_id
      AND delivery.status = 'PENDING'
      AND candidate.unwanted IS NOT NULL
    RETURNING delivery.user_id
  ), ledger AS (
    UPDATE notification_campaign campaign SET
      pending_users = campaign.pending_users - change.skipped,
      skipped_users = campaign.skipped_users + change.skipped,
      progressed_at = clock_timestamp()
    FROM (SELECT count(*) AS skipped FROM skipped) change
    WHERE campaign.id = $1 AND change.skipped > 0
  ), rest AS (
    SELECT count(*)::integer AS pending, min(not_before) AS first, bool_or(not_before IS NULL) AS now
    FROM delivery
    WHERE campaign_id = $1 AND chunk_number = $2 AND status = 'PENDING'
      AND user_id NOT IN (SELECT user_id FROM sending UNION ALL SELECT user_id FROM skipped)
  )
  SELECT EXISTS (SELECT FROM chunk) AS leased, EXISTS (SELECT FROM campaign) AS running,
    (SELECT coalesce(json_agg(json_build_object('userId', user_id::text, 'chatId', chat_id::text,
      'firstName', first_name, 'fence', fence, 'attempts', attempts) ORDER BY user_id), '[]') FROM sending) AS recipients,
    (SELECT count(*)::integer FROM skipped) AS skipped, rest.pending,
    CASE WHEN rest.pending > 0 AND NOT rest.now
      THEN greatest(0, 1000 * extract(epoch FROM rest.first - clock_timestamp()))::double precision END AS "retryInMs"
  FROM rest
`;

/**
 * Puts back what a claim marked whose answer never reached us, so that nothing was sent. Whenever it runs, late or twice,
 * it touches nothing that another claim has marked since.
 */
const PUT_BACK_UNSENT = `
  UPDATE delivery SET status = 'PENDING', attempts = attempts - 1
  WHERE campaign_id = $1 AND chunk_number = $2 AND status = 'SENDING' AND claim_id = $3
`;

/**
 * Writes a group of results of one campaign: deliveries, people, counters and the streak of like failures, all or
 * nothing. Each result settles only the claim it belongs to, so writing a group twice changes nothing. An answer that
 * comes after the delivery was given up as UNCONFIRMED, or even put back, still counts when it says SENT.
 */
const SETTLE = `
  WITH result AS (
    SELECT * FROM unnest($2::bigint[], $3::integer[], $4::text[], $5::text[], $6::bigint[], $7::double precision[],
        $8::boolean[], $9::text[], $10::bigint[])
      AS result (user_id, fence, status, reason, message_id, retry_in_ms, unspent, user_status, chat_id)
  ), open AS (
    SELECT result.*, delivery.status AS was
    FROM delivery JOIN result USING (user_id, fence)
    WHERE delivery.campaign_id = $1 AND delivery.user_id = ANY ($2::bigint[])
      AND (delivery.status = 'SENDING' OR (result.status = 'SENT' AND delivery.status IN ('UNCONFIRMED', 'PENDING')))
    ORDER BY user_id
    FOR UPDATE OF delivery
  ), settled AS (
    UPDATE delivery SET
      status = open.status, reason = open.reason, message_id = coalesce(open.message_id, delivery.message_id),
      attempts = delivery.attempts - CASE WHEN open.unspent THEN 1 ELSE 0 END,
      not_before = clock_timestamp() + open.retry_in_ms * interval '1 millisecond',
      sent_at = CASE WHEN open.status = 'SENT' THEN clock_timestamp() END,
      updated_at = clock_timestamp()
    FROM open WHERE delivery.campaign_id = $1 AND delivery.user_id = open.user_id
    RETURNING open.user_id, open.was, open.status
  ), people AS (
    UPDATE telegram_user person SET
      status = coalesce(open.user_status, person.status), chat_id = coalesce(open.chat_id, person.chat_id),
      updated_at = clock_timestamp()
    FROM open
    WHERE person.id = open.user_id AND (open.user_status IS NOT NULL OR open.chat_id IS NOT NULL)
  ), change AS (
    SELECT count(*) AS results,
      count(*) FILTER (WHERE was IN ('SENDING', 'PENDING') AND status <> 'PENDING') AS settled,
      count(*) FILTER (WHERE status = 'SENT') AS sent, count(*) FILTER (WHERE status = 'FAILED') AS failed,
      count(*) FILTER (WHERE status = 'UNCONFIRMED') - count(*) FILTER (WHERE was = 'UNCONFIRMED') AS unconfirmed
    FROM settled
  )
  UPDATE notification_campaign campaign SET
    pending_users = campaign.pending_users - change.settled,
    sent_users = campaign.sent_users + change.sent,
    failed_users = campaign.failed_users + change.failed,
    unconfirmed_users = campaign.unconfirmed_users + change.unconfirmed,
    progressed_at = CASE WHEN change.settled > 0 THEN clock_timestamp() ELSE campaign.progressed_at END,
    failure_streak = CASE
      WHEN change.results = 0 THEN campaign.failure_streak
      WHEN $13 OR campaign.failure_streak_reason IS DISTINCT FROM $11::text AND $12::integer > 0 THEN $12
      ELSE campaign.failure_streak + $12 END,
    failure_streak_reason = CASE
      WHEN change.results > 0 AND ($13 OR $12 > 0) THEN $11
      ELSE campaign.failure_streak_reason END
  FROM change WHERE campaign.id = $1
  RETURNING campaign.status, campaign.pending_users AS "pendingUsers", campaign.failure_streak AS "failureStreak",
    campaign.failure_streak_reason AS "failureStreakReason"
`;

/** What a worker died over after its chunk had changed hands: no lease covers these any more. */
const SETTLE_ORPHANS = `
  WITH orphan AS (
    SELECT delivery.campaign_id, delivery.user_id
    FROM delivery
    JOIN campaign_chunk chunk ON chunk.campaign_id = delivery.campaign_id AND chunk.number = delivery.chunk_number
    JOIN notification_campaign campaign ON campaign.id = delivery.campaign_id AND campaign.pending_users > 0
    WHERE delivery.status = 'SENDING' AND chunk.state <> 'RUNNING'
      AND delivery.updated_at < statement_timestamp() - $1 * interval '1 millisecond'
    ORDER BY 1, 2
    FOR UPDATE OF delivery SKIP LOCKED
  ), settled AS (
    UPDATE delivery SET status = 'UNCONFIRMED', reason = 'WORKER_DIED', updated_at = clock_timestamp()
    FROM orphan WHERE delivery.campaign_id = orphan.campaign_id AND delivery.user_id = orphan.user_id
    RETURNING delivery.campaign_id
  ), ledger AS (
    UPDATE notification_campaign campaign SET
      pending_users = campaign.pending_users - change.count, unconfirmed_users = unconfirmed_users + change.count
    FROM (SELECT campaign_id, count(*) AS count FROM settled GROUP BY campaign_id) change
    WHERE campaign.id = change.campaign_id
  )
  SELECT count(*)::integer AS count FROM settled
`;

/** The deliveries of all campaigns and the counters that follow from them. */
export class DeliveryStore {
  constructor(private readonly sql: SqlExecutor) {}

  claim(chunk: LeasedChunk, { claimId, wanted, lookAhead }: ClaimRequest): Promise<Claim> {
    const parameters = [chunk.campaignId, chunk.number, chunk.leaseToken, wanted, lookAhead, claimId];
    return oneRow<Claim>(this.sql, CLAIM_RECIPIENTS, parameters);
  }

  async putBackUnsent(chunk: LeasedChunk, claimId: string): Promise<void> {
    await rows(this.sql, PUT_BACK_UNSENT, [chunk.campaignId, chunk.number, claimId]);
  }

  settle(campaignId: string, group: readonly Settlement[], streak: Streak): Promise<LedgerState> {
    return oneRow<LedgerState>(this.sql, SETTLE, [
      campaignId,
      group.map((settlement) => settlement.userId),
      group.map((settlement) => settlement.fence),
      group.map((settlement) => settlement.status),
      group.map((settlement) => settlement.reason ?? null),
      group.map((settlement) => settlement.messageId ?? null),
      group.map((settlement) => settlement.retryInMs ?? null),
      group.map((settlement) => settlement.attemptUnspent ?? false),
      group.map((settlement) => settlement.userStatus ?? null),
      group.map((settlement) => settlement.chatId ?? null),
      streak.reason,
      streak.count,
      streak.broken,
    ]);
  }

  /** @returns how many deliveries were given up as UNCONFIRMED */
  async settleOrphans(olderThanMs: number): Promise<number> {
    return (await oneRow<{ count: number }>(this.sql, SETTLE_ORPHANS, [olderThanMs])).count;
  }
}
