import type { Pool } from 'pg';
import type { SqlExecutor, TransactionalSql } from './rows.js';

/** A pool of connections for statements without entities. */
export class PoolSql implements TransactionalSql {
  constructor(private readonly pool: Pool) {}

  async query(sql: string, parameters: unknown[] = []): Promise<unknown[]> {
    return (await this.pool.query<Record<string, unknown>>(sql, parameters)).rows;
  }

  async transaction<T>(work: (sql: SqlExecutor) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    const sql: SqlExecutor = {
      query: async (text, parameters = []) =>
        (await client.query<Record<string, unknown>>(text, parameters)).rows,
    };
    let isUnfit = false;
    try {
      await sql.query('BEGIN');
      const result = await work(sql);
      await sql.query('COMMIT');
      return result;
    } catch (error) {
      await sql.query('ROLLBACK').catch(() => {
        isUnfit = true;
      });
      throw error;
    } finally {
      client.release(isUnfit);
    }
  }
}
