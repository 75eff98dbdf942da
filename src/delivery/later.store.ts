import { oneRow, rows, type SqlExecutor } from '../database/rows.js';
import type { Addressee, ReminderContent } from '../campaigns/ports.js';
import type { Reachability } from '../people/telegram-user.entity.js';
import { POLL_IS_OPEN } from '../polls/poll-open.js';
import { pollIsFor } from '../questionnaire/poll-for.js';
import { openQuestionsJson, QUESTION_JSON, type OpenQuestions } from '../questionnaire/question-json.js';
import type { ShownQuestion } from '../questionnaire/questionnaire.store.js';
import { CHAT_INTERVAL } from './claim.store.js';
import { isBotOfInstallation, type OwnBot } from './own-bot.js';

/** How long a claim stands: after that its reminder may have been sent, and is not sent again. */
export const CLAIM_MS = 60_000;

const IS_DUE = `SELECT FROM later_reminder WHERE status = 'PENDING' AND not_before <= clock_timestamp() LIMIT 1`;

/** Reminders of processes that died may have been sent. */
const EXPIRE = `
  WITH expired AS (
    UPDATE later_reminder SET status = 'UNCONFIRMED', reason = 'WORKER_DIED', updated_at = clock_timestamp()
    WHERE status = 'SENDING' AND claim_expires_at < clock_timestamp()
    RETURNING id
  )
  SELECT count(*)::integer AS count FROM expired
`;

/** Held by a claim until it ends, by its id, whose server may still work on it when its answer is lost. */
const CLAIM_LOCK = "pg_advisory_xact_lock(hashtextextended('claim of wishes ' || :claimId::uuid::text, 0))";

/**
 * Marks up to :wanted due wishes SENDING, and those that are no longer wanted SKIPPED. A chat that got a message less than a
 * second ago, or is parked, is left for later. Messages leave within :sendInMs milliseconds. Nothing is due for a process whose
 * bot is not that of the installation.
 */
