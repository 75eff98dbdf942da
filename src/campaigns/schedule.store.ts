import type { Logger } from 'pino';
import { rows, type SqlExecutor } from '../database/rows.js';
import type { CampaignStore } from './campaign.store.js';
import type { Failure } from './ending.js';
import { ANOTHER_CAMPAIGN_RUNS, describeOther } from './other-campaigns.store.js';

const DUE = `
  SELECT id, scheduled_for < clock_timestamp() - interval '1 hour' AS missed
  FROM notification_campaign
  WHERE status = 'SCHEDULED' AND scheduled_for <= clock_timestamp() + $1 * interval '1 millisecond'
  ORDER BY scheduled_for, id
`;

const TIME_UNTIL_DUE = `
  SELECT greatest(0, extract(epoch FROM scheduled_for - clock_timestamp()) * 1000)::double precision AS ms
  FROM notification_campaign WHERE id = $1 AND status = 'SCHEDULED'
`;

/** How early a job may fire by the clock of the database. */
const TOLERANCE_MS = 100;

const MISSED: Failure = {
  code: 'MISSED_SCHEDULE',
  message:
    'Nothing ran when the campaign was due, and more than an hour has passed. Resume it if it is still wanted.',
};
const POLL_CLOSED: Failure = {
  code: 'POLL_CLOSED',
  message: 'The poll took no answers when the campaign was due. Open it and resume the campaign.',
};

function anotherRuns(otherId: string): Failure {
  const message = `${describeOther(otherId)} when this one was due. Resume it when that is over, or beside it.`;
  return { code: ANOTHER_CAMPAIGN_RUNS, message };
}

/** Starts scheduled campaigns that are due. One that was missed by more than an hour is paused instead. */
export class CampaignSchedule {
  constructor(
    private readonly sql: SqlExecutor,
    private readonly campaigns: CampaignStore,
    private readonly logger: Logger,
  ) {}

  /** @returns the campaigns that were started */
  async startDue(): Promise<string[]> {
    const started: string[] = [];
    for (const { id, missed } of await rows<{ id: string; missed: boolean }>(this.sql, DUE, [TOLERANCE_MS])) {
      if (missed) {
        await this.hold(id, MISSED);
        continue;
      }
      const { runs, otherId } = await this.campaigns.start(id);
      if (runs) started.push(id);
      else await this.hold(id, otherId === undefined ? POLL_CLOSED : anotherRuns(otherId));
    }
    return started;
  }

  /** Milliseconds by the clock of the database; 0 if the campaign does not wait for its schedule. */
  async timeUntilDue(campaignId: string): Promise<number> {
    const [row] = await rows<{ ms: number }>(this.sql, TIME_UNTIL_DUE, [campaignId]);
    return row?.ms ?? 0;
  }

  private async hold(campaignId: string, failure: Failure): Promise<void> {
    // It may have been started by hand meanwhile.
    if (await this.campaigns.transition(campaignId, 'holdSchedule', failure)) {
      this.logger.error({ campaignId, code: failure.code }, `campaign paused: ${failure.message}`);
    }
  }
}
