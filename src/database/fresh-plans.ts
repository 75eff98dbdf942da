import type { SqlExecutor, TransactionalSql } from './rows.js';

/**
 * A connection caches its plan for the check of a foreign key. A plan made while the referenced table was small scans the
 * whole table for every inserted row, until autovacuum has noticed that it has grown.
 */
const DISCARD_PLANS = 'DISCARD PLANS';

/** Runs a transaction that inserts many rows, with fresh plans. */
export function withFreshPlans<T>(sql: TransactionalSql, work: (sql: SqlExecutor) => Promise<T>): Promise<T> {
  return sql.transaction(async (transaction) => {
    await transaction.query(DISCARD_PLANS);
    return work(transaction);
  });
}
