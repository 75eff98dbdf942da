import type { DataSource } from 'typeorm';
import { planningLock } from '../campaigns/audience.store.js';
import { rows, type SqlExecutor } from '../database/rows.js';

/** Keeps campaigns from being created and started, and answers from being given, until the transaction ends. */
const LOCK_POLL = `
  SELECT poll.status = 'DRAFT' AS draft, poll.status = 'CLOSED' OR poll.closes_at <= clock_timestamp() AS closed
  FROM poll WHERE id = $1 FOR UPDATE
`;

/**
 * One that is being planned is busy, also if it was paused since: its deliveries are not visible yet, and no foreign key would
 * keep them from outliving it. The lock keeps further plannings from beginning until the transaction ends.
 */
const CAMPAIGNS = `
  SELECT campaign.id, campaign.status = 'PROCESSING' OR NOT pg_try_advisory_xact_lock(${planningLock('campaign.id')})
    OR EXISTS (
      SELECT FROM delivery WHERE delivery.campaign_id = campaign.id AND delivery.status = 'SENDING') AS busy
  FROM notification_campaign campaign WHERE campaign.topic_id = $1 ORDER BY campaign.id
`;

/** For each campaign a statement of its own, so that none takes longer than a campaign needs. */
const DELETE_CAMPAIGN = [
  'DELETE FROM delivery WHERE campaign_id = $1',
  'DELETE FROM campaign_chunk WHERE campaign_id = $1',
  'DELETE FROM notification_campaign WHERE id = $1',
] as const;

/** What is large goes first, as a whole instead of by cascades for each question. */
const DELETE_POLL = [
  'DELETE FROM poll_completion WHERE poll_id = $1',
  'DELETE FROM poll_start WHERE poll_id = $1',
  'DELETE FROM answer WHERE question_id IN (SELECT id FROM question WHERE poll_id = $1)',
  'DELETE FROM poll WHERE id = $1',
] as const;

/** Why a poll was not deleted. */
export type PollDeletion =
  | { deleted: true }
  | { deleted: false; reason: 'missing' | 'open' }
  | { deleted: false; busyCampaign: string };

/** Deletes polls with all that belongs to them. */
export class PollDeletionStore {
  constructor(private readonly dataSource: DataSource) {}

  /** All or nothing: only a draft, or a closed poll of which no campaign sends or is being planned. */
  delete(id: string): Promise<PollDeletion> {
    return this.dataSource.transaction(async (sql) => {
      const [poll] = await rows<{ draft: boolean; closed: boolean }>(sql, LOCK_POLL, [id]);
      if (!poll) return { deleted: false, reason: 'missing' };
      if (!poll.draft && !poll.closed) return { deleted: false, reason: 'open' };
      const campaigns = await rows<{ id: string; busy: boolean }>(sql, CAMPAIGNS, [id]);
      const busy = campaigns.find((campaign) => campaign.busy);
      if (busy) return { deleted: false, busyCampaign: busy.id };
      for (const campaign of campaigns) await runAll(sql, DELETE_CAMPAIGN, campaign.id);
      await runAll(sql, DELETE_POLL, id);
      return { deleted: true };
    });
  }
}

async function runAll(sql: SqlExecutor, statements: readonly string[], id: string): Promise<void> {
  for (const statement of statements) await rows(sql, statement, [id]);
}
