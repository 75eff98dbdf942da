import { rows, type SqlExecutor } from '../database/rows.js';
import type { FailureCode } from './ending.js';

/**
 * Whether campaign `other` sends, or would after a resume: two such campaigns of one poll would remind users twice. One that
 * was paused before its first start, for example by a missed schedule, does not count.
 */
const HAS_PENDING_RECIPIENTS = `(
  (other.status = 'PROCESSING' OR other.status IN ('PAUSED', 'FAILED') AND other.started_at IS NOT NULL)
  AND (other.planned_at IS NULL OR other.pending_users > 0))`;

/** Locked before the poll's campaigns are checked, so that of two concurrent starts the second sees the first. */
const LOCK_POLL = `
  SELECT FROM poll WHERE id = (SELECT topic_id FROM notification_campaign WHERE id = $1) FOR NO KEY UPDATE
`;

const FIND_OTHER = `
  SELECT other.id FROM notification_campaign campaign JOIN notification_campaign other USING (topic_id)
  WHERE campaign.id = $1 AND other.id <> campaign.id AND ${HAS_PENDING_RECIPIENTS}
  ORDER BY other.id LIMIT 1
`;

const FIND_OF_POLL = `
  SELECT other.id FROM notification_campaign other WHERE other.topic_id = $1 AND ${HAS_PENDING_RECIPIENTS}
  ORDER BY other.id LIMIT 1
`;

/** Finds another campaign of the same poll with pending recipients; the answer holds until the transaction ends. */
export async function lockAndFindOther(sql: SqlExecutor, campaignId: string): Promise<string | undefined> {
  await rows(sql, LOCK_POLL, [campaignId]);
  const [other] = await rows<{ id: string }>(sql, FIND_OTHER, [campaignId]);
  return other?.id;
}

/** Finds a campaign of the poll with pending recipients. */
export async function findPendingCampaign(sql: SqlExecutor, pollId: string): Promise<string | undefined> {
  const [other] = await rows<{ id: string }>(sql, FIND_OF_POLL, [pollId]);
  return other?.id;
}

export const ANOTHER_CAMPAIGN_RUNS = 'ANOTHER_CAMPAIGN_RUNS' satisfies FailureCode;

/** Beginning of the sentence for refusals, warnings and failures. */
export function describeOther(otherId: string): string {
  return `Campaign ${otherId} of the same poll still has pending recipients`;
}
