import type { StopCode } from '../campaigns/ending.js';
import type { CampaignStatus } from '../campaigns/lifecycle.js';
import { oneRow, type SqlExecutor } from '../database/rows.js';
import type { Reachability } from '../people/telegram-user.entity.js';
import { CHANGES, countChanges } from './counters.js';
import type { DeliveryStatus } from './delivery.entity.js';
import type { OwnBot } from './own-bot.js';
import type { DeliveryReason } from './reasons.js';

/**
 * Writes a group of results of one campaign in one statement: deliveries, users, counters and the failure streak. Each result
 * settles only its own claim, so writing a group twice changes nothing. SENT counts also if the delivery has become UNCONFIRMED
 * or was requeued meanwhile. A user who has written to the bot since the claim does not become unreachable by its answer,
 * which may be older.
 *
 * Deliveries are joined by the campaign of the results, not by :campaignId: for a campaign newer than the statistics, the
 * planner expects no rows for a constant, and would scan all of its deliveries to settle one.
 */
const SETTLE = `
  WITH result AS MATERIALIZED (
    SELECT :campaignId::bigint AS campaign_id, * FROM unnest(:userIds::bigint[], :fencingTokens::integer[], :statuses::text[], :reasons::text[], :messageIds::bigint[], :retriesInMs::double precision[],
        :unspent::boolean[], :userStatuses::text[], :chatIds::bigint[], :details::text[], :requestedMsAgo::double precision[])
      AS result (user_id, fence, status, reason, message_id, retry_in_ms, unspent, user_status, chat_id, detail, requested_ms_ago)
  ), open AS (
    SELECT result.*, delivery.status AS was, delivery.updated_at AS claimed_at
    FROM delivery JOIN result USING (campaign_id, user_id, fence)
    WHERE (delivery.status = 'SENDING' OR (result.status = 'SENT' AND delivery.status IN ('UNCONFIRMED', 'PENDING')))
    ORDER BY user_id
    FOR UPDATE OF delivery
  ), settled AS (
    UPDATE delivery SET
      status = open.status,
      -- Requeued after a retry, it keeps why it had failed.
      reason = coalesce(open.reason, CASE WHEN open.status = 'PENDING' THEN delivery.reason END),
      detail = CASE WHEN open.status <> 'SENT' THEN coalesce(open.detail, delivery.detail) END,
      message_id = coalesce(open.message_id, delivery.message_id),
      attempts = delivery.attempts - CASE WHEN open.unspent THEN 1 ELSE 0 END,
      not_before = clock_timestamp() + open.retry_in_ms * interval '1 millisecond',
      requested_at = coalesce(clock_timestamp() - open.requested_ms_ago * interval '1 millisecond', delivery.requested_at),
      sent_at = CASE WHEN open.status = 'SENT' THEN clock_timestamp() END,
      updated_at = clock_timestamp()
    FROM open WHERE delivery.campaign_id = open.campaign_id AND delivery.user_id = open.user_id
    RETURNING open.user_id, open.was, open.status
  ), affected AS (
    SELECT open.* FROM telegram_user person JOIN open ON open.user_id = person.id
    WHERE open.user_status IS NOT NULL OR open.chat_id IS NOT NULL
    ORDER BY person.id
    FOR NO KEY UPDATE OF person
  ), people AS (
    UPDATE telegram_user person SET
      status = CASE
        WHEN person.reachable_at >= affected.claimed_at THEN person.status
        ELSE coalesce(affected.user_status, person.status) END,
      chat_id = coalesce(affected.chat_id, person.chat_id),
      updated_at = clock_timestamp()
    FROM affected WHERE person.id = affected.user_id
  ), change AS (
    SELECT count(*) AS results, ${countChanges('was', 'status')} FROM settled
  )
  SELECT campaign.status, campaign.pending_users AS "pendingUsers", campaign.failure_streak AS "failureStreak",
    campaign.failure_streak_reason AS "failureStreakReason"
  FROM change, LATERAL change_counters(:campaignId, ${CHANGES}, by_sandbox => :bySandbox, streak_reason => :streakReason,
    streak_count => CASE WHEN change.results > 0 THEN :streakCount::integer END, streak_broken => :streakBroken) campaign
`;

/** Settles deliveries left SENDING by a worker that lost its chunk. $1 least age in milliseconds. */
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
  ), counted AS (
    SELECT change.count FROM (SELECT campaign_id, count(*) FROM settled GROUP BY 1 ORDER BY 1) change,
      LATERAL change_counters(change.campaign_id, unconfirmed => change.count)
  )
  SELECT coalesce(sum(count), 0)::integer AS count FROM counted
`;

/** Result of one claim, for the ledger. */
export interface Settlement {
  campaignId: string;
  userId: string;
  fencingToken: number;
  status: DeliveryStatus.SENT | DeliveryStatus.FAILED | DeliveryStatus.UNCONFIRMED | DeliveryStatus.PENDING;
  reason?: DeliveryReason | StopCode;
  messageId?: string;
  /** When the request was made, on the clock of performance.now. */
  requestedAt?: number;
  /** For PENDING: milliseconds until the next try. */
  retryInMs?: number;
  /** For PENDING: the request does not count as an attempt. */
  attemptUnspent?: boolean;
  userStatus?: Reachability;
  chatId?: string;
  /** What was answered, without secrets. */
  detail?: string | undefined;
}

/** Consecutive failures with one reason at the end of a group of settlements; `broken` if another result precedes them. */
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

/** Writes the results of claims, and the counters. */
export class SettlementStore {
  constructor(
    private readonly sql: SqlExecutor,
    private readonly ownBot: OwnBot = null,
  ) {}

  settle(campaignId: string, group: readonly Settlement[], streak: Streak): Promise<LedgerState> {
    return oneRow<LedgerState>(this.sql, SETTLE, {
      campaignId,
      userIds: group.map((settlement) => settlement.userId),
      fencingTokens: group.map((settlement) => settlement.fencingToken),
      statuses: group.map((settlement) => settlement.status),
      reasons: group.map((settlement) => settlement.reason ?? null),
      messageIds: group.map((settlement) => settlement.messageId ?? null),
      retriesInMs: group.map((settlement) => settlement.retryInMs ?? null),
      unspent: group.map((settlement) => settlement.attemptUnspent ?? false),
      userStatuses: group.map((settlement) => settlement.userStatus ?? null),
      chatIds: group.map((settlement) => settlement.chatId ?? null),
      details: group.map((settlement) => settlement.detail ?? null),
      requestedMsAgo: group.map(({ requestedAt }) =>
        requestedAt === undefined ? null : performance.now() - requestedAt,
      ),
      streakReason: streak.reason,
      streakCount: streak.count,
      streakBroken: streak.broken,
      bySandbox: this.ownBot === null,
    });
  }

  /** @returns how many deliveries became UNCONFIRMED */
  async settleOrphans(olderThanMs: number): Promise<number> {
    return (await oneRow<{ count: number }>(this.sql, SETTLE_ORPHANS, [olderThanMs])).count;
  }
}
