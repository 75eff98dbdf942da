import { oneRow, rows, type TransactionalSql } from '../database/rows.js';
import { LASTING_OUTAGE } from '../engine/outage.store.js';
import { findStuck, WORKER_SILENCE_MS } from '../engine/workload.js';
import type { StandstillCode } from './standstill.types.js';

export interface Standstill {
  code: StandstillCode;
  /** Since when, where that is known. */
  since: Date | null;
  /** When it is likely to be over. */
  until: Date | null;
}

/** Reasons that hold up all campaigns. $1 milliseconds after which a worker no longer counts. */
const COMMON_REASONS = `
  throttled AS (
    SELECT max(blocked_until) AS until FROM rate_limit WHERE blocked_until > clock_timestamp()
  ), outage AS (
    SELECT min(since) AS since FROM (${LASTING_OUTAGE}) lasting
  ), worker AS (
    SELECT coalesce(bool_or(problem IS NULL), false) AS alive, count(*) > 0 AS mistaken
    FROM worker WHERE seen_at > clock_timestamp() - $1 * interval '1 millisecond'
  ), common AS (
    SELECT
      CASE
        WHEN NOT worker.alive AND worker.mistaken THEN 'WRONG_BOT'
        WHEN NOT worker.alive THEN 'NO_WORKER'
        WHEN outage.since IS NOT NULL THEN 'TELEGRAM_UNREACHABLE'
        WHEN throttled.until IS NOT NULL THEN 'BOT_THROTTLED'
      END AS code,
      CASE WHEN worker.alive THEN outage.since END AS since,
      CASE WHEN worker.alive AND outage.since IS NULL THEN throttled.until END AS until
    FROM throttled, outage, worker
  )`;

const COMMON_STANDSTILL = `WITH ${COMMON_REASONS} SELECT code, since, until FROM common WHERE code IS NOT NULL`;

/** One process of an installation at a time keeps the standstills. */
const LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended('keep standstills', 0)) AS locked";

/**
 * Writes to each running campaign why it makes no progress, if that has changed. Single throttled chats hold a campaign up
 * only if no other recipient is left; an index finds the first one. A row in use is making progress, and is left alone.
 * $1 as for COMMON_REASONS, $2 campaigns that are stuck for no known reason.
 */
const KEEP = `
  WITH ${COMMON_REASONS}, running AS (
    SELECT campaign.id, CASE WHEN NOT EXISTS (
      SELECT FROM delivery
      WHERE delivery.campaign_id = campaign.id AND delivery.status IN ('PENDING', 'SENDING')
        AND (delivery.status = 'SENDING' OR delivery.not_before IS NULL
          OR delivery.not_before <= clock_timestamp() + interval '1 minute')
    ) THEN (
      SELECT min(delivery.not_before) FROM delivery
      WHERE delivery.campaign_id = campaign.id AND delivery.status = 'PENDING'
    ) END AS parked_until
    FROM notification_campaign campaign WHERE campaign.status = 'PROCESSING'
  ), found AS (
    SELECT running.id,
      CASE
        WHEN common.code IS NOT NULL THEN common.code
        WHEN running.parked_until IS NOT NULL THEN 'CHAT_THROTTLED'
        WHEN running.id = ANY ($2::bigint[]) THEN 'NO_PROGRESS'
      END AS code,
      common.since::timestamptz(3) AS since,
      CASE WHEN common.code IS NULL OR common.code = 'BOT_THROTTLED' THEN greatest(common.until, running.parked_until)
        END::timestamptz(3) AS until
    FROM running, common
  ), changed AS (
    SELECT campaign.id, found.code, found.since, found.until
    FROM notification_campaign campaign JOIN found ON found.id = campaign.id
    WHERE campaign.status = 'PROCESSING'
      AND (campaign.standstill_code, campaign.standstill_since, campaign.standstill_until)
        IS DISTINCT FROM (found.code, found.since, found.until)
    ORDER BY campaign.id FOR NO KEY UPDATE OF campaign SKIP LOCKED
  )
  UPDATE notification_campaign campaign
  SET standstill_code = changed.code, standstill_since = changed.since, standstill_until = changed.until
  FROM changed WHERE campaign.id = changed.id
`;

const RUNNING = `SELECT id, sent_users AS "sentUsers" FROM notification_campaign WHERE status = 'PROCESSING'`;

export interface RunningCampaign {
  id: string;
  sentUsers: number;
}

/** Why running campaigns make no progress. */
export class StandstillStore {
  constructor(private readonly sql: TransactionalSql) {}

  /** The reason that holds up all campaigns, if there is one. */
  async findCommon(): Promise<Standstill | undefined> {
    return (await rows<Standstill>(this.sql, COMMON_STANDSTILL, [WORKER_SILENCE_MS]))[0];
  }

  running(): Promise<RunningCampaign[]> {
    return rows(this.sql, RUNNING);
  }

  /** Brings the standstill of every running campaign up to date, unless another process is at it. */
  async keep(): Promise<void> {
    await this.sql.transaction(async (sql) => {
      const { locked } = await oneRow<{ locked: boolean }>(sql, LOCK);
      if (!locked) return;
      const stuck = await findStuck(sql);
      await sql.query(KEEP, [WORKER_SILENCE_MS, stuck.map(({ id }) => id)]);
    });
  }
}
