import { rows, type SqlExecutor, type TransactionalSql } from '../database/rows.js';
import type { Group } from './group.entity.js';
import { cleanGroupName, groupKey } from './group-names.js';

const CREATE = `
  INSERT INTO user_group (name, name_key) SELECT * FROM unnest($1::text[], $2::text[]) AS given (name, name_key)
  ORDER BY name_key ON CONFLICT DO NOTHING
`;

/** In the order of their keys. Locked, so that none is forgotten before it is referred to. */
const FIND_LOCKED = `
  SELECT id, name, name_key AS "nameKey" FROM user_group WHERE name_key = ANY ($1) ORDER BY name_key FOR KEY SHARE
`;

const FIND = 'SELECT id, name, name_key AS "nameKey" FROM user_group WHERE name_key = ANY ($1)';

const ALL = 'SELECT id, name, name_key AS "nameKey" FROM user_group ORDER BY name_key';

const UNUSED = `
  NOT EXISTS (SELECT FROM group_member WHERE group_id = user_group.id)
  AND NOT EXISTS (SELECT FROM poll_group WHERE group_id = user_group.id)
  AND NOT EXISTS (SELECT FROM campaign_group WHERE group_id = user_group.id)
`;

/** Once they are locked nobody can begin to refer to them, which the next statement sees. */
const LOCK_UNUSED = `SELECT id FROM user_group WHERE id = ANY ($1) AND ${UNUSED} ORDER BY id FOR UPDATE`;

const FORGET_UNUSED = `DELETE FROM user_group WHERE id = ANY ($1) AND ${UNUSED}`;

/** Things that name groups, and the column of their ids. */
const OWNERS = { poll_group: 'poll_id', campaign_group: 'campaign_id', group_member: 'user_id' } as const;
type Owned = keyof typeof OWNERS;

const namesOf = (table: Owned): string => `
  SELECT owned.${OWNERS[table]}::text AS owner, user_group.name FROM ${table} owned
  JOIN user_group ON user_group.id = owned.group_id
  WHERE owned.${OWNERS[table]} = ANY ($1) ORDER BY user_group.name_key
`;

const replaceOf = (table: Exclude<Owned, 'group_member'>): readonly string[] => [
  `DELETE FROM ${table} WHERE ${OWNERS[table]} = $1 AND group_id <> ALL ($2)`,
  `INSERT INTO ${table} (${OWNERS[table]}, group_id) SELECT $1, * FROM unnest($2::bigint[]) ON CONFLICT DO NOTHING`,
];

/** Groups by name. What belongs to them is written by those who know it. */
export class GroupStore {
  constructor(private readonly sql: SqlExecutor) {}

  /** All groups, by name. */
  all(): Promise<Group[]> {
    return rows<Group>(this.sql, ALL);
  }

  /** The groups of these names that exist, by key. */
  async find(names: readonly string[]): Promise<Map<string, Group>> {
    return byKey(await rows(this.sql, FIND, [names.map(groupKey)]));
  }

  /** Names of the groups of polls, campaigns or people, by their ids. */
  async namesFor(owners: Owned, ids: readonly string[]): Promise<{ owner: string; name: string }[]> {
    return rows(this.sql, namesOf(owners), [ids]);
  }
}

function byKey(found: Group[]): Map<string, Group> {
  return new Map(found.map((group) => [group.nameKey, group]));
}

/**
 * Finds groups by distinct names, and creates those that are missing. They stay until the transaction ends.
 * @returns their ids, by key
 */
export async function ensureGroups(sql: SqlExecutor, names: readonly string[]): Promise<Map<string, Group>> {
  const keys = names.map(groupKey);
  for (;;) {
    const found = byKey(await rows(sql, FIND_LOCKED, [keys]));
    const missing = names.filter((name) => !found.has(groupKey(name)));
    if (missing.length === 0) return found;
    await rows(sql, CREATE, [missing.map(cleanGroupName), missing.map(groupKey)]);
  }
}

/**
 * Forgets those of the groups that nobody belongs to and nothing names. In a transaction of its own, since another one that
 * refers to the same groups may wait for the first.
 */
export async function forgetUnused(sql: TransactionalSql, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await sql.transaction(async (transaction) => {
    const unused = await rows<{ id: string }>(transaction, LOCK_UNUSED, [ids]);
    if (unused.length > 0) await rows(transaction, FORGET_UNUSED, [unused.map(({ id }) => id)]);
  });
}

/**
 * Replaces the groups of a poll or a campaign, in the transaction that changes it. A group that was forgotten since the names
 * were checked comes back: it would have stayed, had it been named a moment before.
 */
export async function nameGroups(
  sql: SqlExecutor,
  owners: Exclude<Owned, 'group_member'>,
  ownerId: string,
  names: readonly string[],
): Promise<void> {
  const ids = [...(await ensureGroups(sql, names)).values()].map(({ id }) => id);
  for (const statement of replaceOf(owners)) await rows(sql, statement, [ownerId, ids]);
}
