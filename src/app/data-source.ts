import type { DataSource } from 'typeorm';
import { InitialSchema1790000000000 } from '../../migrations/1790000000000-initial-schema.js';
import { SendingIndex1790000001000 } from '../../migrations/1790000001000-sending-index.js';
import { Access1790000002000 } from '../../migrations/1790000002000-access.js';
import { WorkerHeartbeat1790000300000 } from '../../migrations/1790000300000-worker-heartbeat.js';
import { ClaimId1790000400000 } from '../../migrations/1790000400000-claim-id.js';
import { AnswerOption1790000500000 } from '../../migrations/1790000500000-answer-option.js';
import { ReachableAt1790000600000 } from '../../migrations/1790000600000-reachable-at.js';
import { SlotsNear1790000601000 } from '../../migrations/1790000601000-slots-near.js';
import { RunningSince1790000602000 } from '../../migrations/1790000602000-running-since.js';
import { TelegramOutage1790001100000 } from '../../migrations/1790001100000-telegram-outage.js';
import { LeaseHolder1790001200000 } from '../../migrations/1790001200000-lease-holder.js';
import { OptOut1790001300000 } from '../../migrations/1790001300000-opt-out.js';
import { CampaignContent1790001301000 } from '../../migrations/1790001301000-campaign-content.js';
import { Audience1790001500000 } from '../../migrations/1790001500000-audience.js';
import { Installation1790001501000 } from '../../migrations/1790001501000-installation.js';
import { SlotsAhead1790001600000 } from '../../migrations/1790001600000-slots-ahead.js';
import { CampaignLog1790001700000 } from '../../migrations/1790001700000-campaign-log.js';
import { AuditRepeats1790001750000 } from '../../migrations/1790001750000-audit-repeats.js';
import { ChangeCounters1790001760000 } from '../../migrations/1790001760000-change-counters.js';
import { Search1790001800000 } from '../../migrations/1790001800000-search.js';
import { Groups1790001900000 } from '../../migrations/1790001900000-groups.js';
import { DeliveryWithoutChunkKey1790001930000 } from '../../migrations/1790001930000-delivery-without-chunk-key.js';
import { PollIdempotency1790001920000 } from '../../migrations/1790001920000-poll-idempotency.js';
import { PollCounts1790001910000 } from '../../migrations/1790001910000-poll-counts.js';
import { TokenUse1790002100000 } from '../../migrations/1790002100000-token-use.js';
import { Questionnaire1790002000000 } from '../../migrations/1790002000000-questionnaire.js';
import { FirstQuestion1790002001000 } from '../../migrations/1790002001000-first-question.js';
import { CampaignMoves1790002101000 } from '../../migrations/1790002101000-campaign-moves.js';
import { Understand1790002102000 } from '../../migrations/1790002102000-understand.js';
import { Responses1790002002000 } from '../../migrations/1790002002000-responses.js';
import { Erasure1790002103000 } from '../../migrations/1790002103000-erasure.js';
import { ExportLinks1790002104000 } from '../../migrations/1790002104000-export-links.js';
import { HeardWishes1790002110000 } from '../../migrations/1790002110000-heard-wishes.js';
import { ChunkLastSent1790002120000 } from '../../migrations/1790002120000-chunk-last-sent.js';
import { CompletionsAtOnce1790002130000 } from '../../migrations/1790002130000-completions-at-once.js';
import { SearchFaster1790002140000 } from '../../migrations/1790002140000-search-faster.js';
import { AnonymousSteps1790002160000 } from '../../migrations/1790002160000-anonymous-steps.js';
import { CheaperAnswers1790002170000 } from '../../migrations/1790002170000-cheaper-answers.js';
import { ExportLink } from '../exports/export-link.entity.js';
import { AnonymousPolls1790002003000 } from '../../migrations/1790002003000-anonymous-polls.js';
import { ApiToken } from '../access/api-token.entity.js';
import { AuditEntry } from '../access/audit-entry.entity.js';
import { NotificationCampaign } from '../campaigns/campaign.entity.js';
import { CampaignChunk } from '../delivery/chunk.entity.js';
import { Delivery } from '../delivery/delivery.entity.js';
import { Group } from '../groups/group.entity.js';
import { Answer, PollCompletion } from '../people/participation.entity.js';
import { TelegramUser } from '../people/telegram-user.entity.js';
import { Poll } from '../polls/poll.entity.js';
import { Question, QuestionOption } from '../polls/question.entity.js';
import * as database from '../database/data-source.js';
import { migrateTables } from '../database/migrate.js';
import { openSession } from '../database/preflight.js';
import type { WatchedConnection } from '../database/watched-connection.js';

/** Lists every entity and migration. */
const TABLES: database.Tables = {
  entities: [
    Poll,
    Question,
    QuestionOption,
    Group,
    TelegramUser,
    PollCompletion,
    Answer,
    NotificationCampaign,
    CampaignChunk,
    Delivery,
    ApiToken,
    AuditEntry,
    ExportLink,
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
    ChangeCounters1790001760000,
    Search1790001800000,
    Groups1790001900000,
    PollCounts1790001910000,
    PollIdempotency1790001920000,
    DeliveryWithoutChunkKey1790001930000,
    Questionnaire1790002000000,
    FirstQuestion1790002001000,
    Responses1790002002000,
    AnonymousPolls1790002003000,
    TokenUse1790002100000,
    CampaignMoves1790002101000,
    Understand1790002102000,
    Erasure1790002103000,
    ExportLinks1790002104000,
    HeardWishes1790002110000,
    ChunkLastSent1790002120000,
    CompletionsAtOnce1790002130000,
    SearchFaster1790002140000,
    AnonymousSteps1790002160000,
    CheaperAnswers1790002170000,
  ],
};

/** Creates a data source without connecting. */
export function createDataSource(options: database.DataSourceOptions): DataSource {
  return database.createDataSource(options, TABLES);
}

/** Brings the schema of a database up to date. @returns the migrations that this call ran */
export function migrate(session: WatchedConnection, options: database.DataSourceOptions): Promise<string[]> {
  return migrateTables(session, options, TABLES);
}

/** As migrate, over a connection of its own. */
export async function migrateAt(url: string): Promise<string[]> {
  const session = await openSession(url);
  try {
    return await migrate(session, { url });
  } finally {
    await session.close();
  }
}
