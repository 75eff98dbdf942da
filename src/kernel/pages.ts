import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import { badUserInput } from './errors.js';
import { isRowId } from './ids.js';

const MAX_PAGE_SIZE = 100;

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

/** A total order of a list, so that a cursor marks one position. */
export interface KeysetOrder<T> {
  /** List and order: cursors carry it, so that one of another list or order is refused instead of misread. */
  name: string;
  columns: { path: string; sqlType: 'bigint' | 'timestamptz' }[];
  keyOf: (node: T) => string[];
  descending: boolean;
}

export interface PageArguments {
  first: number;
  after?: string | null;
}

function encodeCursor<T>({ name, keyOf }: KeysetOrder<T>, node: T): string {
  return Buffer.from(JSON.stringify([name, ...keyOf(node)])).toString('base64url');
}

const IS_KEY = {
  bigint: isRowId,
  timestamptz: (part: string) => /^[1-9]\d{3}-/.test(part) && new Date(part).toISOString() === part,
};

function decodeCursor<T>(cursor: string, { name, columns }: KeysetOrder<T>): string[] {
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
    'after must be a cursor that this list returned in this order. Leave it out to begin at the first page.',
  );
}

/**
 * Reads one page by keyset pagination: its cost does not grow with the pages before it.
 * @param query everything but order and limit
 * @throws BAD_USER_INPUT if first is not from 1 to 100, or after is not a cursor of this list
 */
export async function paginate<T extends ObjectLiteral>(
  query: SelectQueryBuilder<T>,
  { first, after }: PageArguments,
  order: KeysetOrder<T>,
): Promise<Connection<T>> {
  if (first < 1 || first > MAX_PAGE_SIZE) throw badUserInput(`first must be from 1 to ${MAX_PAGE_SIZE}.`);
  const page = query.clone();
  for (const { path } of order.columns) page.addOrderBy(path, order.descending ? 'DESC' : 'ASC');
  if (after != null) {
    const key = decodeCursor(after, order);
    const columns = order.columns.map(({ path }) => path).join(', ');
    const values = order.columns.map(({ sqlType }, index) => `CAST(:key${index} AS ${sqlType})`).join(', ');
    page.andWhere(
      `(${columns}) ${order.descending ? '<' : '>'} (${values})`,
      Object.fromEntries(key.map((part, index) => [`key${index}`, part])),
    );
  }
  const found = await page.limit(first + 1).getMany();
  const nodes = found.slice(0, first);
  const edges = nodes.map((node) => ({ node, cursor: encodeCursor(order, node) }));
  return {
    edges,
    nodes,
    pageInfo: {
      hasNextPage: found.length > first,
      hasPreviousPage: after != null,
      startCursor: edges.at(0)?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    count: () => query.getCount(),
  };
}
