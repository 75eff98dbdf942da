import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Polls whose answers become counts, tied to nobody, when they are completed. */
export class AnonymousPolls1790002003000 implements MigrationInterface {
  readonly name = 'AnonymousPolls1790002003000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE poll ADD COLUMN anonymous boolean NOT NULL DEFAULT false');
    await queryRunner.query(TABLES);
    await queryRunner.query(SHOW);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE anonymous_tally, anonymous_count');
    await queryRunner.query('DROP FUNCTION show_anonymous_counts()');
    await queryRunner.query('ALTER TABLE poll DROP COLUMN anonymous');
  }
}

const TABLES = `
  CREATE TABLE anonymous_count (
    option_id bigint NOT NULL CONSTRAINT anonymous_count_pk PRIMARY KEY
      CONSTRAINT anonymous_count_option_fk REFERENCES question_option (id) ON DELETE CASCADE,
    counted integer NOT NULL,
    shown integer NOT NULL DEFAULT 0
  );
  CREATE TABLE anonymous_tally (
    poll_id bigint NOT NULL CONSTRAINT anonymous_tally_pk PRIMARY KEY
      CONSTRAINT anonymous_tally_poll_fk REFERENCES poll (id) ON DELETE CASCADE,
    completed integer NOT NULL
  );
`;

// Counts are shown in steps of five people, so that no difference of two of them is the choice of one.
const SHOW = `
  CREATE FUNCTION show_anonymous_counts() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    UPDATE anonymous_count SET shown = counted
    FROM question_option option JOIN question ON question.id = option.question_id
    WHERE anonymous_count.option_id = option.id AND question.poll_id = NEW.poll_id;
    RETURN NULL;
  END $$;
  CREATE TRIGGER anonymous_tally_changed AFTER INSERT OR UPDATE ON anonymous_tally FOR EACH ROW
    WHEN (NEW.completed % 5 = 0) EXECUTE FUNCTION show_anonymous_counts();
`;
