import { rows, type SqlExecutor } from '../database/rows.js';
import type { PageWindow } from '../kernel/pages.js';
import type { ChunkState } from './chunk.entity.js';
import type { ChunkView } from './chunk.types.js';
import type { DeliveryOutcome } from './outcome.types.js';

/**
 * Deliveries by status and reason. What is most of them comes from the counters of the campaign; only the others are
 * counted, by their index, with those of people who were erased. One statement, so that they add up to totalUsers. $1 campaigns.
 */
const OUTCOMES = `
  WITH finished AS (
    SELECT campaign_id, status, reason, count(*) AS count FROM delivery
    WHERE campaign_id = ANY ($1) AND status IN ('FAILED', 'SKIPPED', 'UNCONFIRMED') GROUP BY 1, 2, 3
    UNION ALL
    SELECT campaign_id, status, nullif(reason, ''), count FROM erased_delivery
    WHERE campaign_id = ANY ($1) AND status <> 'SENT'
  ), counted AS (
    SELECT campaign_id, status, reason, sum(count) AS count FROM finished GROUP BY 1, 2, 3
    UNION ALL
    SELECT campaign_id, status, NULL, count(*) FROM delivery
    WHERE campaign_id = ANY ($1) AND status = 'SENDING' GROUP BY 1, 2
  ), outcome AS (
    SELECT * FROM counted
    UNION ALL
    SELECT id, 'SENT', NULL, sent_users FROM notification_campaign WHERE id = ANY ($1)
    UNION ALL
    SELECT id, 'PENDING', NULL, pending_users - coalesce((
      SELECT count FROM counted WHERE counted.campaign_id = campaign.id AND counted.status = 'SENDING'), 0)
    FROM notification_campaign campaign WHERE id = ANY ($1)
  )
  SELECT campaign_id::text AS "campaignId", status, reason, count::integer AS count FROM outcome WHERE count > 0
  ORDER BY count DESC, status, reason
`;

/** The window belongs to one page; :states null means all. The claim of a worker that is at it may still send something. */
function chunksStatement({ condition, orderBy, limit }: PageWindow): string {
  return `
    SELECT chunk.number, chunk.state, open.users AS "pendingUsers", worker.name AS worker,
      CASE WHEN open.users < chunk.remaining_at_claim THEN 0
        ELSE chunk.attempts - CASE WHEN chunk.state = 'RUNNING' THEN 1 ELSE 0 END END AS attempts,
      CASE WHEN chunk.state = 'WAITING' THEN chunk.due_at END AS "dueAt",
      CASE WHEN chunk.state = 'RUNNING' THEN chunk.lease_expires_at END AS "leaseExpiresAt"
    FROM campaign_chunk chunk
    CROSS JOIN LATERAL (
      SELECT count(*)::integer AS users FROM delivery
      WHERE delivery.campaign_id = chunk.campaign_id AND delivery.chunk_number = chunk.number
        AND delivery.status IN ('PENDING', 'SENDING')) open
    LEFT JOIN worker ON chunk.state = 'RUNNING' AND worker.holder_key = chunk.holder_key
    WHERE chunk.campaign_id = :campaignId AND (:states::text[] IS NULL OR chunk.state = ANY (:states)) AND ${condition}
    ORDER BY ${orderBy} LIMIT ${limit}`;
}

const COUNT_CHUNKS = `
  SELECT count(*)::integer AS count FROM campaign_chunk chunk
  WHERE chunk.campaign_id = $1 AND ($2::text[] IS NULL OR chunk.state = ANY ($2))
`;

/** What became of a campaign: outcomes, and the state of its chunks. */
export class OverviewStore {
  constructor(private readonly sql: SqlExecutor) {}

  outcomes(campaignIds: readonly string[]): Promise<(DeliveryOutcome & { campaignId: string })[]> {
    return rows(this.sql, OUTCOMES, [campaignIds]);
  }

  chunks(campaignId: string, states: readonly ChunkState[] | null, window: PageWindow): Promise<ChunkView[]> {
    return rows(this.sql, chunksStatement(window), { ...window.parameters, campaignId, states });
  }

  async countChunks(campaignId: string, states: readonly ChunkState[] | null): Promise<number> {
    const [counted] = await rows<{ count: number }>(this.sql, COUNT_CHUNKS, [campaignId, states]);
    return counted?.count ?? 0;
  }
}
