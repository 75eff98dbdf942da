import type { DataSource } from 'typeorm';
import { oneRow } from '../database/rows.js';
import { countMatches, escapeLike, isShort, searchPage, type Condition } from '../database/search.js';
import { isRowId, toKey } from '../kernel/ids.js';
import { inWindow, type PageWindow } from '../kernel/pages.js';
import type { TelegramUserFilter } from './people.types.js';
import { TelegramUser, TelegramUserStatus } from './telegram-user.entity.js';

/** The parts of a username; the first letters where there are too few for an index of parts. */
function usernameHas(part: string): Condition {
  const pattern = `${isShort(part) ? '' : '%'}${escapeLike(part)}%`;
  return { sql: 'person.username ILIKE :usernamePattern', parameters: { usernamePattern: pattern } };
}

/**
 * Users with the term in their names or username, at the start of a word where it is short; or with this Telegram id. A
 * leading @ means the username. Needs the table telegram_user by the name person.
 */
export function personMatches(term: string): Condition {
  if (term.startsWith('@')) return usernameHas(term.slice(1).trim());
  const text = 'person_text(person.first_name, person.last_name, person.username)';
  const part = isShort(term) ? ` ${term}` : term;
  const key = toKey('user', term);
  const byId = isRowId(key);
  return {
    // Within the OR they are evaluated as they stand: LIKE costs a tenth of the grams, which are for the index.
    sql: `(${text} LIKE fold_text(:searchPattern) AND text_grams(${text}, 3) @> text_grams(fold_text(:search), 3)
      ${byId ? 'OR person.id = CAST(:searchedId AS bigint)' : ''})`,
    parameters: {
      search: part,
      searchPattern: `%${escapeLike(part)}%`,
      ...(byId && { searchedId: key }),
    },
  };
}

/** SHOWN_STATUS as a condition that indexes support. */
function hasStatus(statuses: readonly TelegramUserStatus[]): Condition {
  const reached = '(person.opted_out_at IS NULL AND person.status = ANY (:statuses))';
  const sql = statuses.includes(TelegramUserStatus.OPTED_OUT)
    ? `(person.opted_out_at IS NOT NULL OR ${reached})`
    : reached;
  return { sql, parameters: { statuses } };
}

function all(conditions: readonly Condition[]): Condition {
  return {
    sql: conditions.map(({ sql }) => sql).join(' AND ') || 'TRUE',
    parameters: Object.assign(
      {},
      ...conditions.map(({ parameters }) => parameters),
    ) as Condition['parameters'],
  };
}

const IS_MEMBER =
  'person.id IN (SELECT member.user_id FROM group_member member WHERE member.group_id = ANY (:groupIds))';

/** What is looked at of a filter. */
type ListedPeople = Pick<TelegramUserFilter, 'status' | 'search' | 'usernameContains'>;

/** What a filter asks for: searches, and the rest. */
function buildConditions(
  filter: ListedPeople | undefined,
  groupIds: readonly string[] | undefined,
  further: Condition | undefined,
): { search: Condition | null; rest: Condition } {
  const rest: Condition[] = [];
  if (filter?.status) rest.push(hasStatus(filter.status));
  if (groupIds) rest.push({ sql: IS_MEMBER, parameters: { groupIds } });
  if (further) rest.push(further);
  const searches: Condition[] = [];
  if (filter?.search != null) searches.push(personMatches(filter.search));
  if (filter?.usernameContains != null) searches.push(usernameHas(filter.usernameContains));
  return {
    search: searches.length > 0 ? all(searches) : null,
    rest: all(rest),
  };
}

/** Lists of users. */
export class PeopleListStore {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * @param groupIds only members of one of these groups
   * @param further of `person`
   */
  async page(
    filter: ListedPeople | undefined,
    window: PageWindow,
    groupIds?: readonly string[],
    further?: Condition,
  ): Promise<TelegramUser[]> {
    const { search, rest } = buildConditions(filter, groupIds, further);
    const query = this.dataSource.getRepository(TelegramUser).createQueryBuilder('person');
    if (!search) return inWindow(query.where(rest.sql, rest.parameters), window).getMany();
    const keys = await searchPage(this.dataSource, {
      from: 'telegram_user person',
      alias: 'person',
      key: 'person.id',
      condition: rest.sql,
      match: search.sql,
      window,
      values: { ...rest.parameters, ...search.parameters, ...window.parameters },
    });
    const found = await query.where('person.id = ANY (:keys)', { keys }).getMany();
    return found.sort((a, b) => keys.indexOf(a.id) - keys.indexOf(b.id));
  }

  async count(
    filter: ListedPeople | undefined,
    groupIds?: readonly string[],
    further?: Condition,
  ): Promise<number> {
    const { search, rest } = buildConditions(filter, groupIds, further);
    const statement = `
      SELECT count(*)::integer AS count FROM telegram_user person WHERE ${rest.sql} AND ${search?.sql ?? 'TRUE'}`;
    const values = { ...rest.parameters, ...search?.parameters };
    if (search) return countMatches(this.dataSource, statement, values);
    return (await oneRow<{ count: number }>(this.dataSource, statement, values)).count;
  }
}
