import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { SqlExecutor } from './rows.js';

/**
 * Runs prepared statements: the engine has few, which run for every message and need not be parsed each time. They are
 * logged at trace without parameters.
 */
export class PreparedSql implements SqlExecutor {
  private readonly names = new Map<string, string>();

  /** @param options.named false behind a pooler that keeps no session, and so no prepared statements */
  constructor(
    private readonly pool: Pool,
    private readonly logger?: Logger,
    private readonly options: { named: boolean } = { named: true },
  ) {}

  async query(sql: string, parameters: unknown[] = []): Promise<unknown[]> {
    this.logger?.trace({ sql }, 'statement');
    const result = await this.pool.query<Record<string, unknown>>({
      name: this.options.named ? this.nameOf(sql) : undefined,
      text: sql,
      values: parameters,
    });
    return result.rows;
  }

  private nameOf(sql: string): string {
    const known = this.names.get(sql);
    if (known !== undefined) return known;
    const name = createHash('sha256').update(sql).digest('hex').slice(0, 32);
    this.names.set(sql, name);
    return name;
  }
}
