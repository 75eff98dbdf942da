import type { PageWindow } from '../kernel/pages.js';
import { oneRow, rows, type SqlExecutor, type TransactionalSql } from './rows.js';

/** SQL of a condition with the values of its names. */
export interface Condition {
  sql: string;
  parameters: Record<string, unknown>;
}

/** Whether a row is searched for, as a condition in two forms. */
export interface Match {
  /** Cheap for a row that has been read. */
  ofRow: string;
  /** Supported by an index. */
  byIndex: string;
  parameters: Condition['parameters'];
}

/** As many letters in a row find their rows by an index; see the function text_grams. */
const GRAM_LENGTH = 3;

/** Escapes the wildcards of LIKE. Compatible forms of letters come first: among them are other forms of the wildcards. */
export function escapeLike(part: string): string {
  return part.normalize('NFKC').replace(/[\\%_]/g, '\\$&');
}

/** Whether a term has too few letters for the index of parts. */
export function isShort(term: string): boolean {
  return Array.from(term.normalize('NFKC')).length < GRAM_LENGTH;
}

/**
 * The column contains the term, letter case aside. Needs an index on text_grams(fold_text(column), 1).
 * @param name of the values, which is to be unique in the statement
 */
export function contains(column: string, term: string, name: string): Condition {
  return {
    sql: `text_grams(fold_text(${column}), 1) @> text_grams(fold_text(:${name}), 1)
      AND fold_text(${column}) LIKE fold_text(:${name}Pattern)`,
    parameters: { [name]: term, [`${name}Pattern`]: `%${escapeLike(term)}%` },
  };
}

/** A table by the name of its alias, and the key by which a row of the list has its row there. */
export interface Join {
  table: string;
  alias: string;
  on: string;
}

export interface Searched {
  /** Table, which is its alias too unless one follows. */
  from: string;
  alias: string;
  /** Joins the one row that the match looks at. */
  join?: Join;
  key: string;
  /** Which rows belong to the list, without the search. */
  condition: string;
  /** Which of them are searched for. */
  match: Match;
  window: PageWindow;
  /** Of all names in these. */
  values: Readonly<Record<string, unknown>>;
}

/** How many rows of the list are looked at before the index of the match is asked. */
const NEAR_ROWS = 2000;

/** Names often come in the order of their groups: what is rare here may be frequent, but never worth a scan. */
const BY_INDEX = 'SET LOCAL enable_seqscan = off';

function byIndex<T>(sql: TransactionalSql, work: (sql: SqlExecutor) => Promise<T>): Promise<T> {
  return sql.transaction(async (transaction) => {
    await transaction.query(BY_INDEX);
    return work(transaction);
  });
}

interface Near {
  keys: string[];
  /** How many rows there were, of which these match. */
  looked: number;
}

/** Matches among the next rows of the list. Each is looked at: where the index finds few, planners prefer to read all of these. */
function nearStatement({ from, alias, join, key, condition, match, window }: Searched): string {
  const { condition: bounds, orderBy, limit } = window;
  const joined = join
    ? `CROSS JOIN LATERAL (SELECT * FROM ${join.table} ${join.alias} WHERE ${join.on} OFFSET 0) ${join.alias}`
    : '';
  return `
    WITH near AS MATERIALIZED (
      SELECT ${alias}.* FROM ${from} WHERE ${condition} AND ${bounds} ORDER BY ${orderBy} LIMIT ${NEAR_ROWS}
    )
    SELECT (SELECT count(*)::integer FROM near) AS looked, ARRAY(
      SELECT ${key}::text FROM near ${alias} ${joined} WHERE ${match.ofRow} ORDER BY ${orderBy} LIMIT ${limit}
    ) AS keys`;
}

/**
 * All matches, sorted. OFFSET 0 keeps the planner from walking the list in its order. What it is sorted by is computed before, by
 * parallel workers where there are many.
 */
function farStatement({ from, join, key, condition, match, window }: Searched): string {
  const { condition: bounds, columns, direction, limit } = window;
  const joined = join ? `JOIN ${join.table} ${join.alias} ON ${join.on}` : '';
  const names = columns.map((_, place) => `place_${place}`);
  return `
    SELECT key FROM (
      SELECT ${key} AS key, ${columns.map((path, place) => `${path} AS ${names[place]}`).join(', ')}
      FROM ${from} ${joined} WHERE ${match.byIndex} AND ${condition} AND ${bounds} OFFSET 0
    ) found
    ORDER BY ${names.map((name) => `${name} ${direction}`).join(', ')} LIMIT ${limit}`;
}

/**
 * Selects the keys of a page of the rows that match, in its order. A frequent term is found among the next rows of the list;
 * only for the others, which have few matches, all of them are read by their index and sorted. So the first page takes
 * milliseconds however many rows there are, and whether or not the statistics are fresh. A list with few rows left is read whole.
 */
export async function searchPage(sql: TransactionalSql, searched: Searched): Promise<string[]> {
  const { window, values } = searched;
  const { keys, looked } = await oneRow<Near>(sql, nearStatement(searched), values);
  if (keys.length === window.limit || looked < NEAR_ROWS) return keys;
  const far = (transaction: SqlExecutor) =>
    rows<{ key: string }>(transaction, farStatement(searched), values);
  return (await byIndex(sql, far)).map(({ key }) => key);
}

/** Counts the matches of a search. @param statement counts a list, and ends with its WHERE */
export async function countMatches(
  sql: TransactionalSql,
  statement: string,
  values: Readonly<Record<string, unknown>>,
  match: Match,
): Promise<number> {
  const counted = `${statement} AND ${match.byIndex}`;
  const count = (transaction: SqlExecutor) =>
    oneRow<{ count: number }>(transaction, counted, { ...values, ...match.parameters });
  return (await byIndex(sql, count)).count;
}
