import { DataSource, type Logger as TypeOrmLogger } from 'typeorm';
import type { Logger } from 'pino';
import { InitialSchema1790000000000 } from '../../migrations/1790000000000-initial-schema.js';
import { SendingIndex1790000001000 } from '../../migrations/1790000001000-sending-index.js';
import { Access1790000002000 } from '../../migrations/1790000002000-access.js';
import { ClaimId1790000400000 } from '../../migrations/1790000400000-claim-id.js';
import { AnswerOption1790000500000 } from '../../migrations/1790000500000-answer-option.js';
import { ReachableAt1790000600000 } from '../../migrations/1790000600000-reachable-at.js';
import { SlotsNear1790000601000 } from '../../migrations/1790000601000-slots-near.js';
import { RunningSince1790000602000 } from '../../migrations/1790000602000-running-since.js';
import { LeaseHolder1790001200000 } from '../../migrations/1790001200000-lease-holder.js';
import { CampaignContent1790001301000 } from '../../migrations/1790001301000-campaign-content.js';
import { Audience1790001500000 } from '../../migrations/1790001500000-audience.js';
import { Installation1790001501000 } from '../../migrations/1790001501000-installation.js';
import { SlotsAhead1790001600000 } from '../../migrations/1790001600000-slots-ahead.js';
import { CampaignLog1790001700000 } from '../../migrations/1790001700000-campaign-log.js';
import { AuditRepeats1790001750000 } from '../../migrations/1790001750000-audit-repeats.js';
import { TelegramOutage1790001100000 } from '../../migrations/1790001100000-telegram-outage.js';
import { OptOut1790001300000 } from '../../migrations/1790001300000-opt-out.js';
import { ApiToken } from '../access/api-token.entity.js';
import { AuditEntry } from '../access/audit-entry.entity.js';
import { WorkerHeartbeat1790000300000 } from '../../migrations/1790000300000-worker-heartbeat.js';
import { NotificationCampaign } from '../campaigns/campaign.entity.js';
import { CampaignChunk } from '../delivery/chunk.entity.js';
import { Delivery } from '../delivery/delivery.entity.js';
import { Answer, PollCompletion } from '../people/participation.entity.js';
import { TelegramUser } from '../people/telegram-user.entity.js';
import { pooledSession, sessionSettings } from './session.js';
import { Poll } from '../polls/poll.entity.js';
import { Question, QuestionOption } from '../polls/question.entity.js';
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

/** The entities and migrations on one database, not connected yet. Never synchronizes. */
export function createDataSource({
  url,
  logger,
  poolSize = 16,
  applicationName,
  statementTimeoutMs,
  pooled = false,
}: DataSourceOptions): DataSource {
  const session = pooled
    ? pooledSession()
    : sessionSettings(statementTimeoutMs && statementTimeoutMs * SERVER_SHARE);
  return new DataSource({
    type: 'postgres',
    entities: [
      Poll,
      Question,
      QuestionOption,
      TelegramUser,
      PollCompletion,
      Answer,
      NotificationCampaign,
      CampaignChunk,
      Delivery,
      ApiToken,
      AuditEntry,
    ],
    migrations: [
      InitialSchema1790000000000,
      SendingIndex1790000001000,
      Access1790000002000,
      WorkerHeartbeat1790000300000,
      ClaimId1790000400000,
      AnswerOption1790000500000,
      ReachableAt1790000600000,
      SlotsNear1790000601000,
      RunningSince1790000602000,
      TelegramOutage1790001100000,
      LeaseHolder1790001200000,
      OptOut1790001300000,
      CampaignContent1790001301000,
      Audience1790001500000,
      Installation1790001501000,
      SlotsAhead1790001600000,
      CampaignLog1790001700000,
      AuditRepeats1790001750000,
    ],
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
    logging: logger?.isLevelEnabled('trace') === true ? 'all' : ['error', 'migration'],
    logger: logger ? new StatementLogger(logger) : undefined,
  });
}
