import type { DataSource, EntityManager } from 'typeorm';
import { rows, type SqlExecutor } from '../database/rows.js';
import { POLL_IS_OPEN } from '../polls/poll-open.js';
import { nameGroups } from '../groups/group.store.js';
import type { StoredAudience } from './campaign-audience.types.js';
import { NotificationCampaign, type MessageTranslation } from './campaign.entity.js';
import type { EndingStore, Failure } from './ending.js';
import { TRANSITIONS, type CampaignEvent } from './lifecycle.js';
import { lockAndFindOther } from './other-campaigns.store.js';
import { requeueRefused, TEXT_REFUSED } from './refused-text.store.js';

export interface NewCampaign extends StoredAudience {
  topicId: string;
  name: string | null;
  messageTemplate: string;
  buttonText: string | null;
  translations: MessageTranslation[];
  asksFirstQuestion: boolean;
  chunkSize: number;
  chunkIntervalMs: number;
  sendIntervalMs: number;
  status: string;
  scheduledFor: Date | null;
  idempotencyKey: string | null;
  idempotencyFingerprint: string | null;
  /** Name of a token, or "command line". */
  createdBy: string;
}

/** The basis of the campaign's rate: progress from now on, without the time it has waited. */
const BEGINS_TO_RUN = `progressed_at = clock_timestamp(), running_since = clock_timestamp(),
    done_before = total_users - pending_users`;

/** Changes of the schedule are edits. */
type PlainEvent = Exclude<CampaignEvent, 'schedule' | 'unschedule'>;

/** Further columns that an event writes. $1 id, $2 new status, $3 allowed statuses, $4 failure code, $5 failure message. */
const EVENT_COLUMNS: Readonly<Record<PlainEvent, string>> = {
  start: `started_at = clock_timestamp(), failure_code = $4, failure_message = $5, ${BEGINS_TO_RUN}`,
  holdSchedule: 'failure_code = $4, failure_message = $5',
  pause: 'failure_code = $4, failure_message = $5',
  resume: `failure_code = $4, failure_message = $5, failure_streak = 0, failure_streak_reason = NULL,
    started_at = coalesce(started_at, clock_timestamp()), finished_at = NULL, ${BEGINS_TO_RUN}`,
  fail: 'failure_code = $4, failure_message = $5, finished_at = clock_timestamp()',
  refuse: `failure_code = $4, failure_message = $5, finished_at = coalesce(finished_at, clock_timestamp()),
    failure_streak = 0`,
  cancel: 'failure_code = $4, failure_message = $5, finished_at = clock_timestamp()',
  complete: 'failure_code = $4, failure_message = $5, finished_at = clock_timestamp()',
  retry: `failure_code = $4, failure_message = $5, failure_streak = 0, failure_streak_reason = NULL,
    started_at = coalesce(started_at, clock_timestamp()), finished_at = NULL, ${BEGINS_TO_RUN}`,
};

const POLL_OPEN = `EXISTS (SELECT FROM poll WHERE poll.id = topic_id AND ${POLL_IS_OPEN})`;

/** Conditions besides the status. */
const EVENT_CONDITIONS: Partial<Record<PlainEvent, string>> = {
  start: POLL_OPEN,
  // With no recipient left, only the completion is missing.
  resume: `(${POLL_OPEN} OR planned_at IS NOT NULL AND pending_users = 0)`,
  retry: `planned_at IS NOT NULL AND ${POLL_OPEN}`,
  refuse: `failure_streak_reason = $4 AND (status <> 'FAILED' OR failure_code = $4)`,
  complete: `pending_users = 0 AND planned_at IS NOT NULL AND NOT ${TEXT_REFUSED}`,
};

/** The compare-and-set of an event, with the parameters of EVENT_COLUMNS. */
const changeStatus = (event: PlainEvent): string => `
  UPDATE notification_campaign SET status = $2, ${EVENT_COLUMNS[event]}
  WHERE id = $1 AND status = ANY ($3) AND ${EVENT_CONDITIONS[event] ?? 'true'}
  RETURNING id
`;

