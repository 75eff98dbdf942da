import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A clock of the database that is put back left the next slot of the bot as far ahead: nothing was sent until the clock
 * had caught up. No slot is handed out later than the horizon, so the one after it is never further away than that.
 */
export class SlotsNear1790000601000 implements MigrationInterface {
  readonly name = 'SlotsNear1790000601000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(reserveSendSlots(NEAR));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(reserveSendSlots('limit_row.next_at'));
  }
}

/** What is further away was reserved by another clock: the furthest slot that may be handed out is as late as any. */
const NEAR =
  'CASE WHEN limit_row.next_at > at + horizon + spacing THEN at + horizon ELSE limit_row.next_at END';

/** The function as InitialSchema explains it. @param nextAt expression of the first slot that nobody has */
function reserveSendSlots(nextAt: string): string {
  return `
  CREATE OR REPLACE FUNCTION reserve_send_slots(
    for_bot text, spacing interval, wanted integer, horizon interval,
    OUT granted integer, OUT wait_ms double precision, OUT probe boolean
  ) LANGUAGE plpgsql AS $$
  DECLARE
    limit_row rate_limit;
    at timestamptz;
    first_slot timestamptz;
  BEGIN
    SELECT * INTO limit_row FROM rate_limit WHERE bot = for_bot FOR UPDATE;
    IF NOT FOUND THEN
      INSERT INTO rate_limit (bot) VALUES (for_bot) ON CONFLICT DO NOTHING;
      SELECT * INTO limit_row FROM rate_limit WHERE bot = for_bot FOR UPDATE;
    END IF;
    at := clock_timestamp();
    probe := limit_row.blocked_until IS NOT NULL;
    first_slot := greatest(${nextAt}, at, limit_row.blocked_until, limit_row.probe_expires_at);
    granted := least(
      CASE WHEN probe THEN 1 ELSE wanted END,
      greatest(0, 1 + floor(extract(epoch FROM at + horizon - first_slot) / extract(epoch FROM spacing)))::integer);
    wait_ms := 1000 * extract(epoch FROM first_slot - at);
    IF granted = 0 THEN
      wait_ms := greatest(1, wait_ms - 1000 * extract(epoch FROM horizon));
      RETURN;
    END IF;
    UPDATE rate_limit SET
      next_at = first_slot + granted * spacing,
      probe_expires_at = CASE WHEN probe THEN first_slot + interval '30 seconds' END
    WHERE bot = for_bot;
  END $$;
  `;
}
