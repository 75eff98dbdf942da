import { rows, type SqlExecutor } from '../database/rows.js';
import type { FailureCode } from './ending.js';

/**
 * Whether campaign `other` sends, or goes on when it is resumed: two such campaigns of one poll remind people twice. One
 * that was paused before it ever started, such as for a missed schedule, has begun with nobody.
 */
const HAS_PEOPLE_PENDING = `(
  (other.status = 'PROCESSING' OR other.status = 'PAUSED' AND other.started_at IS NOT NULL)
  AND (other.planned_at IS NULL OR other.pending_users > 0))`;

/** Taken before campaigns of the poll are looked at, so that of two that begin at once the later sees the earlier. */
const LOCK_POLL = `
  SELECT FROM poll WHERE id = (SELECT topic_id FROM notification_campaign WHERE id = $1) FOR NO KEY UPDATE
`;

const FIND_OTHER = `
  SELECT other.id FROM notification_campaign campaign JOIN notification_campaign other USING (topic_id)
  WHERE campaign.id = $1 AND other.id <> campaign.id AND ${HAS_PEOPLE_PENDING}
  ORDER BY other.id LIMIT 1
`;

const FIND_OF_POLL = `
  SELECT other.id FROM notification_campaign other WHERE other.topic_id = $1 AND ${HAS_PEOPLE_PENDING}
  ORDER BY other.id LIMIT 1
`;

/** The other campaign of the same poll that has people pending, decided until the transaction ends. */
export async function lockOutOthers(sql: SqlExecutor, campaignId: string): Promise<string | undefined> {
  await rows(sql, LOCK_POLL, [campaignId]);
  const [other] = await rows<{ id: string }>(sql, FIND_OTHER, [campaignId]);
  return other?.id;
}

/** A campaign of the poll that has people pending. */
export async function pendingCampaignOf(sql: SqlExecutor, pollId: string): Promise<string | undefined> {
  const [other] = await rows<{ id: string }>(sql, FIND_OF_POLL, [pollId]);
  return other?.id;
}

export const ANOTHER_CAMPAIGN_RUNS = 'ANOTHER_CAMPAIGN_RUNS' satisfies FailureCode;

/** Begins the sentence that a refusal, a warning and a failure tell. */
export function describeOther(otherId: string): string {
  return `Campaign ${otherId} of the same poll still has people pending`;
}
