import { oneRow, rows, type SqlExecutor } from '../database/rows.js';

/** Where changes are announced; the payload is the bot. */
export const OUTAGE_CHANNEL = 'telegram_outage';

/** A recipient whom Telegram, or something on the way, has refused for no reason of the recipient's. */
export interface Refusal {
  campaignId: string;
  userId: string;
}

/** The outage of Telegram as the whole installation knows it. */
export interface OutageStore {
  /**
   * Tells of a failure, which begins an outage where there is none.
   * @returns whether the failures follow this recipient alone, while others are reached
   */
  report(refusal?: Refusal): Promise<boolean>;
  /** Tells that somebody looks after it. @returns whether it lasts */
  check(): Promise<boolean>;
  /** @returns whether this process may send to one recipient to find out */
  takeTrial(prober: string): Promise<boolean>;
  returnTrial(prober: string): Promise<void>;
  end(): Promise<void>;
}

/** So many may be refused for the first time in an outage, and it may still be a matter of them alone. */
const MAX_STRANGERS = 2;

/** Own refusals of one person, while others are reached, after which it is the person. */
export const MAX_REFUSALS = 5;

/** A process that dies with the trial in hand keeps the others from theirs for so long. */
const TRIAL_MS = 10_000;

/**
 * $1 bot, $2 campaign and $3 user of a refusal, $4 refusals that make it a matter of the person. They are counted at once
 * while only a few fail who were never refused before; beyond that others have to be answered for them to count, which the
 * end of the outage shows. A person's are believed only where others of the campaign have been answered. A failure that is
 * no refusal says that it is the way: no count of strangers is as high.
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

/** $1 bot, $2 prober, $3 milliseconds. */
const TAKE_TRIAL = `
  UPDATE telegram_outage SET prober = $2, prober_until = clock_timestamp() + $3 * interval '1 millisecond'
  WHERE bot = $1 AND (prober IS NULL OR prober_until < clock_timestamp())
  RETURNING bot
`;

const RETURN_TRIAL = 'UPDATE telegram_outage SET prober = NULL WHERE bot = $1 AND prober = $2';

/** Somebody is reached: those who were refused meanwhile are each counted once. */
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

/** Fresh outages, for statements about standstill: an old row of another bot is nobody's. */
export const LASTING_OUTAGE = `
  SELECT since FROM telegram_outage WHERE checked_at > clock_timestamp() - interval '2 minutes'
`;

/** One row of the table telegram_outage, named by the public number of the bot. */
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
