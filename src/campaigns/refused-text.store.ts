import { rows, type SqlExecutor } from '../database/rows.js';
import { MAX_FAILURE_STREAK, TEXT_CODES, type FailureCode } from './ending.js';

/**
 * Whether Telegram refuses every text of the campaign, whatever the name: enough in a row, or all there were, or some that
 * were in flight when the campaign stopped for that.
 */
export const TEXT_REFUSED = `(
  failure_streak_reason IN ('${TEXT_CODES.join("', '")}') AND failure_streak > 0 AND (
    failure_streak >= ${MAX_FAILURE_STREAK}
    OR pending_users = 0 AND sent_users + unconfirmed_users = 0
    OR status = 'FAILED' AND failure_code = failure_streak_reason
  )
) IS TRUE`;

/** Requeues recipients whose text was refused, and who so were certainly not reached. $1 campaign, $2 reason. */
const REQUEUE_REFUSED = `
  WITH refused AS (
    SELECT campaign_id, user_id, chunk_number FROM delivery
    WHERE campaign_id = $1 AND status = 'FAILED' AND reason = $2
      AND EXISTS (SELECT FROM notification_campaign WHERE id = $1 AND failure_streak_reason = $2 AND ${TEXT_REFUSED})
    ORDER BY user_id FOR UPDATE
  ), requeued AS (
    UPDATE delivery SET
      status = 'PENDING', refusals = 0, not_before = NULL, updated_at = clock_timestamp()
    FROM refused WHERE delivery.campaign_id = refused.campaign_id AND delivery.user_id = refused.user_id
    RETURNING delivery.user_id
  ), waiting AS (
    UPDATE campaign_chunk SET state = 'WAITING', reason = NULL, attempts = 0, remaining_at_claim = NULL
    WHERE campaign_id = $1 AND state IN ('DONE', 'SET_ASIDE') AND number IN (SELECT chunk_number FROM refused)
  )
  SELECT change.total::integer AS total
  FROM (SELECT count(*) AS total FROM requeued HAVING count(*) > 0) change,
    LATERAL change_counters($1, failed => -change.total)
`;

/** Requeues the recipients of a campaign whose every text is refused. @returns how many */
export async function requeueRefused(
  sql: SqlExecutor,
  campaignId: string,
  code: FailureCode,
): Promise<number> {
  const [requeued] = await rows<{ total: number }>(sql, REQUEUE_REFUSED, [campaignId, code]);
  return requeued?.total ?? 0;
}
