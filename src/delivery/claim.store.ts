import { POLL_IS_OPEN } from '../polls/poll-open.js';
import { PERSON_REASONS } from './reasons.js';
import { recentCampaigns, remindedWithin } from '../campaigns/reminded.js';
import { isBotOfInstallation } from './own-bot.js';
import { oneRow, rows, type SqlExecutor } from '../database/rows.js';
import type { CampaignContent, LeasedChunk } from './leased-chunk.js';
import type { OwnBot } from './own-bot.js';

/** A chat takes about one message a second. An expression of SQL. */
export const CHAT_INTERVAL = "interval '1 second'";

/** Two campaigns that claim a person at once find each other by the pace of the chat: the later one looks again. */
const REMINDED_RECENTLY = remindedWithin({
  campaigns: 'campaign.recent',
  userId: 'due.user_id',
  hours: 'campaign.not_reminded_for_hours',
});

/** A delivery that was retried keeps what Telegram once said of the person. */
const KNOWN_WHY = `delivery.reason IN ('${PERSON_REASONS.join("', '")}')`;

/**
 * Marks up to :wanted recipients of a leased chunk SENDING and those in between that are no longer wanted SKIPPED,
 * counters included. The share lock on the chunk keeps the lease from being taken away under the statement; a chat
 * that got a message less than a second ago, from whichever campaign, is left for later.
 *
 * No plan may depend on fresh statistics, which know nothing of a new campaign and believe the partial indexes empty. So a
 * chunk is read by a subquery of its own (LATERAL with LIMIT or OFFSET), and a delivery by campaign and user alone; its
 * status is compared with what was read, since a constant would bring a partial index in. What is left of the chunk is
 * counted only when nobody was claimed, or the cost of a chunk would grow with the square of its size.
 *
 * :contentVersion is that of the content that is known: a newer one comes with the claim. All are sent within :sendInMs
 * milliseconds: the second of their chats begins then. Without :ownBot being the bot no lease counts.
 */
