import { DataSource, type DataSourceOptions as TypeOrmOptions, type Logger as TypeOrmLogger } from 'typeorm';
import type { Logger } from 'pino';
import { pooledSession, sessionSettings } from './session.js';
import { SilentConnections } from './silent-connections.js';

/** Each statement appears at level trace, without its parameters, which may hold names of people. */
class StatementLogger implements TypeOrmLogger {
  constructor(private readonly logger: Logger) {}

  logQuery(sql: string): void {
    this.logger.trace({ sql }, 'statement');
  }

  logQueryError(error: string | Error, sql: string): void {
    this.logger.debug({ err: error, sql }, 'statement failed');
  }

  logQuerySlow(durationMs: number, sql: string): void {
    this.logger.debug({ durationMs, sql }, 'slow statement');
  }

  logSchemaBuild(message: string): void {
    this.logger.debug(message);
  }

  logMigration(message: string): void {
    this.logger.info(message);
  }

  log(_level: 'log' | 'info' | 'warn', message: unknown): void {
    this.logger.debug({ message }, 'typeorm');
  }
}

/** The server ends a statement before that: what nobody waits for must neither hold locks nor take effect later. */
const SERVER_SHARE = 0.9;

export interface DataSourceOptions {
  url: string;
  logger?: Logger;
  /** Connections of this process at the most. */
  poolSize?: number;
  applicationName?: string;
  /** Whether the URL leads through a pooler that keeps no session. */
  pooled?: boolean;
  /** How long a statement may take, in milliseconds; then it fails, and its connection is given up. No limit by default. */
  statementTimeoutMs?: number;
}

/** What a database consists of, for whoever knows all rooms. */
export type Tables = Required<Pick<TypeOrmOptions, 'entities' | 'migrations'>>;

/** Tables and migrations on one database, not connected yet. Never synchronizes. */
export function createDataSource(
  { url, logger, poolSize = 16, applicationName, statementTimeoutMs, pooled = false }: DataSourceOptions,
  tables: Tables,
): DataSource {
  const session = pooled
    ? pooledSession()
    : sessionSettings(statementTimeoutMs && statementTimeoutMs * SERVER_SHARE);
  return new DataSource({
    type: 'postgres',
    ...tables,
    subscribers: [SilentConnections],
    migrationsTableName: 'migration',
    migrationsTransactionMode: 'each',
    synchronize: false,
    installExtensions: false,
    applicationName: applicationName ?? 'pollcast',
    poolSize,
    extra: {
      // Past TypeORM, which does not understand all that pg does, such as ?host=/var/run/postgresql.
      connectionString: url,
      keepAlive: true,
      connectionTimeoutMillis: 10_000,
      query_timeout: statementTimeoutMs,
      ...session,
    },
    poolErrorHandler: (error: unknown) => {
      logger?.warn({ err: error }, 'an idle database connection was lost');
    },
    // Without a logger TypeORM would print failed statements to the console, with their parameters.
    logging:
      logger?.isLevelEnabled('trace') === true ? 'all' : logger !== undefined && ['error', 'migration'],
    logger: logger ? new StatementLogger(logger) : undefined,
  });
}
