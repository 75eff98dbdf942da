/** Runs statements: a DataSource, or an EntityManager within a transaction. */
export interface SqlExecutor {
  query(sql: string, parameters?: unknown[]): Promise<unknown>;
}

/** Runs transactions as well: a DataSource. */
export interface TransactionalSql extends SqlExecutor {
  transaction<T>(work: (sql: SqlExecutor) => Promise<T>): Promise<T>;
}

/** By place ($1), or by name (:name) where there are many. */
export type Parameters = readonly unknown[] | Readonly<Record<string, unknown>>;

/** Not the second colon of a cast. */
const NAME = /(?<!:):([a-z]\w*)/gi;

interface PlacedStatement {
  sql: string;
  /** In the order of their places. */
  names: string[];
}

const placedStatements = new Map<string, PlacedStatement>();

/** Gives every name of a statement its place, once for each statement. */
function placeNames(statement: string): PlacedStatement {
  const known = placedStatements.get(statement);
  if (known) return known;
  const names: string[] = [];
  const sql = statement.replace(NAME, (_whole, name: string) => {
    if (!names.includes(name)) names.push(name);
    return `$${names.indexOf(name) + 1}`;
  });
  const placed = { sql, names };
  placedStatements.set(statement, placed);
  return placed;
}

function query(executor: SqlExecutor, statement: string, parameters: Parameters): Promise<unknown> {
  if (Array.isArray(parameters)) return executor.query(statement, parameters as unknown[]);
  const { sql, names } = placeNames(statement);
  const values = parameters as Readonly<Record<string, unknown>>;
  const missing = names.find((name) => !(name in values));
  if (missing !== undefined) throw new Error(`The statement needs a value for :${missing}.`);
  return executor.query(
    sql,
    names.map((name) => values[name]),
  );
}

/**
 * Runs a statement and returns its rows. TypeORM returns rows and count for UPDATE and DELETE, and rows alone for every
 * other statement.
 */
export async function rows<T>(executor: SqlExecutor, sql: string, parameters: Parameters = []): Promise<T[]> {
  const result = await query(executor, sql, parameters);
  if (!Array.isArray(result)) return [];
  const [first, second] = result as unknown[];
  return (Array.isArray(first) && typeof second === 'number' ? first : result) as T[];
}

/** Returns the row of a statement that always has one. */
export async function oneRow<T>(executor: SqlExecutor, sql: string, parameters: Parameters = []): Promise<T> {
  const [row] = await rows<T>(executor, sql, parameters);
  if (row === undefined) throw new Error('A statement that returns one row returned none.');
  return row;
}
