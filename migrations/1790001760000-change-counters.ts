import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The counters of a campaign change by one function, so that no statement can forget one of them. */
export class ChangeCounters1790001760000 implements MigrationInterface {
  readonly name = 'ChangeCounters1790001760000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(CHANGE_COUNTERS);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'DROP FUNCTION change_counters(bigint, bigint, bigint, bigint, bigint, boolean, text, integer, boolean)',
    );
  }
}

// What is pending follows from the others, so the ledger adds up by itself. Requeued deliveries count below zero. A campaign
// makes progress when somebody is no longer pending. With a broken streak, or failures of another reason than the
// campaign's, the streak begins again at streak_count; otherwise that is added. NULL leaves the streak alone.
const CHANGE_COUNTERS = `
  CREATE FUNCTION change_counters(
    campaign_id bigint, sent bigint DEFAULT 0, failed bigint DEFAULT 0, skipped bigint DEFAULT 0,
    unconfirmed bigint DEFAULT 0, by_sandbox boolean DEFAULT false, streak_reason text DEFAULT NULL,
    streak_count integer DEFAULT NULL, streak_broken boolean DEFAULT false
  ) RETURNS TABLE (status text, pending_users integer, failure_streak integer, failure_streak_reason text)
  LANGUAGE sql AS $$
    UPDATE notification_campaign campaign SET
      pending_users = campaign.pending_users - change.done,
      sent_users = campaign.sent_users + change.sent,
      failed_users = campaign.failed_users + change.failed,
      skipped_users = campaign.skipped_users + change.skipped,
      unconfirmed_users = campaign.unconfirmed_users + change.unconfirmed,
      progressed_at = CASE WHEN change.done > 0 THEN clock_timestamp() ELSE campaign.progressed_at END,
      sandbox = campaign.sandbox OR change.by_sandbox AND change.done > 0,
      failure_streak = CASE
        WHEN change.streak_count IS NULL THEN campaign.failure_streak
        WHEN change.streak_broken
          OR campaign.failure_streak_reason IS DISTINCT FROM change.streak_reason AND change.streak_count > 0
        THEN change.streak_count
        ELSE campaign.failure_streak + change.streak_count END,
      failure_streak_reason = CASE
        WHEN change.streak_count IS NULL THEN campaign.failure_streak_reason
        WHEN change.streak_broken OR change.streak_count > 0 THEN change.streak_reason
        ELSE campaign.failure_streak_reason END
    FROM (
      SELECT $1 AS campaign_id, $2 AS sent, $3 AS failed, $4 AS skipped, $5 AS unconfirmed, $6 AS by_sandbox,
        $7 AS streak_reason, $8 AS streak_count, $9 AS streak_broken, $2 + $3 + $4 + $5 AS done
    ) change
    WHERE campaign.id = change.campaign_id
    RETURNING campaign.status, campaign.pending_users, campaign.failure_streak, campaign.failure_streak_reason
  $$;
`;
