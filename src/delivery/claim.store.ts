import { POLL_IS_OPEN } from '../polls/poll-open.js';
import { PERSON_REASONS } from './reasons.js';
import { recentCampaigns, remindedWithin } from '../campaigns/reminded.js';
import { isBotOfInstallation } from './own-bot.js';
import { oneRow, rows, type SqlExecutor } from '../database/rows.js';
import type { CampaignContent, LeasedChunk } from './leased-chunk.js';
import type { OwnBot } from './own-bot.js';
import type { Addressee } from '../campaigns/ports.js';
import { openQuestionsJson, QUESTION_JSON, type OpenQuestions } from '../questionnaire/question-json.js';
import type { ShownQuestion } from '../questionnaire/questionnaire.store.js';

/** Telegram accepts about one message per second and chat. SQL. */
export const CHAT_INTERVAL = "interval '1 second'";

/** Of two campaigns that claim a user at once, the second waits for the pace of the chat, and then checks again. */
const REMINDED_RECENTLY = remindedWithin({
  pollId: 'campaign.topic_id',
  campaigns: 'campaign.recent',
  userId: 'due.user_id',
  hours: 'campaign.not_reminded_for_hours',
});

/** Whether the recipient still belongs to one of the groups. By index, whatever the statistics say. */
const isIn = (groups: string): string => `coalesce((
    SELECT true FROM group_member member WHERE member.user_id = due.user_id AND member.group_id = ANY (${groups})
    LIMIT 1), false)`;
/** Whether the reminders say how far their recipients are. */
const NEEDS_STANDING = `(
  campaign.asks_first_question OR concat(campaign.message_template, campaign.translations) LIKE '%questionsLeft%')`;

/** A retried delivery keeps Telegram's verdict about the user. */
const KNOWN_WHY = `delivery.reason IN ('${PERSON_REASONS.join("', '")}')`;

/**
 * Marks up to :wanted recipients of a leased chunk SENDING, and unwanted ones before them SKIPPED, counters included. The share
 * lock on the chunk protects the lease during the statement. A chat that got a message of any campaign less than a second
 * ago is left for later.
 *
 * Planning takes five times as long as a claim, so its plan is kept (keyedSession). It may not depend on what the tables were
 * then, nor on statistics: stale ones do not know a new campaign, and take the partial indexes for empty. So a chunk is read by
 * a subquery (LATERAL with LIMIT or OFFSET), and a delivery by campaign and user alone; its status is compared with the value
 * read, since a constant would select a partial index. The rest of the chunk is counted only if nobody was claimed, or the cost
 * of a chunk would be quadratic in its size.
 *
 * :contentVersion is the version that the worker knows; the claim returns newer content. All messages leave within :sendInMs
 * milliseconds, when the second of their chats begins. A lease counts only if :ownBot is the bot of the installation.
 */
