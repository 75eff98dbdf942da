import { MAX_BUCKETS, type TimeBucket } from '../graphql-types/time-bucket.js';
import { rows, type SqlExecutor } from '../database/rows.js';
import type { CampaignTimelinePoint } from './timeline.types.js';

/** What became of the deliveries of a campaign, and what their recipients did, by bucket. One pass over the deliveries. */
const TIMELINE = `
  SELECT at, sum(sent)::integer AS sent, sum(failed)::integer AS failed, sum(skipped)::integer AS skipped,
    sum(unconfirmed)::integer AS unconfirmed, sum(opened)::integer AS opened, sum(completed)::integer AS completed
  FROM (
    SELECT date_trunc($2, event.at, $3) AS at, count(*) FILTER (WHERE kind = 'SENT') AS sent,
      count(*) FILTER (WHERE kind = 'FAILED') AS failed, count(*) FILTER (WHERE kind = 'SKIPPED') AS skipped,
      count(*) FILTER (WHERE kind = 'UNCONFIRMED') AS unconfirmed, count(*) FILTER (WHERE kind = 'opened') AS opened,
      count(*) FILTER (WHERE kind = 'completed') AS completed
    FROM delivery, LATERAL (VALUES
      (CASE WHEN status NOT IN ('PENDING', 'SENDING') THEN status END, coalesce(sent_at, updated_at)),
      ('opened', opened_at), ('completed', converted_at)) AS event (kind, at)
    WHERE campaign_id = $1 AND kind IS NOT NULL AND event.at IS NOT NULL
    GROUP BY 1
  ) bucket
  GROUP BY at ORDER BY at DESC LIMIT ${MAX_BUCKETS}
`;

export class TimelineStore {
  constructor(private readonly sql: SqlExecutor) {}

  /** Oldest first; empty buckets are left out. */
  async read(campaignId: string, bucket: TimeBucket, timeZone: string): Promise<CampaignTimelinePoint[]> {
    const points = await rows<CampaignTimelinePoint>(this.sql, TIMELINE, [
      campaignId,
      bucket.toLowerCase(),
      timeZone,
    ]);
    return points.reverse();
  }
}
