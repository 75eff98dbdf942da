import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Slots are told by the clock of the database, so that processes agree on them to the millisecond, and leave time for what
 * comes before a send. Processes of the version before call the function without `lead`, and read what they know.
 */
export class SlotsAhead1790001600000 implements MigrationInterface {
  readonly name = 'SlotsAhead1790001600000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP FUNCTION reserve_send_slots(text, interval, integer, interval)');
    await queryRunner.query(
      reserveSendSlots({
        parameters: ", lead interval DEFAULT '0', OUT now_ms double precision",
        clock: 'now_ms := 1000 * extract(epoch FROM at);',
        earliest: 'at + lead',
      }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP FUNCTION reserve_send_slots(text, interval, integer, interval, interval)');
    await queryRunner.query(reserveSendSlots({ parameters: '', clock: '', earliest: 'at' }));
  }
}

interface Version {
  parameters: string;
  clock: string;
  /** Expression of the first instant at which a slot may lie. */
  earliest: string;
}

/** The function as InitialSchema and SlotsNear explain it. */
function reserveSendSlots({ parameters, clock, earliest }: Version): string {
  return `
  CREATE FUNCTION reserve_send_slots(
    for_bot text, spacing interval, wanted integer, horizon interval,
    OUT granted integer, OUT wait_ms double precision, OUT probe boolean${parameters}
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
    ${clock}
    probe := limit_row.blocked_until IS NOT NULL;
    first_slot := greatest(
      CASE WHEN limit_row.next_at > at + horizon + spacing THEN at + horizon ELSE limit_row.next_at END,
      ${earliest}, limit_row.blocked_until, limit_row.probe_expires_at);
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
