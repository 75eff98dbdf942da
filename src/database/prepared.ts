import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { SqlExecutor } from './rows.js';

/**
 * Runs statements as prepared ones: the engine's few run for every message, and need not be parsed each time. They appear
 * at level trace, without their parameters.
 */
export class PreparedSql implements SqlExecutor {
  private readonly names = new Map<string, string>();

  /** @param options.named false where a pooler keeps no session, and so nothing that is prepared in it */
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
