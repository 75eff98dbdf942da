import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import { badUserInput } from './errors.js';
import { isRowId } from './ids.js';

const MAX_PAGE_SIZE = 100;
/** Length of a page for which neither first nor last is given. */
export const PAGE_SIZE = 20;

/** Position of a page in the list. */
export interface PageInfo {
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  startCursor: string | null;
  endCursor: string | null;
}

/** One page of a list, in the form of a Relay connection. */
export interface Connection<T> {
  edges: { cursor: string; node: T }[];
  nodes: T[];
  pageInfo: PageInfo;
  /** Length of the whole list. */
  count: () => Promise<number>;
}

/** Forwards by first and after, or backwards by last and before; the other cursor bounds the list. */
export interface PageArguments {
  first?: number | null;
  after?: string | null;
  last?: number | null;
  before?: string | null;
}

/** A column, or an expression, that is never null: only so can rows be compared with a cursor. */
export interface KeysetColumn {
  /** `coalesce(campaign.startedAt, '-infinity')` sorts nulls last in a descending order. */
  path: string;
  sqlType: 'bigint' | 'integer' | 'timestamptz' | 'text';
  /** What the path makes of the text in the cursor, such as its small letters. */
  convert?: (sql: string) => string;
}

/** A total order of a list, so that a cursor marks one position. */
export interface KeysetOrder<T> {
  /** List and order: cursors carry it, so that one of another list or order is refused instead of misread. */
  name: string;
  columns: KeysetColumn[];
  keyOf: (node: T) => string[];
  descending: boolean;
}

/** The part of a list that one statement reads. Its names and values are for `rows` or a query builder. */
export interface PageWindow {
  condition: string;
  columns: string[];
  direction: 'ASC' | 'DESC';
  /** All of ORDER BY. */
  orderBy: string;
  limit: number;
  parameters: Record<string, string>;
}

function encodeCursor<T>({ name, keyOf }: KeysetOrder<T>, node: T): string {
  return Buffer.from(JSON.stringify([name, ...keyOf(node)])).toString('base64url');
}

const MAX_TEXT = 1000;

const IS_KEY = {
  bigint: isRowId,
  integer: (part: string) => /^\d{1,9}$/.test(part),
  timestamptz: (part: string) =>
    /^-?infinity$/.test(part) || (/^[1-9]\d{3}-/.test(part) && new Date(part).toISOString() === part),
  text: (part: string) => part.length <= MAX_TEXT && !part.includes('\0'),
};

function decodeCursor<T>(argument: string, cursor: string, { name, columns }: KeysetOrder<T>): string[] {
  try {
    const content: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(content) && content.length === columns.length + 1 && content[0] === name) {
      const parts = content.slice(1).map(String);
      if (columns.every(({ sqlType }, index) => IS_KEY[sqlType](parts[index] ?? ''))) return parts;
    }
  } catch {
    // Not made by encodeCursor, or not an instant.
  }
  throw badUserInput(
    `${argument} must be a cursor that this list returned in this order. Leave it out to begin at the first page.`,
  );
}

/** Which part of the list is wanted, read from which end. */
function chooseSize({ first, last }: PageArguments, defaultSize: number): { size: number; fromEnd: boolean } {
  if (first != null && last != null) throw badUserInput('Give first or last, not both.');
  const [name, size] = last != null ? ['last', last] : ['first', first ?? defaultSize];
  if (size < 1 || size > MAX_PAGE_SIZE) throw badUserInput(`${name} must be from 1 to ${MAX_PAGE_SIZE}.`);
  return { size, fromEnd: last != null };
}

/** The rows beyond a cursor. */
function bound<T>(
  argument: 'after' | 'before',
  cursor: string,
  order: KeysetOrder<T>,
): Pick<PageWindow, 'condition' | 'parameters'> {
  const key = decodeCursor(argument, cursor, order);
  const isGreater = (argument === 'after') !== order.descending;
  const values = order.columns.map(({ sqlType, convert }, index) => {
    const value = `CAST(:${argument}${index} AS ${sqlType})`;
    return convert ? convert(value) : value;
  });
  return {
    condition: `(${order.columns.map(({ path }) => path).join(', ')}) ${isGreater ? '>' : '<'} (${values.join(', ')})`,
    parameters: Object.fromEntries(key.map((part, index) => [`${argument}${index}`, part])),
  };
}

/**
 * Reads one page by keyset pagination: its cost grows neither with the pages before it nor with those after it.
 * @param read rows of the window, in its order
 * @throws BAD_USER_INPUT if first or last is not from 1 to 100, or a cursor is none of this list
 */
export async function readPage<T>(
  page: PageArguments,
  order: KeysetOrder<T>,
  read: (window: PageWindow) => Promise<T[]>,
  count: () => Promise<number>,
  defaultSize = PAGE_SIZE,
): Promise<Connection<T>> {
  const { size, fromEnd } = chooseSize(page, defaultSize);
  const bounds = (['after', 'before'] as const).flatMap((argument) => {
    const cursor = page[argument];
    return cursor == null ? [] : [bound(argument, cursor, order)];
  });
  const direction = order.descending !== fromEnd ? 'DESC' : 'ASC';
  const found = await read({
    condition: bounds.map(({ condition }) => condition).join(' AND ') || 'TRUE',
    columns: order.columns.map(({ path }) => path),
    direction,
    orderBy: order.columns.map(({ path }) => `${path} ${direction}`).join(', '),
    limit: size + 1,
    parameters: Object.assign({}, ...bounds.map(({ parameters }) => parameters)) as Record<string, string>,
  });
  const nodes = found.slice(0, size);
  if (fromEnd) nodes.reverse();
  const edges = nodes.map((node) => ({ node, cursor: encodeCursor(order, node) }));
  const isCut = found.length > size;
  return {
    edges,
    nodes,
    pageInfo: {
      hasNextPage: fromEnd ? page.before != null : isCut,
      hasPreviousPage: fromEnd ? isCut : page.after != null,
      startCursor: edges.at(0)?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    count,
  };
}

/** Restricts a query to a window. @param query everything but order and limit */
export function inWindow<T extends ObjectLiteral>(
  query: SelectQueryBuilder<T>,
  { condition, columns, direction, limit, parameters }: PageWindow,
): SelectQueryBuilder<T> {
  const windowed = query.clone().andWhere(condition, parameters).limit(limit);
  for (const column of columns) windowed.addOrderBy(column, direction);
  return windowed;
}

/** As readPage. @param query everything but order and limit */
export function paginate<T extends ObjectLiteral>(
  query: SelectQueryBuilder<T>,
  page: PageArguments,
  order: KeysetOrder<T>,
  defaultSize = PAGE_SIZE,
): Promise<Connection<T>> {
  return readPage(
    page,
    order,
    (window) => inWindow(query, window).getMany(),
    () => query.getCount(),
    defaultSize,
  );
}
