/** Runs statements: a DataSource, or an EntityManager within a transaction. */
export interface SqlExecutor {
  query(sql: string, parameters?: unknown[]): Promise<unknown>;
}

/** Runs transactions as well: a DataSource. */
export interface TransactionalSql extends SqlExecutor {
  transaction<T>(work: (sql: SqlExecutor) => Promise<T>): Promise<T>;
}

/**
 * Runs a statement and returns its rows. TypeORM returns rows and count for UPDATE and DELETE, and rows alone for every
 * other statement.
 */
export async function rows<T>(executor: SqlExecutor, sql: string, parameters: unknown[] = []): Promise<T[]> {
  const result = await executor.query(sql, parameters);
  if (!Array.isArray(result)) return [];
  const [first, second] = result as unknown[];
  return (Array.isArray(first) && typeof second === 'number' ? first : result) as T[];
}

/** Returns the row of a statement that always has one. */
export async function oneRow<T>(executor: SqlExecutor, sql: string, parameters: unknown[] = []): Promise<T> {
  const [row] = await rows<T>(executor, sql, parameters);
  if (row === undefined) throw new Error('A statement that returns one row returned none.');
  return row;
}
