import {
  DataSource,
  type DataSourceOptions as TypeOrmOptions,
  type Logger as TypeOrmLogger,
  type MigrationInterface,
} from 'typeorm';
import pg from 'pg';
import type { Logger } from 'pino';
import { PatientPool } from './patient-pool.js';
import { pooledSession, sessionSettings } from './session.js';
import { SilentConnections } from './silent-connections.js';

/** Logs each statement at trace without its parameters, which may contain names of users. */
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

/** The server's time limit is shorter, so that a statement the client gave up neither holds locks nor takes effect later. */
const SERVER_SHARE = 0.9;

export interface DataSourceOptions {
  url: string;
  logger?: Logger;
  /** Maximum number of connections. */
  poolSize?: number;
  applicationName?: string;
  /** Whether the URL leads through a pooler that keeps no session. */
  pooled?: boolean;
  /** Time limit of a statement in milliseconds. When it is exceeded, the connection is closed as well. Unlimited by default. */
  statementTimeoutMs?: number;
  /** How long a statement waits for a lock, in milliseconds. By default as the server says. */
  lockTimeoutMs?: number;
}

/** Entities and migrations; the composition root knows them all. */
export interface Tables extends Required<Pick<TypeOrmOptions, 'entities'>> {
  migrations: (new () => MigrationInterface)[];
}

/** Creates a data source without connecting. Never synchronizes. */
export function createDataSource(
  {
    url,
    logger,
    poolSize = 16,
    applicationName,
    statementTimeoutMs,
    lockTimeoutMs,
    pooled = false,
  }: DataSourceOptions,
  tables: Tables,
): DataSource {
  const session = pooled
    ? pooledSession()
    : sessionSettings(
        statementTimeoutMs && statementTimeoutMs * SERVER_SHARE,
        ...(lockTimeoutMs === undefined ? [] : [`SET lock_timeout = ${lockTimeoutMs}`]),
      );
  return new DataSource({
    type: 'postgres',
    ...tables,
    subscribers: [SilentConnections],
    migrationsTableName: 'migration',
    migrationsTransactionMode: 'each',
    synchronize: false,
    installExtensions: false,
    driver: { ...pg, Pool: PatientPool },
    applicationName: applicationName ?? 'pollcast',
    poolSize,
    extra: {
      // Passed to pg directly, since TypeORM does not understand every URL that pg does, such as ?host=/var/run/postgresql.
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
