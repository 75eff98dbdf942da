import { Participation, type AddressedParticipation } from '../people/participation.js';
import { MAY_BE_REMINDED } from '../people/reachable.js';

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

/** Lists of groups of which a member has to be in each. A member of a group that both name is in both. */
function groupLists({ pollGroups, campaignGroups }: AudienceScope): ('pollGroups' | 'campaignGroups')[] {
  const isNarrower = campaignGroups?.every((group) => pollGroups?.includes(group)) ?? false;
  return [
    ...(pollGroups && !isNarrower ? (['pollGroups'] as const) : []),
    ...(campaignGroups ? (['campaignGroups'] as const) : []),
  ];
}

/**
 * Whether `person` belongs to the audience: reachable participants of the poll who have not completed it. Groups and
 * participation are in the statement only where they are asked for, so that others keep their plan.
 */
export function audienceCondition(scope: AudienceScope): string {
  const { participation } = scope;
  const conditions = [
    MAY_BE_REMINDED,
    'NOT EXISTS (SELECT FROM poll_completion done WHERE done.poll_id = :pollId AND done.user_id = person.id)',
    'NOT EXISTS (SELECT FROM declined_poll no WHERE no.poll_id = :pollId AND no.user_id = person.id)',
    ...groupLists(scope).map((groups) => `EXISTS (${members(groups)} AND member.user_id = person.id)`),
  ];
  if (participation)
    conditions.push(`${participation === Participation.STARTED ? '' : 'NOT '}${HAS_STARTED}`);
  return conditions.join('\n  AND ');
}

/** The first reason why a group of users that are alike is left out; null if it is not. */
function firstReason(participation: AddressedParticipation | null): string {
  const reasons = [
    `WHEN done THEN 'COMPLETED'`,
    `WHEN NOT wanted THEN 'OPTED_OUT'`,
    `WHEN declined THEN 'DECLINED_POLL'`,
    `WHEN status <> 'ACTIVE' THEN status`,
  ];
  if (participation === Participation.STARTED) reasons.push(`WHEN NOT started THEN 'NOT_STARTED'`);
  if (participation === Participation.NOT_STARTED) reasons.push(`WHEN started THEN 'ALREADY_STARTED'`);
  return `CASE ${reasons.join(' ')} END`;
}

/**
 * Counts all users by why they do not belong to the audience; null for those who do. A user with several reasons counts for
 * the first: groups, completion, opt-out of all or of this poll, obstacles, participation. Where there are groups, only their members are looked
 * at: everybody else is NOT_IN_GROUP. Users are counted by their facts first, so that a million of them are neither sorted
 * nor compared by texts.
 */
export function countByExclusion(scope: AudienceScope): string {
  const { participation } = scope;
  const lists = groupLists(scope);
  const counted = `
    SELECT ${firstReason(participation)} AS reason, sum(count)::integer AS count FROM (
      SELECT person.status, person.opted_out_at IS NULL AS wanted, done.user_id IS NOT NULL AS done,
        no.user_id IS NOT NULL AS declined,
        ${participation ? 'start.user_id IS NOT NULL' : 'false'} AS started, count(*) AS count
      FROM telegram_user person
      LEFT JOIN poll_completion done ON done.poll_id = :pollId AND done.user_id = person.id
      LEFT JOIN declined_poll no ON no.poll_id = :pollId AND no.user_id = person.id
      ${participation ? 'LEFT JOIN poll_start start ON start.poll_id = :pollId AND start.user_id = person.id' : ''}
      WHERE ${lists.map((groups) => `person.id IN (${members(groups)})`).join(' AND ') || 'TRUE'}
      GROUP BY 1, 2, 3, 4, 5
    ) alike
    GROUP BY 1`;
  if (lists.length === 0) return `${counted} ORDER BY reason`;
  return `
    WITH member AS (${counted})
    SELECT reason, count FROM member
    UNION ALL
    SELECT 'NOT_IN_GROUP', strangers.count FROM (
      SELECT ((SELECT count(*) FROM telegram_user) - (SELECT coalesce(sum(count), 0) FROM member))::integer AS count
    ) strangers WHERE strangers.count > 0
    ORDER BY reason
  `;
}
