import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Shows the counts of an anonymous poll a step late, so that what closing adds are the answers of at least five people. */
export class AnonymousSteps1790002160000 implements MigrationInterface {
  readonly name = 'AnonymousSteps1790002160000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(COLUMNS);
    await queryRunner.query('DROP TRIGGER anonymous_tally_changed ON anonymous_tally');
    await queryRunner.query(KNOWN);
    await queryRunner.query(SHOW);
    await queryRunner.query(KEEP);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TRIGGER anonymous_poll_reopened ON poll');
    await queryRunner.query('DROP FUNCTION keep_anonymous_counts()');
    await queryRunner.query('DROP TRIGGER anonymous_tally_changed ON anonymous_tally');
    await queryRunner.query('ALTER TABLE anonymous_count DROP COLUMN next');
    await queryRunner.query(
      'ALTER TABLE anonymous_tally DROP COLUMN shown_completed, DROP COLUMN next_completed',
    );
    await queryRunner.query(SHOW_BEFORE);
  }
}

const COLUMNS = `
  ALTER TABLE anonymous_count ADD COLUMN next integer NOT NULL DEFAULT 0;
  ALTER TABLE anonymous_tally ADD COLUMN shown_completed integer NOT NULL DEFAULT 0,
    ADD COLUMN next_completed integer NOT NULL DEFAULT 0;
`;

/** What the version before has shown: the last step, or all of a closed poll, of which few are not shown any more. */
const KNOWN = `
  WITH known AS (
    SELECT tally.poll_id, tally.completed,
      poll.status = 'CLOSED' OR coalesce(poll.closes_at <= clock_timestamp(), false) AS is_closed
    FROM anonymous_tally tally JOIN poll ON poll.id = tally.poll_id
  ), noted AS (
    UPDATE anonymous_tally tally SET (shown_completed, next_completed) = (
      SELECT count, count FROM (
        SELECT CASE WHEN is_closed AND known.completed >= 5 THEN known.completed ELSE known.completed - known.completed % 5 END AS count
      ) shown)
    FROM known WHERE known.poll_id = tally.poll_id
  )
  UPDATE anonymous_count SET shown = kept, next = kept FROM (
    SELECT option_id, CASE WHEN is_closed AND completed >= 5 THEN counted ELSE shown END AS kept
    FROM known JOIN question ON question.poll_id = known.poll_id
    JOIN question_option option ON option.question_id = question.id
    JOIN anonymous_count ON option_id = option.id
  ) shown WHERE shown.option_id = anonymous_count.option_id
`;

// Five more have completed the poll: the step before is shown, and this one is the next.
const SHOW = `
  CREATE OR REPLACE FUNCTION show_anonymous_counts() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    UPDATE anonymous_count SET shown = next, next = counted
    FROM question_option option JOIN question ON question.id = option.question_id
    WHERE anonymous_count.option_id = option.id AND question.poll_id = NEW.poll_id;
    UPDATE anonymous_tally SET shown_completed = next_completed, next_completed = completed WHERE poll_id = NEW.poll_id;
    RETURN NULL;
  END $$;
  CREATE TRIGGER anonymous_tally_changed AFTER INSERT OR UPDATE ON anonymous_tally FOR EACH ROW
    WHEN (NEW.completed - NEW.next_completed >= 5) EXECUTE FUNCTION show_anonymous_counts();
`;

// A closed poll has shown its counts: if it takes answers again, these stay, until ten more have completed it.
const KEEP = `
  CREATE FUNCTION keep_anonymous_counts() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF NOT (OLD.status = 'CLOSED' OR coalesce(OLD.closes_at <= clock_timestamp(), false)) THEN RETURN NULL; END IF;
    UPDATE anonymous_tally SET shown_completed = completed, next_completed = completed
    WHERE poll_id = NEW.id AND completed - shown_completed >= 5;
    IF FOUND THEN
      UPDATE anonymous_count SET shown = counted, next = counted
      FROM question_option option JOIN question ON question.id = option.question_id
      WHERE anonymous_count.option_id = option.id AND question.poll_id = NEW.id;
    END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER anonymous_poll_reopened AFTER UPDATE ON poll FOR EACH ROW
    WHEN (NEW.anonymous AND (OLD.status, OLD.closes_at) IS DISTINCT FROM (NEW.status, NEW.closes_at))
    EXECUTE FUNCTION keep_anonymous_counts();
`;

const SHOW_BEFORE = `
  CREATE OR REPLACE FUNCTION show_anonymous_counts() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    UPDATE anonymous_count SET shown = counted
    FROM question_option option JOIN question ON question.id = option.question_id
    WHERE anonymous_count.option_id = option.id AND question.poll_id = NEW.poll_id;
    RETURN NULL;
  END $$;
  CREATE TRIGGER anonymous_tally_changed AFTER INSERT OR UPDATE ON anonymous_tally FOR EACH ROW
    WHEN (NEW.completed % 5 = 0) EXECUTE FUNCTION show_anonymous_counts();
`;
