import { rows, type SqlExecutor } from '../database/rows.js';

/** The first time counts. */
const RECORD_OPENED = `
  WITH opened AS (
    UPDATE delivery SET opened_at = clock_timestamp()
    WHERE campaign_id = $1 AND user_id = $2 AND opened_at IS NULL
    RETURNING campaign_id
  )
  UPDATE notification_campaign campaign SET opened_users = campaign.opened_users + 1
  FROM opened WHERE campaign.id = opened.campaign_id
`;

/** Records that a recipient has pressed the button of a reminder, or an option in it. */
export async function recordOpened(sql: SqlExecutor, campaignId: string, userId: string): Promise<void> {
  await rows(sql, RECORD_OPENED, [campaignId, userId]);
}
