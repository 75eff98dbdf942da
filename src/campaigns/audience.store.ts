import { pause } from '../kernel/pause.js';
import { withFreshPlans } from '../database/fresh-plans.js';
import { oneRow, rows, type SqlExecutor, type TransactionalSql } from '../database/rows.js';
import { audienceCondition, countByExclusion, type AudienceScope } from './audience-scope.js';
import type { ExclusionReason } from './campaign-preview.types.js';
import { MAY_HAVE_REMINDED, recentCampaigns, REMINDED_AT, remindedWithin } from './reminded.js';

/** Whether another campaign reminded the user within the hours that this campaign leaves out. */
const REMINDED_RECENTLY = remindedWithin({
  pollId: ':pollId',
  campaigns: '(SELECT recent FROM campaign)::bigint[]',
  userId: 'person.id',
  hours: '(SELECT not_reminded_for_hours FROM campaign)',
});

/** Admits one planning per campaign, and leaves its row free for pauses and cancellations. Reads whom it addresses. */
const LOCK_PLANNING = `
  SELECT pg_try_advisory_xact_lock(${planningLock('id')}) AS locked, pg_backend_pid() AS pid, participation,
    (SELECT array_agg(group_id) FROM poll_group WHERE poll_id = topic_id) AS "pollGroups",
    (SELECT array_agg(group_id) FROM campaign_group WHERE campaign_id = id) AS "campaignGroups"
  FROM notification_campaign WHERE id = $1
`;

const POLL_GROUPS = 'SELECT array_agg(group_id) AS groups FROM poll_group WHERE poll_id = $1';

/** Runs on another connection, since the planning one is busy. Has no effect before its statement begins. */
const CANCEL_PLANNING = 'SELECT pg_cancel_backend($1)';
const BREAK_OFF_AGAIN_MS = 250;

/**
 * Fixes the audience of a running campaign: recipients and chunks in one statement, so that no recipient passes through this
 * process. planned_at prevents a second planning.
 */
const plan = (scope: AudienceScope): string => `
  WITH campaign AS (
    SELECT id, chunk_size, chunk_interval_ms, clock_timestamp()::timestamptz(3) AS planned_at,
      not_reminded_for_hours, ${recentCampaigns(':pollId', ':campaignId', 'notification_campaign.not_reminded_for_hours')} AS recent
    FROM notification_campaign
    WHERE id = :campaignId AND topic_id = :pollId AND status = 'PROCESSING' AND planned_at IS NULL
  ), audience AS (
    SELECT person.id AS user_id,
      ((row_number() OVER (ORDER BY person.id) - 1) / (SELECT chunk_size FROM campaign))::integer AS chunk_number
    FROM telegram_user person
    WHERE EXISTS (SELECT FROM campaign) AND ${audienceCondition(scope)}
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

/** $1 poll, $2 hours. Read before, since the planner reads all deliveries there are for campaigns that it does not know yet. */
const RECENT_CAMPAIGNS = `SELECT ${recentCampaigns('$1', '0', '$2::integer')} AS campaigns`;

/** Hours within which the preview says who was reminded. */
const LATELY_HOURS = 24;

/** Counts who of the audience was reminded within :hours, and who of the others lately. */
const countReminded = (scope: AudienceScope): string => `
  WITH message AS (
    SELECT delivery.user_id, ${REMINDED_AT} AS at FROM delivery
    WHERE delivery.campaign_id = ANY (:campaigns::bigint[]) AND ${MAY_HAVE_REMINDED}
    UNION ALL
    SELECT user_id, requested_at FROM later_reminder
    WHERE poll_id = :pollId AND status IN ('SENT', 'SENDING', 'UNCONFIRMED')
  ), reminded AS (
    SELECT max(message.at) AS at FROM message JOIN telegram_user person ON person.id = message.user_id
    WHERE message.at > clock_timestamp() - greatest(:hours::integer, ${LATELY_HOURS}) * interval '1 hour'
      AND ${audienceCondition(scope)}
    GROUP BY person.id
  )
  SELECT count(*) FILTER (WHERE at > clock_timestamp() - :hours * interval '1 hour')::integer AS "tooLately",
    count(*) FILTER (WHERE at > clock_timestamp() - ${LATELY_HOURS} * interval '1 hour'
      AND (at > clock_timestamp() - :hours * interval '1 hour') IS NOT TRUE)::integer AS lately
  FROM reminded
