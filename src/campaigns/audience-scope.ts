import { Participation, type AddressedParticipation } from '../people/participation.js';
import { MAY_BE_REMINDED, SHOWN_STATUS } from '../people/reachable.js';

/** Whom a campaign addresses. Null leaves nobody out. */
export interface AudienceScope {
  pollId: string;
  /** Ids of the groups that the poll is for. */
  pollGroups: readonly string[] | null;
  /** Ids of the groups that the campaign narrows it to. */
  campaignGroups: readonly string[] | null;
  participation: AddressedParticipation | null;
}

const HAS_STARTED =
  'EXISTS (SELECT FROM poll_start start WHERE start.poll_id = :pollId AND start.user_id = person.id)';

const members = (groups: string): string =>
  `SELECT member.user_id FROM group_member member WHERE member.group_id = ANY (:${groups}::bigint[])`;

/**
 * Whether `person` belongs to the audience: reachable participants of the poll who have not completed it. Groups and
 * participation are in the statement only where they are asked for, so that others keep their plan.
 */
export function audienceCondition({ pollGroups, campaignGroups, participation }: AudienceScope): string {
  const conditions = [
    MAY_BE_REMINDED,
    'NOT EXISTS (SELECT FROM poll_completion done WHERE done.poll_id = :pollId AND done.user_id = person.id)',
    'NOT EXISTS (SELECT FROM declined_poll no WHERE no.poll_id = :pollId AND no.user_id = person.id)',
  ];
  if (pollGroups) conditions.push(`EXISTS (${members('pollGroups')} AND member.user_id = person.id)`);
  if (campaignGroups) conditions.push(`EXISTS (${members('campaignGroups')} AND member.user_id = person.id)`);
  if (participation)
    conditions.push(`${participation === Participation.STARTED ? '' : 'NOT '}${HAS_STARTED}`);
  return conditions.join('\n  AND ');
}

/**
 * Counts all users by why they do not belong to the audience; null for those who do. Whoever has several reasons counts for
 * the first: groups, completion, opt-out and obstacles, participation.
 */
export function countByExclusion({ pollGroups, campaignGroups, participation }: AudienceScope): string {
  const joins: string[] = [];
  const reasons: string[] = [];
  for (const [alias, groups] of Object.entries({ pollGroups, campaignGroups })) {
    if (!groups) continue;
    joins.push(`LEFT JOIN (SELECT DISTINCT user_id FROM (${members(alias)}) member) "${alias}"
      ON "${alias}".user_id = person.id`);
    reasons.push(`WHEN "${alias}".user_id IS NULL THEN 'NOT_IN_GROUP'`);
  }
  reasons.push(
    `WHEN done.user_id IS NOT NULL THEN 'COMPLETED'`,
    `WHEN person.opted_out_at IS NOT NULL THEN 'OPTED_OUT'`,
    `WHEN no.user_id IS NOT NULL THEN 'DECLINED_POLL'`,
    `WHEN NOT (${MAY_BE_REMINDED}) THEN ${SHOWN_STATUS}`,
  );
  if (participation) {
    joins.push('LEFT JOIN poll_start start ON start.poll_id = :pollId AND start.user_id = person.id');
    reasons.push(
      participation === Participation.STARTED
        ? `WHEN start.user_id IS NULL THEN 'NOT_STARTED'`
        : `WHEN start.user_id IS NOT NULL THEN 'ALREADY_STARTED'`,
    );
  }
  return `
    SELECT reason, count(*)::integer AS count FROM (
      SELECT CASE ${reasons.join('\n        ')} END AS reason
      FROM telegram_user person
      LEFT JOIN poll_completion done ON done.poll_id = :pollId AND done.user_id = person.id
      LEFT JOIN declined_poll no ON no.poll_id = :pollId AND no.user_id = person.id
      ${joins.join('\n      ')}
    ) everyone
    GROUP BY reason ORDER BY reason
  `;
}
