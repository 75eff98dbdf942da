import type { SqlExecutor, TransactionalSql } from './rows.js';

/**
 * A connection keeps its plan for the check of a foreign key. Made while the referenced table was small, it reads that
 * table from one end to the other for every row inserted, until autovacuum has noticed how it has grown.
 */
const DISCARD_PLANS = 'DISCARD PLANS';

/** A transaction that inserts many rows, with plans for the tables as they are now. */
export function withFreshPlans<T>(sql: TransactionalSql, work: (sql: SqlExecutor) => Promise<T>): Promise<T> {
  return sql.transaction(async (transaction) => {
    await transaction.query(DISCARD_PLANS);
    return work(transaction);
  });
}
