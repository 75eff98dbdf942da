import { pause } from '../kernel/pause.js';
import { withFreshPlans } from '../database/fresh-plans.js';
import { oneRow, rows, type SqlExecutor, type TransactionalSql } from '../database/rows.js';
import { MAY_BE_REMINDED, SHOWN_STATUS } from '../people/reachable.js';
import type { ExclusionReason } from './campaign-preview.types.js';
import { MAY_HAVE_REMINDED, recentCampaigns, REMINDED_AT, remindedWithin } from './reminded.js';

/** The audience of a campaign: reachable users who have not completed the poll. */
const AUDIENCE_CONDITION = `
  ${MAY_BE_REMINDED}
  AND NOT EXISTS (SELECT FROM poll_completion done WHERE done.poll_id = $1 AND done.user_id = person.id)
`;

/** Whether another campaign reminded the user within the hours that this campaign leaves out. */
const REMINDED_RECENTLY = remindedWithin({
  campaigns: '(SELECT recent FROM campaign)::bigint[]',
  userId: 'person.id',
  hours: '(SELECT not_reminded_for_hours FROM campaign)',
});

/** Admits one planning per campaign, and leaves its row free for pauses and cancellations. */
const LOCK_PLANNING = `
  SELECT pg_try_advisory_xact_lock(${planningLock('$1')}) AS locked, pg_backend_pid() AS pid
`;

/** Runs on another connection, since the planning one is busy. Has no effect before its statement begins. */
const CANCEL_PLANNING = 'SELECT pg_cancel_backend($1)';
const BREAK_OFF_AGAIN_MS = 250;

/**
 * Fixes the audience of a running campaign: recipients and chunks in one statement, so that no recipient passes through this
 * process. planned_at prevents a second planning.
 */
const PLAN = `
  WITH campaign AS (
    SELECT id, chunk_size, chunk_interval_ms, clock_timestamp()::timestamptz(3) AS planned_at,
      not_reminded_for_hours, ${recentCampaigns('$1', '$2', 'notification_campaign.not_reminded_for_hours')} AS recent
    FROM notification_campaign
    WHERE id = $2 AND topic_id = $1 AND status = 'PROCESSING' AND planned_at IS NULL
  ), audience AS (
    SELECT person.id AS user_id,
      ((row_number() OVER (ORDER BY person.id) - 1) / (SELECT chunk_size FROM campaign))::integer AS chunk_number
    FROM telegram_user person
    WHERE EXISTS (SELECT FROM campaign) AND ${AUDIENCE_CONDITION}
      AND ((SELECT not_reminded_for_hours FROM campaign) IS NULL OR NOT ${REMINDED_RECENTLY})
  ), chunks AS (
    INSERT INTO campaign_chunk (campaign_id, number, due_at)
    SELECT campaign.id, number, campaign.planned_at + number * (campaign.chunk_interval_ms * interval '1 millisecond')
    FROM campaign, (SELECT DISTINCT chunk_number AS number FROM audience) cut
    RETURNING number
  ), deliveries AS (
    INSERT INTO delivery (campaign_id, chunk_number, user_id)
    SELECT campaign.id, chunk_number, user_id FROM campaign, audience
    RETURNING user_id
  )
  SELECT campaign.planned_at AS "plannedAt", (SELECT count(*)::integer FROM deliveries) AS "totalUsers",
    (SELECT count(*)::integer FROM chunks) AS "chunkCount"
  FROM campaign
`;

/** A campaign paused during planning keeps its audience; a cancelled one gets none. */
const FINISH_PLANNING = `
  UPDATE notification_campaign SET planned_at = $2, total_users = $3, pending_users = $3, chunk_count = $4
  WHERE id = $1 AND planned_at IS NULL AND status IN ('PROCESSING', 'PAUSED')
  RETURNING id
`;

/** Statistics for lists and counts until autovacuum runs. The engine's statements do not depend on them. */
const REFRESH_STATISTICS = 'ANALYZE campaign_chunk, delivery';

const AUDIENCE_SIZES = `
  WITH active AS (SELECT count(*) AS count FROM telegram_user person WHERE ${MAY_BE_REMINDED})
  SELECT wanted.poll_id AS "pollId", (active.count - (
    SELECT count(*) FROM poll_completion done JOIN telegram_user person ON person.id = done.user_id
    WHERE done.poll_id = wanted.poll_id AND ${MAY_BE_REMINDED}))::integer AS size
  FROM active, unnest($1::bigint[]) AS wanted (poll_id)
`;

const EXCLUSIONS = `
  SELECT reason, count(*)::integer AS count FROM (
    SELECT CASE WHEN done.user_id IS NOT NULL THEN 'COMPLETED' ELSE ${SHOWN_STATUS} END AS reason
    FROM telegram_user person
    LEFT JOIN poll_completion done ON done.poll_id = $1 AND done.user_id = person.id
  ) everyone
  WHERE reason <> 'ACTIVE'
  GROUP BY reason ORDER BY reason
`;