/** Reschedules the waiting chunks of a resumed campaign from now on, each in its pace; they need new jobs. */
const RESCHEDULE_CHUNKS = `
  UPDATE campaign_chunk chunk SET
    due_at = greatest(
      clock_timestamp() + waiting.place * campaign.chunk_interval_ms * interval '1 millisecond',
      chunk.last_sent_at + campaign.send_interval_ms * interval '1 millisecond'),
    enqueued_at = NULL
  FROM notification_campaign campaign, (
    SELECT number, row_number() OVER (ORDER BY number) - 1 AS place FROM campaign_chunk
    WHERE campaign_id = $1 AND state = 'WAITING'
  ) waiting
  WHERE campaign.id = $1 AND chunk.campaign_id = $1 AND chunk.number = waiting.number AND chunk.state = 'WAITING'
`;

const INSERT = `
  INSERT INTO notification_campaign (topic_id, name, message_template, button_text, translations,
    asks_first_question, chunk_size, chunk_interval_ms,
    send_interval_ms, status, scheduled_for, not_reminded_for_hours, participation, idempotency_key, idempotency_fingerprint,
    created_by)
  VALUES (:topicId, :name, :messageTemplate, :buttonText, :translations,
    :asksFirstQuestion, :chunkSize, :chunkIntervalMs,
    :sendIntervalMs, :status, :scheduledFor, :notRemindedForHours, :participation, :idempotencyKey, :idempotencyFingerprint,
    :createdBy)
  ON CONFLICT (idempotency_key) DO NOTHING RETURNING id
`;

const DELETE_UNSTARTED = `
  DELETE FROM notification_campaign WHERE id = $1 AND started_at IS NULL AND planned_at IS NULL RETURNING id
`;

const COUNT_OUTCOMES = `
  SELECT concat_ws(' ', status, reason) AS outcome, sum(count)::integer AS count FROM (
    SELECT status, reason, count(*) AS count FROM delivery WHERE campaign_id = $1 GROUP BY status, reason
    UNION ALL
    SELECT status, nullif(reason, ''), count FROM erased_delivery WHERE campaign_id = $1
  ) counted GROUP BY status, reason ORDER BY count DESC, outcome
`;

/** The events after which a campaign sends. */
type RunEvent = Extract<CampaignEvent, 'start' | 'resume' | 'retry'>;

/** Result of an attempt to run a campaign. */
export interface RunResult {
  runs: boolean;
  /** The campaign of the same poll that prevents it. */
  otherId?: string;
}

export interface RunOptions {
  /** Runs it also while another campaign of its poll has pending recipients. */
  besideAnother?: boolean;
}

/** Requeues deliveries of a campaign, and returns their number. */
export type Requeue = (sql: SqlExecutor) => Promise<number>;

export class CampaignStore implements EndingStore {
  constructor(private readonly dataSource: DataSource) {}

  find(id: string): Promise<NotificationCampaign | null> {
    return this.dataSource.getRepository(NotificationCampaign).findOneBy({ id });
  }

  findByIdempotencyKey(idempotencyKey: string): Promise<NotificationCampaign | null> {
    return this.dataSource.getRepository(NotificationCampaign).findOneBy({ idempotencyKey });
  }

  /** @returns the id, or undefined if the idempotency key is taken */
  async insert(campaign: NewCampaign): Promise<string | undefined> {
    return this.dataSource.transaction(async (manager) => {
      const [row] = await rows<{ id: string }>(manager, INSERT, {
        ...campaign,
        translations: JSON.stringify(campaign.translations),
      });
      if (row && campaign.groups.length > 0) {
        await nameGroups(manager, 'campaign_group', row.id, campaign.groups);
      }
      return row?.id;
    });
  }

