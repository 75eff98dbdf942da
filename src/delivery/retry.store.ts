import { rows, type SqlExecutor } from '../database/rows.js';
import { MAY_BE_REMINDED } from '../people/reachable.js';
import { CHANGES, countChanges } from './counters.js';
import type { RetrySelection } from './delivery.types.js';

/**
 * Requeues finished deliveries; their chunks wait again. Recipients who can no longer be reminded stay, or the claim would
 * overwrite the reason. Reasons and attempts stay. $1 campaign, $2 statuses, $3 reasons or null for all.
 */
const RETRY_DELIVERIES = `
  WITH finished AS (
    SELECT user_id, chunk_number, delivery.status FROM delivery
    JOIN telegram_user person ON person.id = delivery.user_id AND ${MAY_BE_REMINDED}
    WHERE campaign_id = $1 AND delivery.status = ANY ($2) AND ($3::text[] IS NULL OR reason = ANY ($3))
    ORDER BY user_id FOR UPDATE OF delivery
  ), requeued AS (
    UPDATE delivery SET status = 'PENDING', refusals = 0, not_before = NULL, updated_at = clock_timestamp()
    FROM finished WHERE delivery.campaign_id = $1 AND delivery.user_id = finished.user_id
    RETURNING finished.status
  ), waiting AS (
    UPDATE campaign_chunk SET state = 'WAITING', reason = NULL, attempts = 0, remaining_at_claim = NULL
    WHERE campaign_id = $1 AND state IN ('DONE', 'SET_ASIDE') AND number IN (SELECT chunk_number FROM finished)
  )
  SELECT change.total::integer AS total
  FROM (
    SELECT count(*) AS total, ${countChanges('status', "'PENDING'")} FROM requeued
  ) change, LATERAL change_counters($1, ${CHANGES})
`;

/** Requeues finished deliveries whose recipients can be reached. @returns their number */
export async function requeueFinished(
  sql: SqlExecutor,
  campaignId: string,
  { statuses, reasons = null }: RetrySelection,
): Promise<number> {
  const [requeued] = await rows<{ total: number }>(sql, RETRY_DELIVERIES, [campaignId, statuses, reasons]);
  return requeued?.total ?? 0;
}