const claimInOrder = (order: string): string => `
  WITH chunk AS (
    SELECT campaign_id, number FROM campaign_chunk
    WHERE campaign_id = :campaignId AND number = :chunk AND lease_token = :leaseToken AND lease_expires_at > clock_timestamp()
      AND ${isBotOfInstallation(':ownBot')}
    FOR SHARE
  ), campaign AS (
    SELECT campaign.id, campaign.topic_id, ${POLL_IS_OPEN} AS open, campaign.message_template, campaign.button_text,
      campaign.send_interval_ms, campaign.content_version, campaign.not_reminded_for_hours,
      CASE WHEN campaign.not_reminded_for_hours IS NOT NULL THEN
        ${recentCampaigns('campaign.topic_id', 'campaign.id', 'campaign.not_reminded_for_hours')} END AS recent
    FROM notification_campaign campaign
    JOIN poll ON poll.id = campaign.topic_id
    JOIN chunk ON chunk.campaign_id = campaign.id
    WHERE campaign.status = 'PROCESSING'
  ), candidate AS (
    SELECT due.campaign_id, due.user_id, due.status, due.not_before, coalesce(person.chat_id, person.id) AS chat_id,
      person.first_name,
      CASE
        WHEN NOT campaign.open THEN 'POLL_CLOSED'
        WHEN completion.user_id IS NOT NULL THEN 'COMPLETED_MEANWHILE'
        WHEN person.opted_out_at IS NOT NULL THEN 'OPTED_OUT'
        WHEN person.status <> 'ACTIVE' THEN 'RECIPIENT_GONE'
        WHEN campaign.not_reminded_for_hours IS NOT NULL AND ${REMINDED_RECENTLY} THEN 'REMINDED_RECENTLY'
      END AS unwanted
    FROM chunk
    JOIN campaign ON campaign.id = chunk.campaign_id
    CROSS JOIN LATERAL (
      SELECT delivery.campaign_id, delivery.user_id, delivery.status, delivery.not_before FROM delivery
      WHERE delivery.campaign_id = chunk.campaign_id AND delivery.chunk_number = chunk.number
        AND delivery.status = 'PENDING'
        AND (delivery.not_before IS NULL OR delivery.not_before <= clock_timestamp())
      ORDER BY ${order}
      LIMIT :wanted::integer + :lookAhead::integer
    ) due
    JOIN telegram_user person ON person.id = due.user_id
    LEFT JOIN poll_completion completion
      ON completion.poll_id = campaign.topic_id AND completion.user_id = due.user_id
  ), wanted AS (
    -- Two people can have one chat, where Telegram has moved it.
    SELECT campaign_id, user_id, status, chat_id, first_name FROM (
      SELECT DISTINCT ON (chat_id) * FROM candidate WHERE unwanted IS NULL ORDER BY chat_id, user_id
    ) one_a_chat
    ORDER BY ${order} LIMIT :wanted
  ), paced AS (
    INSERT INTO chat_pacing AS pacing (chat_id, next_at)
    SELECT chat_id, clock_timestamp() + :sendInMs * interval '1 millisecond' + ${CHAT_INTERVAL} FROM wanted ORDER BY chat_id
    ON CONFLICT (chat_id) DO UPDATE SET next_at = excluded.next_at WHERE pacing.next_at <= clock_timestamp()
    RETURNING chat_id
  ), sending AS (
    UPDATE delivery SET
      status = 'SENDING', claim_id = :claimId, fence = delivery.fence + 1, attempts = delivery.attempts + 1,
      not_before = NULL, updated_at = clock_timestamp()
    FROM wanted JOIN paced USING (chat_id)
    WHERE delivery.campaign_id = wanted.campaign_id AND delivery.user_id = wanted.user_id AND delivery.status = wanted.status
    RETURNING delivery.user_id, wanted.chat_id, wanted.first_name, delivery.fence, delivery.attempts
  ), waiting AS (
    -- A chat may be parked for hours.
    UPDATE delivery SET not_before = greatest(clock_timestamp() + ${CHAT_INTERVAL},
      (SELECT pacing.next_at FROM chat_pacing pacing WHERE pacing.chat_id = wanted.chat_id))
    FROM wanted
    WHERE delivery.campaign_id = wanted.campaign_id AND delivery.user_id = wanted.user_id AND delivery.status = wanted.status
      AND wanted.chat_id NOT IN (SELECT chat_id FROM paced)
  ), skipped AS (
    UPDATE delivery SET status = 'SKIPPED', updated_at = clock_timestamp(), reason =
      CASE WHEN candidate.unwanted = 'RECIPIENT_GONE' AND ${KNOWN_WHY} THEN delivery.reason ELSE candidate.unwanted END
    FROM candidate
    WHERE delivery.campaign_id = candidate.campaign_id AND delivery.user_id = candidate.user_id AND delivery.status = candidate.status
      AND candidate.unwanted IS NOT NULL
    RETURNING delivery.user_id
  ), counted AS (
    SELECT change.count FROM (SELECT count(*) FROM skipped HAVING count(*) > 0) change,
      LATERAL change_counters(:campaignId, skipped => change.count)
  ), rest AS (
    SELECT count(*)::integer AS pending, min(pending.not_before) AS first, bool_or(pending.not_before IS NULL) AS now
    FROM chunk
    CROSS JOIN LATERAL (
      SELECT delivery.user_id, delivery.not_before FROM delivery
      WHERE delivery.campaign_id = chunk.campaign_id AND delivery.chunk_number = chunk.number
        AND delivery.status = 'PENDING'
      OFFSET 0
    ) pending
    WHERE NOT EXISTS (SELECT FROM sending) AND pending.user_id NOT IN (SELECT user_id FROM skipped)
  )
  SELECT EXISTS (SELECT FROM chunk) AS leased, EXISTS (SELECT FROM campaign) AS running,
    (SELECT coalesce(json_agg(json_build_object('userId', user_id::text, 'chatId', chat_id::text,
      'firstName', first_name, 'fence', fence, 'attempts', attempts) ORDER BY user_id), '[]') FROM sending) AS recipients,
    (SELECT json_build_object('messageTemplate', message_template, 'buttonText', button_text,
      'sendIntervalMs', send_interval_ms, 'contentVersion', content_version)
      FROM campaign WHERE content_version <> :contentVersion::integer) AS content,
    coalesce((SELECT count FROM counted), 0)::integer AS skipped,
    CASE WHEN NOT EXISTS (SELECT FROM sending) THEN rest.pending END AS pending,
    CASE WHEN rest.pending > 0 AND NOT rest.now
      THEN greatest(0, 1000 * extract(epoch FROM rest.first - clock_timestamp()))::double precision END AS "retryInMs"
  FROM rest
`;