const CLAIM = `
  WITH lock AS MATERIALIZED (
    SELECT ${CLAIM_LOCK} IS NOT NULL AS held
  ), due AS (
    SELECT later.id, later.poll_id, later.user_id, later.campaign_id, coalesce(person.chat_id, person.id) AS chat_id,
      CASE
        WHEN NOT ${POLL_IS_OPEN} THEN 'POLL_CLOSED'
        WHEN NOT ${pollIsFor('later.user_id')} THEN 'NOT_IN_GROUP'
        WHEN EXISTS (SELECT FROM poll_completion done WHERE done.poll_id = later.poll_id AND done.user_id = later.user_id)
          THEN 'COMPLETED_MEANWHILE'
        WHEN person.opted_out_at IS NOT NULL THEN 'OPTED_OUT'
        WHEN EXISTS (SELECT FROM declined_poll no WHERE no.poll_id = later.poll_id AND no.user_id = later.user_id)
          THEN 'DECLINED_POLL'
        WHEN person.status <> 'ACTIVE' THEN 'RECIPIENT_GONE'
      END AS unwanted
    FROM later_reminder later JOIN poll ON poll.id = later.poll_id JOIN telegram_user person ON person.id = later.user_id
    WHERE later.status = 'PENDING' AND later.not_before <= clock_timestamp()
      AND (SELECT held FROM lock) AND ${isBotOfInstallation(':ownBot')}
    ORDER BY later.not_before, later.id LIMIT :wanted FOR UPDATE OF later SKIP LOCKED
  ), skipped AS (
    UPDATE later_reminder later SET status = 'SKIPPED', reason = due.unwanted, updated_at = clock_timestamp()
    FROM due WHERE later.id = due.id AND due.unwanted IS NOT NULL
  ), wanted AS (
    SELECT DISTINCT ON (chat_id) * FROM due WHERE unwanted IS NULL ORDER BY chat_id, id
  ), paced AS (
    INSERT INTO chat_pacing AS pacing (chat_id, next_at)
    SELECT chat_id, clock_timestamp() + :sendInMs * interval '1 millisecond' + ${CHAT_INTERVAL} FROM wanted ORDER BY chat_id
    ON CONFLICT (chat_id) DO UPDATE SET next_at = excluded.next_at WHERE pacing.next_at <= clock_timestamp()
    RETURNING chat_id
  ), waiting AS (
    UPDATE later_reminder later SET not_before = greatest(clock_timestamp() + ${CHAT_INTERVAL},
      (SELECT pacing.next_at FROM chat_pacing pacing WHERE pacing.chat_id = due.chat_id))
    FROM due WHERE later.id = due.id AND due.unwanted IS NULL
      AND NOT EXISTS (SELECT FROM wanted JOIN paced USING (chat_id) WHERE wanted.id = due.id)
  ), sending AS (
    UPDATE later_reminder later SET status = 'SENDING', claim_id = :claimId, requested_at = clock_timestamp(),
      claim_expires_at = clock_timestamp() + ${CLAIM_MS} * interval '1 millisecond', updated_at = clock_timestamp()
    FROM wanted JOIN paced USING (chat_id) WHERE later.id = wanted.id
    RETURNING wanted.*
  )
  SELECT sending.id, sending.user_id AS "userId", sending.chat_id AS "chatId", person.first_name AS "firstName",
    person.language_code AS "languageCode", person.time_zone AS "timeZone", sending.campaign_id AS "campaignId",
    poll.id AS "pollId", poll.title AS "pollTitle", poll.closes_at AS "closesAt",
    campaign.message_template AS "messageTemplate", campaign.button_text AS "buttonText",
    coalesce(campaign.translations, '[]') AS translations, coalesce(campaign.asks_first_question, false) AS "asksFirstQuestion",
    open.standing, (SELECT count(*)::integer FROM question WHERE question.poll_id = poll.id) AS "questionCount",
    (SELECT ${QUESTION_JSON} FROM question WHERE question.id = (open.standing->>'questionId')::bigint) AS question
  FROM sending JOIN poll ON poll.id = sending.poll_id JOIN telegram_user person ON person.id = sending.user_id
  LEFT JOIN notification_campaign campaign ON campaign.id = sending.campaign_id
  CROSS JOIN LATERAL (SELECT ${openQuestionsJson('sending.poll_id', 'sending.user_id')} AS standing) open
`;

/** Whether the person has wished again meanwhile: then the newer wish waits in the place of this one. */
const IS_REPLACED = `EXISTS (
  SELECT FROM later_reminder newer
  WHERE newer.poll_id = later.poll_id AND newer.user_id = later.user_id AND newer.status = 'PENDING')`;

const AWAIT_CLAIM = `SELECT ${CLAIM_LOCK}`;

/** Requeues the wishes of a claim whose answer was lost, so that nothing was sent. They are due as before. */
const REQUEUE_UNSENT = `
  UPDATE later_reminder later SET status = CASE WHEN ${IS_REPLACED} THEN 'SKIPPED' ELSE 'PENDING' END,
    reason = CASE WHEN ${IS_REPLACED} THEN 'NEWER_WISH' END, requested_at = NULL, updated_at = clock_timestamp()
  WHERE status = 'SENDING' AND claim_id = :claimId
`;

/**
 * The result is of this claim alone, and counts also if the claim has expired meanwhile. What a person said since the claim
 * outweighs an older answer.
 */
