import { afterAll, beforeAll } from '@jest/globals';
import { Pool, type QueryResultRow } from 'pg';
import { PreparedSql } from '../../src/database/prepared.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

export interface EngineDatabase {
  query<T extends QueryResultRow>(sql: string, parameters?: unknown[]): Promise<T[]>;
  /** As the engine speaks to the database. */
  readonly sql: PreparedSql;
}

/** A database of its own for a test file, which calls this once. */
export function useEngineDatabase(): EngineDatabase {
  let database: TestDatabase;
  let pool: Pool;
  let sql: PreparedSql;
  beforeAll(async () => {
    database = await createTestDatabase();
    pool = new Pool({ connectionString: database.url, max: 8 });
    // A connection that is ended may still be there when the database is dropped.
    pool.on('error', () => undefined);
    sql = new PreparedSql(pool);
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });
  return {
    query: (text, parameters) => database.query(text, parameters),
    get sql() {
      return sql;
    },
  };
}