  /**
   * One compare-and-set from the table of transitions.
   * @returns whether the event was allowed in the campaign's status, which has now changed
   */
  async transition(
    id: string,
    event: PlainEvent,
    failure?: Failure,
    executor: SqlExecutor = this.dataSource,
  ): Promise<boolean> {
    const { from, to } = TRANSITIONS[event];
    const changed = await rows(executor, changeStatus(event), [
      id,
      to,
      from,
      failure?.code ?? null,
      failure?.message ?? null,
    ]);
    return changed.length > 0;
  }

  /** @returns whether it was there, and had never been started */
  async deleteUnstarted(id: string): Promise<boolean> {
    return (await rows(this.dataSource, DELETE_UNSTARTED, [id])).length > 0;
  }

  /** Numbers of deliveries by status and reason, such as `FAILED BOT_BLOCKED`, largest first. */
  async countOutcomes(id: string): Promise<Record<string, number>> {
    const counts = await rows<{ outcome: string; count: number }>(this.dataSource, COUNT_OUTCOMES, [id]);
    return Object.fromEntries(counts.map(({ outcome, count }) => [outcome, count]));
  }

  start(id: string, options?: RunOptions): Promise<RunResult> {
    return this.beginToRun(id, options, (manager) => this.transition(id, 'start', undefined, manager));
  }

  /** Resumes a campaign and reschedules its waiting chunks. */
  resume(id: string, options?: RunOptions): Promise<RunResult> {
    return this.beginToRun(id, options, (manager) => this.runAgain(id, 'resume', manager));
  }

  /**
   * Fails a campaign whose every text is refused, and requeues those recipients.
   * @returns whether that was the case
   */
  failRefused(id: string, failure: Failure): Promise<boolean> {
    return this.unlessRefused(async (manager) => {
      // As a retry: deliveries before their campaign.
      const requeued = await requeueRefused(manager, id, failure.code);
      return requeued > 0 && this.transition(id, 'refuse', failure, manager);
    });
  }

  /** Runs a campaign again for deliveries that are requeued in the same transaction. */
  async retry(
    id: string,
    requeue: Requeue,
    options?: RunOptions,
  ): Promise<RunResult & { retriedCount: number }> {
    let total = 0;
    const result = await this.beginToRun(id, options, async (manager) => {
      // Deliveries before their campaign, the order in which every statement locks them.
      total = await requeue(manager);
      // With nothing to retry, this would resume or complete the campaign.
      return total > 0 && this.runAgain(id, 'retry', manager);
    });
    return { ...result, retriedCount: result.runs ? total : 0 };
  }

  /** Makes a campaign run, unless another campaign of its poll does. */
  private async beginToRun(
    id: string,
    { besideAnother = false }: RunOptions = {},
    begin: (manager: EntityManager) => Promise<boolean>,
  ): Promise<RunResult> {
    let otherId: string | undefined;
    const runs = await this.unlessRefused(async (manager) => {
      otherId = await lockAndFindOther(manager, id);
      if (otherId !== undefined && !besideAnother) return false;
      return begin(manager);
    });
    return runs || besideAnother ? { runs } : { runs, otherId };
  }

  private async runAgain(id: string, event: RunEvent, manager: EntityManager): Promise<boolean> {
    if (!(await this.transition(id, event, undefined, manager))) return false;
    await manager.query(RESCHEDULE_CHUNKS, [id]);
    return true;
  }

  /** Runs a transaction that is rolled back when it returns false. */
  private async unlessRefused(work: (manager: EntityManager) => Promise<boolean>): Promise<boolean> {
    try {
      return await this.dataSource.transaction(async (manager) => {
        if (!(await work(manager))) throw new ChangeRefused();
        return true;
      });
    } catch (error) {
      if (error instanceof ChangeRefused) return false;
      throw error;
    }
  }
}

/** Rolls back a change. */
class ChangeRefused extends Error {}