const claimInOrder = (order: string): string => `
  WITH chunk AS (
    SELECT campaign_id, number FROM campaign_chunk
    WHERE campaign_id = :campaignId AND number = :chunk AND lease_token = :leaseToken AND lease_expires_at > clock_timestamp()
      AND ${isBotOfInstallation(':ownBot')}
    FOR SHARE
  ), campaign AS (
    SELECT campaign.id, campaign.topic_id, ${POLL_IS_OPEN} AS open, campaign.message_template, campaign.button_text,
      campaign.translations, campaign.asks_first_question, ${NEEDS_STANDING} AS needs_standing, poll.closes_at,
      campaign.send_interval_ms, campaign.content_version, campaign.not_reminded_for_hours,
      (SELECT array_agg(group_id) FROM poll_group WHERE poll_group.poll_id = poll.id) AS poll_groups,
      (SELECT array_agg(group_id) FROM campaign_group WHERE campaign_group.campaign_id = campaign.id) AS own_groups,
      CASE WHEN campaign.not_reminded_for_hours IS NOT NULL THEN
        ${recentCampaigns('campaign.topic_id', 'campaign.id', 'campaign.not_reminded_for_hours')} END AS recent
    FROM notification_campaign campaign
    JOIN poll ON poll.id = campaign.topic_id
    JOIN chunk ON chunk.campaign_id = campaign.id
    WHERE campaign.status = 'PROCESSING'
  ), candidate AS (
    SELECT due.campaign_id, due.user_id, due.status, due.not_before, coalesce(person.chat_id, person.id) AS chat_id,
      person.first_name, person.language_code, person.time_zone,
      CASE
        WHEN NOT campaign.open THEN 'POLL_CLOSED'
        WHEN campaign.poll_groups IS NOT NULL AND NOT ${isIn('campaign.poll_groups')} THEN 'NOT_IN_GROUP'
        WHEN campaign.own_groups IS NOT NULL AND NOT ${isIn('campaign.own_groups')} THEN 'NOT_IN_GROUP'
        WHEN completion.user_id IS NOT NULL THEN 'COMPLETED_MEANWHILE'
        WHEN person.opted_out_at IS NOT NULL THEN 'OPTED_OUT'
        WHEN (SELECT true FROM declined_poll no WHERE no.poll_id = campaign.topic_id AND no.user_id = due.user_id)
          THEN 'DECLINED_POLL'
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
    SELECT campaign_id, user_id, status, chat_id, first_name, language_code, time_zone FROM (
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
      not_before = NULL, requested_at = clock_timestamp(), updated_at = clock_timestamp()
    FROM wanted JOIN paced USING (chat_id)
    WHERE delivery.campaign_id = wanted.campaign_id AND delivery.user_id = wanted.user_id AND delivery.status = wanted.status
    RETURNING delivery.user_id, wanted.chat_id, wanted.first_name, wanted.language_code, wanted.time_zone,
      delivery.fence, delivery.attempts
  ), standing AS MATERIALIZED (
    SELECT sending.user_id, ${openQuestionsJson('campaign.topic_id', 'sending.user_id')} AS open
    FROM sending JOIN campaign ON campaign.needs_standing
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
      'firstName', first_name, 'languageCode', language_code, 'timeZone', time_zone,
      'fencingToken', fence, 'attempts', attempts,
      'open', (SELECT open FROM standing WHERE standing.user_id = sending.user_id)) ORDER BY user_id), '[]')
      FROM sending) AS recipients,
    (SELECT json_build_object('count', (SELECT count(*) FROM question WHERE question.poll_id = campaign.topic_id),
      'asked', (SELECT json_agg(${QUESTION_JSON}) FROM question
        WHERE question.id IN (SELECT (open->>'questionId')::bigint FROM standing)))
      FROM campaign WHERE asks_first_question) AS questions,
    (SELECT closes_at FROM campaign) AS "closesAt",
    (SELECT json_build_object('messageTemplate', message_template, 'buttonText', button_text,
      'translations', translations, 'asksFirstQuestion', asks_first_question, 'sendIntervalMs', send_interval_ms, 'contentVersion', content_version)
      FROM campaign WHERE content_version <> :contentVersion::integer) AS content,
    coalesce((SELECT count FROM counted), 0)::integer AS skipped,
    CASE WHEN NOT EXISTS (SELECT FROM sending) THEN rest.pending END AS pending,
    CASE WHEN rest.pending > 0 AND NOT rest.now
      THEN greatest(0, 1000 * extract(epoch FROM rest.first - clock_timestamp()))::double precision END AS "retryInMs"
  FROM rest
`;

const CLAIM_RECIPIENTS = claimInOrder('user_id');

/** The same for the trial of an outage, with recipients who were refused before at the end. */
const CLAIM_FOR_TRIAL = claimInOrder('not_before NULLS FIRST, user_id');

/**
 * Waits until no claim of the chunk is under way: the server may continue one whose connection was lost, and mark recipients
 * later. $1 campaign, $2 chunk.
 */
const AWAIT_CLAIMS = `
  SELECT FROM campaign_chunk WHERE campaign_id = $1 AND number = $2 FOR NO KEY UPDATE
`;

