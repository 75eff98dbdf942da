import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * People are locked before their completions are counted, after the deliveries and campaigns that these are credited to, which is
 * the order of the engine. So a block, an opt-out or another group at the same time is seen, or sees the completion.
 */
const LOCK_PEOPLE = `
    IF TG_OP = 'INSERT' THEN
      PERFORM FROM (SELECT DISTINCT user_id FROM changed ORDER BY user_id) done,
        LATERAL (SELECT FROM telegram_user person WHERE person.id = done.user_id FOR NO KEY UPDATE) locked;
    END IF;`;

const countCompletions = (lock: string): string => `
  CREATE OR REPLACE FUNCTION count_completions() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE
    sign integer := CASE TG_OP WHEN 'DELETE' THEN -1 ELSE 1 END;
  BEGIN${lock}
    INSERT INTO poll_count_delta (poll_id, completed, reachable_done)
    SELECT changed.poll_id, sign * count(*), sign * count(*) FILTER (
      WHERE person.status = 'ACTIVE' AND person.opted_out_at IS NULL AND (grouped.poll_id IS NULL OR EXISTS (
        SELECT FROM poll_group JOIN group_member member USING (group_id)
        WHERE poll_group.poll_id = changed.poll_id AND member.user_id = changed.user_id)))
    FROM changed
    LEFT JOIN telegram_user person ON person.id = changed.user_id
    LEFT JOIN (SELECT DISTINCT poll_id FROM poll_group) grouped ON grouped.poll_id = changed.poll_id
    GROUP BY changed.poll_id;
    IF TG_OP = 'INSERT' THEN
      DELETE FROM poll_start USING changed WHERE poll_start.poll_id = changed.poll_id AND poll_start.user_id = changed.user_id;
    END IF;
    RETURN NULL;
  END $$`;

/** Counters of polls stay right when somebody completes a poll while another change of the same person is under way. */
export class CompletionsAtOnce1790002130000 implements MigrationInterface {
  readonly name = 'CompletionsAtOnce1790002130000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(countCompletions(LOCK_PEOPLE));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(countCompletions(''));
  }
}
