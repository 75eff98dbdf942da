import type { DataSource } from 'typeorm';
import { oneRow } from '../database/rows.js';
import {
  countMatches,
  escapeLike,
  isShort,
  searchPage,
  type Condition,
  type Match,
} from '../database/search.js';
import { isRowId, toKey } from '../kernel/ids.js';
import { inWindow, type PageWindow } from '../kernel/pages.js';
import type { TelegramUserFilter } from './people.types.js';
import { TelegramUser, TelegramUserStatus } from './telegram-user.entity.js';

const TEXT = 'person_text(person.first_name, person.last_name, person.username)';

/** Supported by telegram_user_search_idx. @param name of the value, a part of the text */
const hasGrams = (name: string): string => `text_grams(${TEXT}, 3) @> term_grams(fold_text(:${name}))`;

/**
 * The parts of a username; the first letters where there are too few for an index of parts.
 * @param name of the values, which is to be unique in the statement
 */
function usernameHas(part: string, name: string): Match {
  const pattern = escapeLike(part);
  if (isShort(part)) {
    const startsSo = `person.username ILIKE :${name}Pattern`;
    return { ofRow: startsSo, byIndex: startsSo, parameters: { [`${name}Pattern`]: `${pattern}%` } };
  }
  const hasPart = `fold_text(person.username) LIKE fold_text(:${name}Pattern)`;
  return {
    ofRow: hasPart,
    byIndex: `${hasGrams(name)} AND ${hasPart}`,
    parameters: { [name]: part, [`${name}Pattern`]: `%${pattern}%` },
  };
}

/**
 * Users with the term in their names or username, at the start of a word where it is short; or with this Telegram id. A
 * leading @ means the username. Needs the table telegram_user by the name person.
 */
export function personMatches(term: string): Match {
  if (term.startsWith('@')) return usernameHas(term.slice(1).trim(), 'search');
  const part = isShort(term) ? ` ${term}` : term;
  const key = toKey('user', term);
  const isId = isRowId(key);
  const orId = isId ? 'OR person.id = CAST(:searchedId AS bigint)' : '';
  const hasPart = `${TEXT} LIKE fold_text(:searchPattern)`;
  return {
    ofRow: `(${hasPart} ${orId})`,
    // A term of three letters is its one gram: a row with that gram need not be compared again.
    byIndex: `(${hasGrams('search')} ${orId}) AND (length(fold_text(:search)) = 3 OR ${hasPart} ${orId})`,
    parameters: { search: part, searchPattern: `%${escapeLike(part)}%`, ...(isId && { searchedId: key }) },
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

const all = (conditions: readonly string[]): string => conditions.join(' AND ') || 'TRUE';

function allParameters(conditions: readonly Pick<Condition, 'parameters'>[]): Condition['parameters'] {
  return Object.assign({}, ...conditions.map(({ parameters }) => parameters)) as Condition['parameters'];
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
): { search: Match | null; rest: Condition } {
  const rest: Condition[] = [];
  if (filter?.status) rest.push(hasStatus(filter.status));
  if (groupIds) rest.push({ sql: IS_MEMBER, parameters: { groupIds } });
  if (further) rest.push(further);
  const searches: Match[] = [];
  if (filter?.search != null) searches.push(personMatches(filter.search));
  if (filter?.usernameContains != null) searches.push(usernameHas(filter.usernameContains, 'username'));
  return {
    search:
      searches.length === 0
        ? null
        : {
            ofRow: all(searches.map(({ ofRow }) => ofRow)),
            byIndex: all(searches.map(({ byIndex }) => byIndex)),
            parameters: allParameters(searches),
          },
    rest: { sql: all(rest.map(({ sql }) => sql)), parameters: allParameters(rest) },
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
      match: search,
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
      SELECT count(*)::integer AS count FROM telegram_user person WHERE ${rest.sql}`;
    if (search) return countMatches(this.dataSource, statement, rest.parameters, search);
    return (await oneRow<{ count: number }>(this.dataSource, statement, rest.parameters)).count;
  }
}
