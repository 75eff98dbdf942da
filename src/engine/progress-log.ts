import type { Logger } from 'pino';
import { pause } from '../kernel/pause.js';
import { estimateFinishAt, type PacingPlan, type Progress } from '../campaigns/estimate.js';
import { rows, type SqlExecutor } from '../database/rows.js';

const LOOK_INTERVAL_MS = 5000;

/** Of several workers, the one whose statement comes first logs a campaign; the others do not for 30 s. */
const TAKE_DUE = `
  WITH due AS (
    INSERT INTO campaign_log AS log (campaign_id, logged_at)
    SELECT id, clock_timestamp() FROM notification_campaign
    WHERE status = 'PROCESSING' AND planned_at IS NOT NULL
      AND running_since <= clock_timestamp() - interval '30 seconds'
    ORDER BY id
    ON CONFLICT (campaign_id) DO UPDATE SET logged_at = excluded.logged_at
    WHERE log.logged_at <= excluded.logged_at - interval '30 seconds'
    RETURNING campaign_id
  )
  SELECT id AS "campaignId", total_users AS "totalUsers", pending_users AS "pendingUsers", sent_users AS "sentUsers",
    failed_users AS "failedUsers", skipped_users AS "skippedUsers", unconfirmed_users AS "unconfirmedUsers",
    running_since AS "runningSince", done_before AS "doneBefore",
    round((total_users - pending_users - done_before)
      / extract(epoch FROM clock_timestamp() - running_since), 1)::double precision AS "perSecond",
    chunk_size AS "chunkSize", chunk_interval_ms AS "chunkIntervalMs", send_interval_ms AS "sendIntervalMs"
  FROM notification_campaign JOIN due ON due.campaign_id = id
`;

type Row = Progress &
  PacingPlan &
  Record<
    'campaignId' | 'sentUsers' | 'failedUsers' | 'skippedUsers' | 'unconfirmedUsers' | 'perSecond',
    number | string
  >;

/** Logs the progress of each running campaign every 30 s, by one of all workers. */
export class ProgressLog {
  private readonly stopping = new AbortController();

  constructor(
    private readonly sql: SqlExecutor,
    private readonly messagesPerSecond: number,
    private readonly logger: Logger,
  ) {}

  start(): void {
    void this.run();
  }

  stop(): void {
    this.stopping.abort();
  }

  /** Logs the campaigns that are due for it. */
  async logDue(): Promise<void> {
    for (const row of await rows<Row>(this.sql, TAKE_DUE)) {
      const { campaignId, totalUsers, pendingUsers, sentUsers, failedUsers, skippedUsers } = row;
      const { unconfirmedUsers, perSecond } = row;
      const estimatedFinishAt = estimateFinishAt(row, row, this.messagesPerSecond, new Date());
      const counts = { totalUsers, pendingUsers, sentUsers, failedUsers, skippedUsers, unconfirmedUsers };
      this.logger.info({ campaignId, ...counts, perSecond, estimatedFinishAt }, 'campaign runs');
    }
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        await this.logDue();
      } catch (error) {
        this.logger.debug({ err: error }, 'the progress of campaigns could not be logged');
      }
      await pause(LOOK_INTERVAL_MS, signal);
    }
  }
}
