import { oneRow, rows, type SqlExecutor } from '../database/rows.js';

/** Cancelled campaigns with pending recipients, who must be skipped. */
const CANCELLED_WITH_PENDING = `
  SELECT id FROM notification_campaign WHERE status = 'CANCELLED' AND pending_users > 0 ORDER BY id
`;

/**
 * Skips pending recipients of a cancelled campaign in batches, so that no statement takes long. Batches follow
 * delivery_open_idx, so that each reads no more than it skips, and dead index entries of earlier batches are not read
 * again. Rows are updated by ctid, since a join of a whole batch would scan the table. $1 campaign, $2 recipients at most,
 * $3 first chunk.
 */
const SKIP_CANCELLED = `
  WITH doomed AS (
    SELECT delivery.ctid AS place, delivery.chunk_number
    FROM notification_campaign campaign JOIN delivery ON delivery.campaign_id = campaign.id
    WHERE campaign.id = $1 AND campaign.status = 'CANCELLED'
      AND delivery.campaign_id = $1 AND delivery.status = 'PENDING' AND delivery.chunk_number >= $3
    ORDER BY delivery.chunk_number, delivery.user_id
    LIMIT $2
    FOR UPDATE OF delivery SKIP LOCKED
  ), skipped AS (
    UPDATE delivery SET status = 'SKIPPED', reason = 'CAMPAIGN_CANCELLED', updated_at = clock_timestamp()
    WHERE delivery.ctid = ANY (ARRAY (SELECT place FROM doomed))
    RETURNING delivery.user_id
  ), change AS (
    SELECT count(*)::integer AS count FROM skipped HAVING count(*) > 0
  ), counted AS (
    SELECT change.count FROM change, LATERAL change_counters($1, skipped => change.count)
  )
  SELECT coalesce((SELECT count FROM counted), 0) AS count, found.count AS found, found.last
  FROM (SELECT count(*)::integer AS count, max(chunk_number) AS last FROM doomed) found
`;

const SKIP_BATCH = 5000;

/** Skips the recipients of cancelled campaigns. */
export class CancelledStore {
  constructor(private readonly sql: SqlExecutor) {}

  /** Skips at most one batch. @returns whether pending recipients may be left */
  async skipSome(id: string): Promise<boolean> {
    return (await this.skipBatch(id, 0)).found === SKIP_BATCH;
  }

  /**
   * @param signal stops after the current batch
   * @returns how many recipients of cancelled campaigns were skipped
   */
  async skipAll(signal?: AbortSignal): Promise<number> {
    const cancelled = await rows<{ id: string }>(this.sql, CANCELLED_WITH_PENDING);
    let total = 0;
    for (const { id } of cancelled) {
      let batch = { count: 0, found: SKIP_BATCH, last: 0 };
      while (batch.found === SKIP_BATCH && !signal?.aborted) {
        batch = await this.skipBatch(id, batch.last);
        total += batch.count;
      }
    }
    return total;
  }

  private skipBatch(id: string, firstChunk: number): Promise<{ count: number; found: number; last: number }> {
    return oneRow(this.sql, SKIP_CANCELLED, [id, SKIP_BATCH, firstChunk]);
  }
}