/**
 * Requeues the recipients of a claim whose answer was lost, so that nothing was sent. Late or repeated runs do not touch what
 * another claim has marked since. $1 campaign, $2 chunk, $3 id of the claim.
 */
const REQUEUE_UNSENT = `
  UPDATE delivery SET status = 'PENDING', attempts = attempts - 1
  WHERE campaign_id = $1 AND chunk_number = $2 AND status = 'SENDING' AND claim_id = $3
`;

/** A recipient whose delivery this worker has marked SENDING. */
export interface Recipient extends Addressee {
  /** Fencing token: identifies this claim of the delivery, whose result settles nothing else. */
  fencingToken: number;
  /** Requests for this recipient so far, this one included. */
  attempts: number;
}

export interface Claim {
  /** False if the lease is lost: stop at once. */
  leased: boolean;
  /** False if the campaign was paused or cancelled, or has failed. */
  running: boolean;
  recipients: Recipient[];
  /** When the poll closes. */
  closesAt: Date | null;
  /** The content to send, if newer than the known one; otherwise null. */
  content: Omit<CampaignContent, 'closesAt'> | null;
  skipped: number;
  /** Pending recipients of the chunk; null if somebody was claimed, since they are not counted then. */
  pending: number | null;
  /** Milliseconds until the first pending recipient may be tried; null if one may be tried now. */
  retryInMs: number | null;
}

/** A claim as the statement returns it. */
interface ClaimRow extends Omit<Claim, 'recipients'> {
  recipients: (Omit<Recipient, 'asked' | 'questionsLeft'> & { open: OpenQuestions | null })[];
  questions: { count: number; asked: ShownQuestion[] | null } | null;
}

/** Parameters of a claim. */
export interface ClaimRequest {
  /** Drawn for each claim: identifies the rows it marked if its answer is lost. */
  claimId: string;
  /** Maximum number of recipients. */
  wanted: number;
  /** Puts recipients who were refused before at the end: the claim is for a trial. */
  untriedFirst?: boolean;
  /** Unwanted recipients that the claim may pass over in search of wanted ones. */
  lookAhead: number;
  /** Version of the known content. */
  contentVersion: number;
  /** Milliseconds from now within which all messages leave. */
  sendInMs: number;
}

/** Claims recipients: a claimed delivery is SENDING until it is settled. */
export class ClaimStore {
  constructor(
    private readonly sql: SqlExecutor,
    private readonly ownBot: OwnBot = null,
  ) {}

  async claim(chunk: LeasedChunk, request: ClaimRequest): Promise<Claim> {
    const { untriedFirst = false, ...asked } = request;
    const { campaignId, number, leaseToken } = chunk;
    const row = await oneRow<ClaimRow>(this.sql, untriedFirst ? CLAIM_FOR_TRIAL : CLAIM_RECIPIENTS, {
      campaignId,
      chunk: number,
      leaseToken,
      ...asked,
      ownBot: this.ownBot,
    });
    const { questions, recipients, ...claim } = row;
    return { ...claim, recipients: recipients.map((recipient) => toRecipient(recipient, questions)) };
  }

  /** Requeues the recipients of a claim whose answer was lost, also if the server still works on it. */
  async requeueUnsent(chunk: LeasedChunk, claimId: string): Promise<void> {
    await rows(this.sql, AWAIT_CLAIMS, [chunk.campaignId, chunk.number]);
    await rows(this.sql, REQUEUE_UNSENT, [chunk.campaignId, chunk.number, claimId]);
  }
}

function toRecipient(
  { open, ...recipient }: ClaimRow['recipients'][number],
  questions: ClaimRow['questions'],
): Recipient {
  const question = questions?.asked?.find(({ id }) => id === open?.questionId);
  const { count: questionCount = 0 } = questions ?? {};
  const asked = question && open ? { question, questionCount, revision: open.revision } : null;
  return { ...recipient, questionsLeft: open?.left ?? 0, asked };
}
