/** Whatever runs a statement: a DataSource, or an EntityManager inside a transaction. */
export interface SqlExecutor {
  query(sql: string, parameters?: unknown[]): Promise<unknown>;
}

/** What can also run several statements as one: a DataSource. */
export interface TransactionalSql extends SqlExecutor {
  transaction<T>(work: (sql: SqlExecutor) => Promise<T>): Promise<T>;
}

/**
 * Runs a statement and returns its rows. TypeORM gives the rows of UPDATE and DELETE beside their count, those of
 * every other statement bare.
 */
export async function rows<T>(executor: SqlExecutor, sql: string, parameters: unknown[] = []): Promise<T[]> {
  const result = await executor.query(sql, parameters);
  if (!Array.isArray(result)) return [];
  const [first, second] = result as unknown[];
  return (Array.isArray(first) && typeof second === 'number' ? first : result) as T[];
}

/** The single row of a statement that always returns one. */
export async function oneRow<T>(executor: SqlExecutor, sql: string, parameters: unknown[] = []): Promise<T> {
  const [row] = await rows<T>(executor, sql, parameters);
  if (row === undefined) throw new Error('A statement that returns one row returned none.');
  return row;
}