const CLAIM_RECIPIENTS = claimInOrder('user_id');

/** The same for the one message that finds out whether an outage is over: whoever was refused before comes last. */
const CLAIM_FOR_TRIAL = claimInOrder('not_before NULLS FIRST, user_id');

/**
 * Waits until no claim of the chunk is under way any more: the server may go on with one whose connection was lost, and
 * mark recipients after they have been looked for. $1 campaign, $2 chunk.
 */
const AWAIT_CLAIMS = `
  SELECT FROM campaign_chunk WHERE campaign_id = $1 AND number = $2 FOR NO KEY UPDATE
`;

/**
 * Requeues what a claim marked whose answer never reached us, so that nothing was sent. Whenever it runs, late or twice,
 * it touches nothing that another claim has marked since. $1 campaign, $2 chunk, $3 id of the claim.
 */
const REQUEUE_UNSENT = `
  UPDATE delivery SET status = 'PENDING', attempts = attempts - 1
  WHERE campaign_id = $1 AND chunk_number = $2 AND status = 'SENDING' AND claim_id = $3
`;

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
  /** What is sent to them, where it is newer than what was known; otherwise null. */
  content: CampaignContent | null;
  skipped: number;
  /** Recipients of the chunk that are still pending; null when somebody was claimed, since it is not counted then. */
  pending: number | null;
  /** Milliseconds until the first pending recipient may be tried again; null when one may be tried now. */
  retryInMs: number | null;
}

/** What one claim asks for. */
export interface ClaimRequest {
  /** Drawn anew for each claim: tells what it has marked, should its answer be lost. */
  claimId: string;
  /** Recipients at the most. */
  wanted: number;
  /** Whoever was kept back or refused before comes last: the claim is for a trial. */
  untriedFirst?: boolean;
  /** Unwanted recipients that the claim may pass over in search of wanted ones. */
  lookAhead: number;
  /** Of the content that is known. */
  contentVersion: number;
  /** Milliseconds from now within which all of them are sent. */
  sendInMs: number;
}

/** Claims of recipients: from a claim on a delivery is SENDING, until it is settled. */
export class ClaimStore {
  constructor(
    private readonly sql: SqlExecutor,
    private readonly ownBot: OwnBot = null,
  ) {}

  claim(chunk: LeasedChunk, request: ClaimRequest): Promise<Claim> {
    const { untriedFirst = false, ...asked } = request;
    const { campaignId, number, leaseToken } = chunk;
    return oneRow<Claim>(this.sql, untriedFirst ? CLAIM_FOR_TRIAL : CLAIM_RECIPIENTS, {
      campaignId,
      chunk: number,
      leaseToken,
      ...asked,
      ownBot: this.ownBot,
    });
  }

  /** Requeues what a claim marked whose answer was lost, also when the server is still at it. */
  async requeueUnsent(chunk: LeasedChunk, claimId: string): Promise<void> {
    await rows(this.sql, AWAIT_CLAIMS, [chunk.campaignId, chunk.number]);
    await rows(this.sql, REQUEUE_UNSENT, [chunk.campaignId, chunk.number, claimId]);
  }
}