const SETTLE = `
  WITH settled AS (
    UPDATE later_reminder later SET
      status = CASE WHEN result.replaced THEN 'SKIPPED' ELSE :status::text END,
      reason = CASE WHEN result.replaced THEN 'NEWER_WISH' ELSE :reason::text END,
      message_id = :messageId::bigint,
      requested_at = clock_timestamp() - :requestedMsAgo::double precision * interval '1 millisecond',
      not_before = clock_timestamp() + :retryInMs::double precision * interval '1 millisecond', updated_at = clock_timestamp()
    FROM (
      SELECT id, :status::text = 'PENDING' AND ${IS_REPLACED} AS replaced FROM later_reminder later WHERE id = :id
    ) result
    WHERE later.id = result.id AND later.claim_id = :claimId
      AND (later.status = 'SENDING'
        OR later.status = 'UNCONFIRMED' AND (:status::text = 'SENT' OR later.reason = 'WORKER_DIED'))
    RETURNING later.user_id
  )
  UPDATE telegram_user person SET
    status = CASE WHEN person.reachable_at >= clock_timestamp() - :requestedMsAgo::double precision * interval '1 millisecond' THEN person.status
      ELSE coalesce(:userStatus::text, person.status) END,
    chat_id = coalesce(:chatId::bigint, person.chat_id), updated_at = clock_timestamp()
  FROM settled WHERE person.id = settled.user_id AND (:userStatus::text IS NOT NULL OR :chatId::bigint IS NOT NULL)
`;

/** A wish that this process is to send, with what its message says. */
export interface ClaimedWish {
  id: string;
  claimId: string;
  to: Addressee;
  content: ReminderContent;
}

type WishRow = Omit<ClaimedWish, 'to' | 'content' | 'claimId'> &
  Omit<Addressee, 'asked' | 'questionsLeft'> &
  Omit<ReminderContent, 'messageTemplate'> & {
    messageTemplate: string | null;
    standing: OpenQuestions;
    question: ShownQuestion | null;
    questionCount: number;
  };

export interface WishResult {
  status: 'SENT' | 'FAILED' | 'UNCONFIRMED' | 'PENDING';
  reason?: string;
  messageId?: string;
  retryInMs?: number;
  userStatus?: Reachability;
  chatId?: string;
  requestedMsAgo: number;
}

/** Reminders that people have asked for, beside the ledger of campaigns. */
export class LaterStore {
  constructor(
    private readonly sql: SqlExecutor,
    /** Text for a wish that belongs to no campaign. */
    private readonly defaultTemplate: string,
    private readonly ownBot: OwnBot = null,
  ) {}

  async isDue(): Promise<boolean> {
    return (await rows(this.sql, IS_DUE)).length > 0;
  }

  /** @returns how many wishes became UNCONFIRMED */
  async expire(): Promise<number> {
    return (await oneRow<{ count: number }>(this.sql, EXPIRE)).count;
  }

  async claim(claimId: string, wanted: number, sendInMs: number): Promise<ClaimedWish[]> {
    const parameters = { claimId, wanted, sendInMs, ownBot: this.ownBot };
    const claimed = await rows<WishRow>(this.sql, CLAIM, parameters);
    return claimed.map(({ id, standing, question, questionCount, messageTemplate, ...rest }) => ({
      id,
      claimId,
      to: {
        ...rest,
        questionsLeft: standing.left,
        asked: question && { question, questionCount, revision: standing.revision },
      },
      content: { ...rest, messageTemplate: messageTemplate ?? this.defaultTemplate },
    }));
  }

  /** Requeues the wishes of a claim whose answer was lost, also if the server still works on it. */
  async requeueUnsent(claimId: string): Promise<void> {
    await rows(this.sql, AWAIT_CLAIM, { claimId });
    await rows(this.sql, REQUEUE_UNSENT, { claimId });
  }

  async settle({ id, claimId }: ClaimedWish, result: WishResult): Promise<void> {
    await rows(this.sql, SETTLE, {
      id,
      claimId,
      status: result.status,
      reason: result.reason ?? null,
      messageId: result.messageId ?? null,
      retryInMs: result.retryInMs ?? 0,
      userStatus: result.userStatus ?? null,
      chatId: result.chatId ?? null,
      requestedMsAgo: result.requestedMsAgo,
    });
  }
}
