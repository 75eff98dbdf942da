import { rows, type SqlExecutor } from '../database/rows.js';
import { LASTING_OUTAGE } from '../engine/outage.store.js';
import { findStuck, WORKER_SILENCE_MS } from '../engine/workload.js';
import { StandstillCode } from './standstill.types.js';

export interface Standstill {
  campaignId: string;
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

/**
 * Single throttled chats hold a campaign up only if no other recipient is left; an index finds the first one.
 * $1 as for COMMON_REASONS, $2 campaigns.
 */
const KNOWN_REASONS = `
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
    FROM notification_campaign campaign
    WHERE campaign.id = ANY ($2::bigint[]) AND campaign.status = 'PROCESSING'
  )
  SELECT running.id AS "campaignId", coalesce(common.code, 'CHAT_THROTTLED') AS code, common.since,
    CASE WHEN common.code IS NULL OR common.code = 'BOT_THROTTLED' THEN greatest(common.until, running.parked_until) END
      AS until
  FROM running, common
  WHERE common.code IS NOT NULL OR running.parked_until IS NOT NULL
`;

const RUNNING = "SELECT id FROM notification_campaign WHERE status = 'PROCESSING'";

/** Why running campaigns make no progress. */
export class StandstillStore {
  constructor(private readonly sql: SqlExecutor) {}

  /** The reason that holds up all campaigns, if there is one. */
  async findCommon(): Promise<Omit<Standstill, 'campaignId'> | undefined> {
    return (await rows<Omit<Standstill, 'campaignId'>>(this.sql, COMMON_STANDSTILL, [WORKER_SILENCE_MS]))[0];
  }

  /** Every campaign that makes no progress, with the reason. */
  async findAll(): Promise<Standstill[]> {
    const running = await rows<{ id: string }>(this.sql, RUNNING);
    return this.find(running.map(({ id }) => id));
  }

  /** @returns the campaigns that make no progress, with the reason */
  async find(campaignIds: readonly string[]): Promise<Standstill[]> {
    const [known, stuck] = await Promise.all([
      rows<Standstill>(this.sql, KNOWN_REASONS, [WORKER_SILENCE_MS, campaignIds]),
      findStuck(this.sql),
    ]);
    const explained = new Set(known.map(({ campaignId }) => campaignId));
    const unexplained = stuck.filter(({ id }) => campaignIds.includes(id) && !explained.has(id));
    return [
      ...known,
      ...unexplained.map(({ id }) => ({
        campaignId: id,
        code: StandstillCode.NO_PROGRESS,
        since: null,
        until: null,
      })),
    ];
  }
}
