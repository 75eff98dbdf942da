import { LASTING_OUTAGE } from './outage.store.js';
import { FAILURE_CODES } from '../campaigns/ending.js';
import { CampaignStatus } from '../campaigns/lifecycle.js';
import { oneRow, rows, type SqlExecutor } from '../database/rows.js';
import type { Workload } from './ports.js';

/** No progress for two minutes although work is due, the bot is not throttled, and the pacing is not that slow. */
const STUCK = `
  SELECT campaign.id, campaign.pending_users AS "pendingUsers", campaign.progressed_at AS "progressedAt"
  FROM notification_campaign campaign
  WHERE campaign.status = 'PROCESSING'
    AND campaign.progressed_at < clock_timestamp()
      - greatest($1, 2 * campaign.send_interval_ms) * interval '1 millisecond'
    AND NOT EXISTS (${LASTING_OUTAGE})
    AND NOT EXISTS (SELECT FROM rate_limit WHERE blocked_until > clock_timestamp() - interval '1 minute')
    AND (campaign.planned_at IS NULL OR EXISTS (
      SELECT FROM campaign_chunk chunk
      JOIN delivery ON delivery.campaign_id = chunk.campaign_id AND delivery.chunk_number = chunk.number
      WHERE chunk.campaign_id = campaign.id
        AND chunk.due_at < clock_timestamp() - $1 * interval '1 millisecond'
        AND delivery.status = 'PENDING' AND (delivery.not_before IS NULL OR delivery.not_before < clock_timestamp())))
`;

const STUCK_AFTER_MS = 120_000;

export interface StuckCampaign {
  id: string;
  pendingUsers: number;
  progressedAt: Date;
}

/** Finds campaigns without progress for which no reason is known. */
export function findStuck(sql: SqlExecutor): Promise<StuckCampaign[]> {
  return rows<StuckCampaign>(sql, STUCK, [STUCK_AFTER_MS]);
}

/** A worker without a heartbeat for this long does not count; it sends several in that time. */
export const WORKER_SILENCE_MS = 30_000;

/**
 * Work that waits for a job, read from the domain tables, so that work with a lost job counts as well. A campaign waits for
 * planning from its start, or its scheduled start.
 */
const WORKLOAD = `
  WITH waiting AS (
    SELECT 'chunk' AS kind, chunk.due_at AS since
    FROM campaign_chunk chunk JOIN notification_campaign campaign ON campaign.id = chunk.campaign_id
    WHERE campaign.status = 'PROCESSING' AND chunk.state = 'WAITING' AND chunk.due_at <= clock_timestamp()
    UNION ALL
    SELECT 'plan', progressed_at FROM notification_campaign WHERE status = 'PROCESSING' AND planned_at IS NULL
    UNION ALL
    SELECT 'plan', scheduled_for FROM notification_campaign
    WHERE status = 'SCHEDULED' AND scheduled_for <= clock_timestamp()
  )
  SELECT count(*) FILTER (WHERE kind = 'plan')::integer AS "duePlans",
    count(*) FILTER (WHERE kind = 'chunk')::integer AS "dueChunks",
    greatest(0, 1000 * extract(epoch FROM clock_timestamp() - min(since) FILTER (WHERE kind = 'plan')))::double precision
      AS "oldestPlanMs",
    greatest(0, 1000 * extract(epoch FROM clock_timestamp() - min(since) FILTER (WHERE kind = 'chunk')))::double precision
      AS "oldestChunkMs",
    (SELECT count(*)::integer FROM campaign_chunk WHERE state = 'RUNNING') AS "runningChunks",
    (SELECT count(*)::integer FROM worker
      WHERE problem IS NULL AND seen_at > clock_timestamp() - $1 * interval '1 millisecond') AS workers,
    (SELECT coalesce(max(1000 * extract(epoch FROM clock_timestamp() - since)), 0)::double precision
      FROM (${LASTING_OUTAGE}) outage
      WHERE EXISTS (SELECT FROM notification_campaign WHERE status = 'PROCESSING')) AS "outageMs",
    (SELECT coalesce(sum(sent_users), 0)::double precision FROM notification_campaign) AS "sentMessages",
    (SELECT coalesce(json_object_agg(status, count), '{}') FROM (
      SELECT status, count(*) AS count FROM notification_campaign GROUP BY status) by_status) AS campaigns,
    (SELECT coalesce(json_object_agg(failure_code, count), '{}') FROM (
      SELECT failure_code, count(*) AS count FROM notification_campaign
      WHERE status IN ('PAUSED', 'FAILED') AND failure_code IS NOT NULL GROUP BY failure_code) by_code) AS stopped
  FROM waiting
`;

export async function readWorkload(sql: SqlExecutor): Promise<Workload> {
  const [workload, stuck] = await Promise.all([
    oneRow<Omit<Workload, 'stuckCampaigns'>>(sql, WORKLOAD, [WORKER_SILENCE_MS]),
    findStuck(sql),
  ]);
  return {
    ...workload,
    campaigns: { ...zeros(Object.values(CampaignStatus)), ...workload.campaigns },
    stopped: { ...zeros(FAILURE_CODES), ...workload.stopped },
    stuckCampaigns: stuck.length,
  };
}

function zeros<K extends string>(keys: readonly K[]): Record<K, number> {
  return Object.fromEntries(keys.map((key) => [key, 0])) as Record<K, number>;
}