`;

const firstRecipients = (scope: AudienceScope): string => `
  SELECT person.id, person.first_name AS "firstName" FROM telegram_user person
  WHERE ${audienceCondition(scope)}
    AND (:hours::integer IS NULL OR NOT ${remindedWithin({
      pollId: ':pollId',
      campaigns: ':campaigns::bigint[]',
      userId: 'person.id',
      hours: ':hours',
    })})
  ORDER BY person.id LIMIT :count
`;

export interface PlanResult {
  totalUsers: number;
  chunkCount: number;
}

export interface Exclusion {
  reason: ExclusionReason;
  count: number;
}

/** An audience as it is now. */
export interface AudienceSurvey {
  size: number;
  /** Everybody else, by reason. */
  exclusions: Exclusion[];
}

/** How many of an audience were reminded of the poll by any campaign. */
export interface Reminded {
  /** Within the hours that the campaign leaves out. */
  tooLately: number;
  /** Others, within the last 24 hours. */
  lately: number;
}

interface PlanningLock extends Omit<AudienceScope, 'pollId'> {
  locked: boolean;
  pid: number;
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
        const [lock] = await rows<PlanningLock>(sql, LOCK_PLANNING, [campaignId]);
        if (!lock?.locked) throw new PlanningRefused();
        return this.cancellable(signal, lock.pid, () => planWithin(sql, { ...lock, pollId }, campaignId));
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

  /** Whom a campaign of a poll would address. */
  async scope(
    pollId: string,
    { campaignGroups = null, participation = null }: Partial<AudienceScope> = {},
  ): Promise<AudienceScope> {
    const { groups } = await oneRow<{ groups: string[] | null }>(this.sql, POLL_GROUPS, [pollId]);
    return { pollId, pollGroups: groups, campaignGroups, participation };
  }

  /** Counts the audience and, by reason, everybody else, in one reading. */
  async survey(scope: AudienceScope): Promise<AudienceSurvey> {
    const counts = await rows<{ reason: ExclusionReason | null; count: number }>(
      this.sql,
      countByExclusion(scope),
      { ...scope },
    );
    const exclusions = counts.flatMap(({ reason, count }) => (reason === null ? [] : [{ reason, count }]));
    return { size: counts.find(({ reason }) => reason === null)?.count ?? 0, exclusions };
  }

  /** @param hours users reminded within so many hours are left out */
  async reminded(scope: AudienceScope, hours: number | null): Promise<Reminded> {
    const campaigns = await this.recentCampaigns(scope.pollId, Math.max(hours ?? 0, LATELY_HOURS));
    return oneRow<Reminded>(this.sql, countReminded(scope), { ...scope, hours, campaigns });
  }

  /** The first recipients. @param hours as for `reminded` */
  async first(
    scope: AudienceScope,
    count: number,
    hours: number | null = null,
  ): Promise<{ id: string; firstName: string | null }[]> {
    const campaigns = hours === null ? [] : await this.recentCampaigns(scope.pollId, hours);
    return rows(this.sql, firstRecipients(scope), { ...scope, count, hours, campaigns });
  }

  private async recentCampaigns(pollId: string, hours: number): Promise<string[]> {
    const read = await oneRow<{ campaigns: string[] }>(this.sql, RECENT_CAMPAIGNS, [pollId, hours]);
    return read.campaigns;
  }
}

/** @throws PlanningRefused */
async function planWithin(sql: SqlExecutor, scope: AudienceScope, campaignId: string): Promise<PlanResult> {
  const values = { ...scope, campaignId };
  const [planned] = await rows<PlanResult & { plannedAt: Date }>(sql, plan(scope), values);
  if (!planned) throw new PlanningRefused();
  const { plannedAt, totalUsers, chunkCount } = planned;
  const finished = await rows(sql, FINISH_PLANNING, [campaignId, plannedAt, totalUsers, chunkCount]);
  if (finished.length === 0) throw new PlanningRefused();
  return { totalUsers, chunkCount };
}
