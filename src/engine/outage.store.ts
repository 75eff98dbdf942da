import { oneRow, rows, type SqlExecutor } from '../database/rows.js';

/** Channel of changes; the payload is the bot. */
export const OUTAGE_CHANNEL = 'telegram_outage';

/** A recipient for whom Telegram, or a gateway, has refused a message without a reason in the recipient. */
export interface Refusal {
  campaignId: string;
  userId: string;
}

/** The outage of Telegram, shared by the whole installation. */
export interface OutageStore {
  /**
   * Reports a failure, which begins an outage if there is none.
   * @returns whether only this recipient causes failures, while others are reached
   */
  report(refusal?: Refusal): Promise<boolean>;
  /** Reports that this process probes. @returns whether the outage lasts */
  check(): Promise<boolean>;
  /** @returns whether this process may send a trial to one recipient */
  takeTrial(prober: string): Promise<boolean>;
  returnTrial(prober: string): Promise<void>;
  end(): Promise<void>;
}

/** If so many recipients at most are refused for the first time in an outage, they may be the cause. */
const MAX_STRANGERS = 2;

/** Refusals of one recipient, while others are reached, after which the recipient is the cause. */
export const MAX_REFUSALS = 5;

/** How long a process that dies during its trial blocks the others. */
const TRIAL_MS = 10_000;

/**
 * $1 bot, $2 campaign and $3 user of a refusal, $4 refusals after which the recipient is the cause. Refusals count at once while
 * few recipients are refused for the first time; otherwise they count when the outage ends because others are reached. They
 * decide only if others of the campaign were answered. A failure that is not a refusal concerns the connection, and marks the
 * outage by a count of strangers that none reaches.
 */
const REPORT = `
  WITH person AS (
    SELECT refusals FROM delivery WHERE campaign_id = $2::bigint AND user_id = $3::bigint
  ), outage AS (
    INSERT INTO telegram_outage AS outage (bot, since, checked_at, strangers)
    VALUES ($1, clock_timestamp(), clock_timestamp(),
      coalesce((SELECT CASE WHEN refusals = 0 THEN 1 ELSE 0 END FROM person), ${MAX_STRANGERS + 1}))
    ON CONFLICT (bot) DO UPDATE SET strangers = least(outage.strangers + excluded.strangers, ${MAX_STRANGERS + 1})
    RETURNING strangers <= ${MAX_STRANGERS} AS is_theirs
  ), counted AS (
    UPDATE delivery SET refusals = delivery.refusals + 1 FROM outage
    WHERE outage.is_theirs AND delivery.campaign_id = $2::bigint AND delivery.user_id = $3::bigint
    RETURNING delivery.refusals
  ), doubtful AS (
    INSERT INTO outage_refusal (bot, campaign_id, user_id)
    SELECT $1, $2::bigint, $3::bigint FROM outage WHERE NOT is_theirs AND $3::bigint IS NOT NULL
    ON CONFLICT DO NOTHING
  )
  SELECT coalesce((SELECT refusals >= $4::integer FROM counted), false) AND coalesce((
      SELECT sent_users + failed_users > 0 FROM notification_campaign WHERE id = $2::bigint), false) AS "isPersonal",
    (SELECT pg_notify('${OUTAGE_CHANNEL}', $1) FROM outage)
`;

const CHECK = 'UPDATE telegram_outage SET checked_at = clock_timestamp() WHERE bot = $1 RETURNING bot';

/**
 * The probe before a trial has shown that the connection works. If no more recipients than may be the cause are left at all,
 * what others drew before no longer speaks against it: nobody else can be reached to end the outage.
 * $1 bot, $2 prober, $3 milliseconds.
 */
const TAKE_TRIAL = `
  UPDATE telegram_outage SET prober = $2, prober_until = clock_timestamp() + $3 * interval '1 millisecond',
    strangers = least(strangers, (
      SELECT coalesce(sum(pending_users), 0) FROM notification_campaign WHERE status = 'PROCESSING'))
  WHERE bot = $1 AND (prober IS NULL OR prober_until < clock_timestamp())
  RETURNING bot
`;

const RETURN_TRIAL = 'UPDATE telegram_outage SET prober = NULL WHERE bot = $1 AND prober = $2';

/** A recipient is reached: each refusal of the outage is counted once. */
const END = `
  WITH ended AS (
    DELETE FROM telegram_outage WHERE bot = $1 RETURNING bot
  ), doubtful AS (
    DELETE FROM outage_refusal WHERE bot = $1 RETURNING campaign_id, user_id
  ), counted AS (
    UPDATE delivery SET refusals = delivery.refusals + 1 FROM doubtful
    WHERE delivery.campaign_id = doubtful.campaign_id AND delivery.user_id = doubtful.user_id
  )
  SELECT pg_notify('${OUTAGE_CHANNEL}', $1) FROM ended
`;

/** Current outages, for statements about standstill; a stale row may belong to an old bot. */
export const LASTING_OUTAGE = `
  SELECT since FROM telegram_outage WHERE checked_at > clock_timestamp() - interval '2 minutes'
`;

/** One row of the table telegram_outage, by the public id of the bot. */
export class PostgresOutage implements OutageStore {
  constructor(
    private readonly sql: SqlExecutor,
    private readonly botId: string,
  ) {}

  async report(refusal?: Refusal): Promise<boolean> {
    const parameters = [this.botId, refusal?.campaignId ?? null, refusal?.userId ?? null, MAX_REFUSALS];
    return (await oneRow<{ isPersonal: boolean }>(this.sql, REPORT, parameters)).isPersonal;
  }

  async check(): Promise<boolean> {
    return (await rows(this.sql, CHECK, [this.botId])).length > 0;
  }

  async takeTrial(prober: string): Promise<boolean> {
    return (await rows(this.sql, TAKE_TRIAL, [this.botId, prober, TRIAL_MS])).length > 0;
  }

  async returnTrial(prober: string): Promise<void> {
    await rows(this.sql, RETURN_TRIAL, [this.botId, prober]);
  }

  async end(): Promise<void> {
    await rows(this.sql, END, [this.botId]);
  }
}
