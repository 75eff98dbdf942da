import { Participation, type AddressedParticipation } from '../people/participation.js';
import { MAY_BE_REMINDED, MAY_NOT_BE_REMINDED } from '../people/reachable.js';

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

/** Selects who is in a group of each list, each person once. The members of one group come sorted from its index. */
function listedPeople(scope: AudienceScope): string {
  const lists = groupLists(scope);
  const members = lists.map((groups) => {
    const isSingle = scope[groups]?.length === 1;
    const isListed = isSingle
      ? `group_id = (:${groups}::bigint[])[1]`
      : `group_id = ANY (:${groups}::bigint[])`;
    return `SELECT ${isSingle || lists.length > 1 ? '' : 'DISTINCT'} user_id AS id FROM group_member WHERE ${isListed}`;
  });
  return members.join(' INTERSECT ') || 'SELECT id FROM telegram_user';
}

/** The first reason why a user is left out; null for one who is not. */
function firstReason(participation: AddressedParticipation | null): string {
  const reasons = [
    `WHEN done.user_id IS NOT NULL THEN 'COMPLETED'`,
    `WHEN obstacle.reason = 'OPTED_OUT' THEN obstacle.reason`,
    `WHEN no.user_id IS NOT NULL THEN 'DECLINED_POLL'`,
    `WHEN obstacle.reason IS NOT NULL THEN obstacle.reason`,
  ];
  if (participation === Participation.STARTED) reasons.push(`WHEN start.user_id IS NULL THEN 'NOT_STARTED'`);
  if (participation === Participation.NOT_STARTED)
    reasons.push(`WHEN start.user_id IS NOT NULL THEN 'ALREADY_STARTED'`);
  return `CASE ${reasons.join(' ')} END`;
}

/**
 * Counts all users by why they do not belong to the audience; null for those who do. A user with several reasons counts for
 * the first: groups, completion, opt-out of all or of this poll, obstacles, participation. Where there are groups, only their
 * members are looked at: everybody else is NOT_IN_GROUP. Each part is an index of ids in their order, so that a million of
 * them are merged: no row of a user is read.
 */
export function countByExclusion(scope: AudienceScope): string {
  const counted = `
    SELECT ${firstReason(scope.participation)} AS reason, count(*)::integer AS count
    FROM (${listedPeople(scope)}) person
    LEFT JOIN poll_completion done ON done.poll_id = :pollId AND done.user_id = person.id
    LEFT JOIN declined_poll no ON no.poll_id = :pollId AND no.user_id = person.id
    LEFT JOIN poll_start start ON start.poll_id = :pollId AND start.user_id = person.id
    LEFT JOIN (${MAY_NOT_BE_REMINDED}) obstacle ON obstacle.id = person.id
    GROUP BY 1`;
  if (groupLists(scope).length === 0) return `${counted} ORDER BY reason`;
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