/** Counts who of the audience was reminded within $2 hours, and who of the others within the last 24. */
const REMINDED = `
  WITH reminded AS (
    SELECT delivery.user_id, max(${REMINDED_AT}) AS at FROM delivery
    WHERE delivery.campaign_id = ANY (${recentCampaigns('$1', '0', 'greatest($2::integer, 24)')}) AND ${MAY_HAVE_REMINDED}
    GROUP BY delivery.user_id
  )
  SELECT count(*) FILTER (WHERE at > clock_timestamp() - $2 * interval '1 hour')::integer AS "tooLately",
    count(*) FILTER (WHERE at > clock_timestamp() - interval '1 day'
      AND (at > clock_timestamp() - $2 * interval '1 hour') IS NOT TRUE)::integer AS lately
  FROM reminded JOIN telegram_user person ON person.id = reminded.user_id
  WHERE ${AUDIENCE_CONDITION}
`;

const FIRST_RECIPIENTS = `
  SELECT person.id, person.first_name AS "firstName" FROM telegram_user person
  WHERE ${AUDIENCE_CONDITION}
    AND ($3::integer IS NULL OR NOT ${remindedWithin({
      campaigns: recentCampaigns('$1', '0', '$3'),
      userId: 'person.id',
      hours: '$3',
    })})
  ORDER BY person.id LIMIT $2
`;

export interface PlanResult {
  totalUsers: number;
  chunkCount: number;
}

export interface Exclusion {
  reason: ExclusionReason;
  count: number;
}

/** How many of an audience were reminded of the poll by any campaign. */
export interface Reminded {
  /** Within the hours that the campaign leaves out. */
  tooLately: number;
  /** Others, within the last 24 hours. */
  lately: number;
}

/** Key of the advisory lock under which a campaign is planned. */
export function planningLock(campaignId: string): string {
  return `hashtextextended('plan campaign ' || ${campaignId}::text, 0)`;
}

/** Rolls back a planning. */
class PlanningRefused extends Error {}

export class AudienceStore {
  constructor(private readonly sql: TransactionalSql) {}

  /**
   * @param signal cancels the planning, which is rolled back
   * @returns undefined if the campaign is not running, is being planned, or was planned before
   */
  async plan(pollId: string, campaignId: string, signal?: AbortSignal): Promise<PlanResult | undefined> {
    try {
      return await withFreshPlans(this.sql, async (sql) => {
        const { locked, pid } = await oneRow<{ locked: boolean; pid: number }>(sql, LOCK_PLANNING, [
          campaignId,
        ]);
        if (!locked) throw new PlanningRefused();
        return this.cancellable(signal, pid, () => planWithin(sql, pollId, campaignId));
      });
    } catch (error) {
      if (error instanceof PlanningRefused || signal?.aborted) return undefined;
      throw error;
    }
  }

  /** Takes a second or more on millions of deliveries, so nothing should wait for it. */
  async refreshStatistics(): Promise<void> {
    await this.sql.query(REFRESH_STATISTICS);
  }

  /** Resolves only when the connection can no longer be cancelled, since its next user is another one. */
  private async cancellable<T>(
    signal: AbortSignal | undefined,
    pid: number,
    work: () => Promise<T>,
  ): Promise<T> {
    const settled = new AbortController();
    let breaking: Promise<void> | undefined;
    const breakOff = () => {
      breaking = this.breakOffUntil(settled.signal, pid);
    };
    if (signal?.aborted) throw new PlanningRefused();
    signal?.addEventListener('abort', breakOff, { once: true });
    try {
      return await work();
    } finally {
      signal?.removeEventListener('abort', breakOff);
      settled.abort();
      await breaking;
    }
  }

  private async breakOffUntil(settled: AbortSignal, pid: number): Promise<void> {
    while (!settled.aborted) {
      await this.sql.query(CANCEL_PLANNING, [pid]).catch(() => undefined);
      await pause(BREAK_OFF_AGAIN_MS, settled);
    }
  }

  /** Current audience sizes by poll. */
  async sizes(pollIds: readonly string[]): Promise<Map<string, number>> {
    const sizes = await rows<{ pollId: string; size: number }>(this.sql, AUDIENCE_SIZES, [pollIds]);
    return new Map(sizes.map(({ pollId, size }) => [pollId, size]));
  }

  async size(pollId: string): Promise<number> {
    return (await this.sizes([pollId])).get(pollId) ?? 0;
  }

  /** Counts excluded users by reason: COMPLETED, or the status that makes them unreachable. */
  exclusions(pollId: string): Promise<Exclusion[]> {
    return rows<Exclusion>(this.sql, EXCLUSIONS, [pollId]);
  }

  /** @param notForHours leaves out users who were reminded within so many hours */
  reminded(pollId: string, notForHours: number | null): Promise<Reminded> {
    return oneRow<Reminded>(this.sql, REMINDED, [pollId, notForHours]);
  }

  /** The first recipients. @param notForHours as for `reminded` */
  first(
    pollId: string,
    count: number,
    notForHours: number | null = null,
  ): Promise<{ id: string; firstName: string | null }[]> {
    return rows(this.sql, FIRST_RECIPIENTS, [pollId, count, notForHours]);
  }
}

/** @throws PlanningRefused */
async function planWithin(sql: SqlExecutor, pollId: string, campaignId: string): Promise<PlanResult> {
  const [plan] = await rows<PlanResult & { plannedAt: Date }>(sql, PLAN, [pollId, campaignId]);
  if (!plan) throw new PlanningRefused();
  const { plannedAt, totalUsers, chunkCount } = plan;
  const finished = await rows(sql, FINISH_PLANNING, [campaignId, plannedAt, totalUsers, chunkCount]);
  if (finished.length === 0) throw new PlanningRefused();
  return { totalUsers, chunkCount };
}
