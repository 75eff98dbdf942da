import type { Group } from '../groups/group.entity.js';
import { ensureGroups, forgetUnused } from '../groups/group.store.js';
import { distinctGroups, groupKey } from '../groups/group-names.js';
import { withFreshPlans } from '../database/fresh-plans.js';
import { rows, type SqlExecutor, type TransactionalSql } from '../database/rows.js';
import { MAY_BE_REMINDED } from './reachable.js';

/**
 * Before anything else, in the order of ids, as an import does. Counters of polls are changed by what the people belonged to before:
 * two who change groups of the same people at once would each count them as if there were no other.
 */
const LOCK_PEOPLE = 'SELECT FROM telegram_user WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE';

/** In the order of ids, so that concurrent statements wait for each other instead of deadlocking. */
const ADD = `
  INSERT INTO group_member (group_id, user_id) SELECT $1, * FROM unnest($2::bigint[]) AS given (user_id) ORDER BY user_id
  ON CONFLICT DO NOTHING RETURNING user_id
`;

const REMOVE = 'DELETE FROM group_member WHERE group_id = $1 AND user_id = ANY ($2) RETURNING user_id';

/** Takes users out of all groups but those given for them. $1 users; $2 and $3 pairs of user and group. */
const LEAVE_OTHERS = `
  DELETE FROM group_member member WHERE user_id = ANY ($1) AND NOT EXISTS (
    SELECT FROM unnest($2::bigint[], $3::bigint[]) AS wanted (user_id, group_id)
    WHERE wanted.user_id = member.user_id AND wanted.group_id = member.group_id)
  RETURNING group_id
`;

const JOIN = `
  INSERT INTO group_member (user_id, group_id) SELECT * FROM unnest($1::bigint[], $2::bigint[]) AS given (user_id, group_id)
  ORDER BY group_id, user_id ON CONFLICT DO NOTHING
`;

const COUNTS = `
  SELECT member.group_id AS id, count(*)::integer AS "memberCount",
    count(*) FILTER (WHERE ${MAY_BE_REMINDED})::integer AS "reachableCount"
  FROM group_member member JOIN telegram_user person ON person.id = member.user_id
  WHERE member.group_id = ANY ($1) GROUP BY member.group_id
`;

export interface MemberCounts {
  id: string;
  memberCount: number;
  reachableCount: number;
}

/** A change of the members of one group, and how many it concerned. */
export interface MembershipChange {
  group: Group;
  changedCount: number;
}

/** All groups of a user. */
export interface UserGroups {
  userId: string;
  /** Distinct names. */
  groups: readonly string[];
}

/** Who belongs to which group. */
export class MembershipStore {
  constructor(private readonly sql: TransactionalSql) {}

  /** Adds users to a group, which is created if there is none of the name. */
  add(name: string, userIds: readonly string[]): Promise<MembershipChange> {
    return withFreshPlans(this.sql, async (sql) => {
      await rows(sql, LOCK_PEOPLE, [userIds]);
      const group = (await ensureGroups(sql, [name])).get(groupKey(name));
      if (!group) throw new Error('A group was not found after it was created.');
      const added = await rows(sql, ADD, [group.id, userIds]);
      return { group, changedCount: added.length };
    });
  }

  /** Removes users from a group, which is forgotten when nobody and nothing needs it any more. */
  async remove(group: Group, userIds: readonly string[]): Promise<MembershipChange> {
    const removed = await this.sql.transaction(async (sql) => {
      await rows(sql, LOCK_PEOPLE, [userIds]);
      return rows(sql, REMOVE, [group.id, userIds]);
    });
    if (removed.length > 0) await forgetUnused(this.sql, [group.id]);
    return { group, changedCount: removed.length };
  }

  counts(groupIds: readonly string[]): Promise<MemberCounts[]> {
    return rows<MemberCounts>(this.sql, COUNTS, [groupIds]);
  }
}

/**
 * Replaces all groups of users, in the transaction that writes the users.
 * @returns the groups that somebody has left
 */
export async function replaceGroups(sql: SqlExecutor, wanted: readonly UserGroups[]): Promise<string[]> {
  const groups = await ensureGroups(sql, distinctGroups(wanted.flatMap((user) => user.groups)));
  const pairs = wanted.flatMap(({ userId, groups: own }) =>
    own.map((name) => ({ userId, groupId: groups.get(groupKey(name))?.id })),
  );
  const [userIds, groupIds] = [pairs.map(({ userId }) => userId), pairs.map(({ groupId }) => groupId)];
  const left = await rows<{ group_id: string }>(sql, LEAVE_OTHERS, [
    wanted.map(({ userId }) => userId),
    userIds,
    groupIds,
  ]);
  await rows(sql, JOIN, [userIds, groupIds]);
  return [...new Set(left.map(({ group_id }) => group_id))];
}
