import { rows, type SqlExecutor } from '../database/rows.js';
import { LASTING_OUTAGE } from '../sending/outage.store.js';
import { findStuck, WORKER_SILENCE_MS } from '../sending/workload.js';
import { StandstillCode } from './campaign.types.js';

export interface Standstill {
  campaignId: string;
  code: StandstillCode;
  /** Since when, where that is known. */
  since: Date | null;
  /** When it is likely to be over. */
  until: Date | null;
}

/**
 * A campaign that is cut short by single chats stands still only when nobody else is left; the first who is finds that
 * out by index. $1 campaigns, $2 milliseconds after which a worker is not counted any more.
 */
const KNOWN_REASONS = `
  WITH throttled AS (
    SELECT max(blocked_until) AS until FROM rate_limit WHERE blocked_until > clock_timestamp()
  ), outage AS (
    SELECT min(since) AS since FROM (${LASTING_OUTAGE}) lasting
  ), worker AS (
    SELECT EXISTS (SELECT FROM worker WHERE seen_at > clock_timestamp() - $2 * interval '1 millisecond') AS alive
  ), running AS (
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
    WHERE campaign.id = ANY ($1::bigint[]) AND campaign.status = 'PROCESSING'
  )
  SELECT running.id AS "campaignId",
    CASE
      WHEN NOT worker.alive THEN 'NO_WORKER'
      WHEN outage.since IS NOT NULL THEN 'TELEGRAM_UNREACHABLE'
      WHEN throttled.until IS NOT NULL THEN 'BOT_THROTTLED'
      ELSE 'CHAT_THROTTLED' END AS code,
    CASE WHEN worker.alive THEN outage.since END AS since,
    CASE WHEN worker.alive AND outage.since IS NULL THEN greatest(throttled.until, running.parked_until) END AS until
  FROM running, throttled, outage, worker
  WHERE NOT worker.alive OR outage.since IS NOT NULL OR throttled.until IS NOT NULL OR running.parked_until IS NOT NULL
`;

/** Why running campaigns make no progress. */
export class StandstillStore {
  constructor(private readonly sql: SqlExecutor) {}

  /** @returns those of the campaigns that stand still */
  async find(campaignIds: readonly string[]): Promise<Standstill[]> {
    const [known, stuck] = await Promise.all([
      rows<Standstill>(this.sql, KNOWN_REASONS, [campaignIds, WORKER_SILENCE_MS]),
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
