import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Shows the counts of an anonymous poll so that no two of them differ by what one person alone chose, also where it is closed. */
export class AnonymousSteps1790002160000 implements MigrationInterface {
  readonly name = 'AnonymousSteps1790002160000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'ALTER TABLE anonymous_tally ADD COLUMN shown_completed integer NOT NULL DEFAULT 0',
    );
    await queryRunner.query('DROP TRIGGER anonymous_tally_changed ON anonymous_tally');
    await queryRunner.query(KNOWN);
    await queryRunner.query(SHOW);
    await queryRunner.query(KEEP);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TRIGGER anonymous_poll_reopened ON poll');
    await queryRunner.query('DROP FUNCTION keep_anonymous_counts()');
    await queryRunner.query('DROP TRIGGER anonymous_tally_changed ON anonymous_tally');
    await queryRunner.query('ALTER TABLE anonymous_tally DROP COLUMN shown_completed');
    await queryRunner.query(SHOW_BEFORE);
  }
}

/** What the version before has shown: the last step. What it showed of a closed poll is noted when that is reopened. */
const KNOWN = 'UPDATE anonymous_tally SET shown_completed = completed - completed % 5';

// Five more have completed the poll than are shown.
const SHOW = `
  CREATE OR REPLACE FUNCTION show_anonymous_counts() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    UPDATE anonymous_count SET shown = counted
    FROM question_option option JOIN question ON question.id = option.question_id
    WHERE anonymous_count.option_id = option.id AND question.poll_id = NEW.poll_id;
    UPDATE anonymous_tally SET shown_completed = completed WHERE poll_id = NEW.poll_id;
    RETURN NULL;
  END $$;
  CREATE TRIGGER anonymous_tally_changed AFTER INSERT OR UPDATE ON anonymous_tally FOR EACH ROW
    WHEN (NEW.completed - NEW.shown_completed >= 5) EXECUTE FUNCTION show_anonymous_counts();
`;

// A closed poll has shown its counts: if it takes answers again, these stay, until five more have completed it.
const KEEP = `
  CREATE FUNCTION keep_anonymous_counts() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF NOT (OLD.status = 'CLOSED' OR coalesce(OLD.closes_at <= clock_timestamp(), false)) THEN RETURN NULL; END IF;
    UPDATE anonymous_tally SET shown_completed = completed
    WHERE poll_id = NEW.id AND completed - shown_completed >= 2;
    IF FOUND THEN
      UPDATE anonymous_count SET shown = counted
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
