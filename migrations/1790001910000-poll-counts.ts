import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Who has begun a poll, and counters of polls, so that a list of polls reads no table of people. Triggers keep both, whatever
 * writes the rows, older processes included.
 */
export class PollCounts1790001910000 implements MigrationInterface {
  readonly name = 'PollCounts1790001910000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(TABLES);
    await queryRunner.query(COUNT_PEOPLE);
    await queryRunner.query(COUNT_ACTS);
    await queryRunner.query(COUNT_MEMBERS);
    await queryRunner.query(NOTE_STARTS);
    await queryRunner.query(BACKFILL);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP TRIGGER telegram_user_inserted ON telegram_user;
      DROP TRIGGER telegram_user_changed ON telegram_user;
      DROP TRIGGER telegram_user_deleted ON telegram_user;
      DROP TRIGGER poll_inserted ON poll;
      DROP TRIGGER poll_completion_inserted ON poll_completion;
      DROP TRIGGER poll_completion_deleted ON poll_completion;
      DROP TRIGGER group_member_inserted ON group_member;
      DROP TRIGGER group_member_deleted ON group_member;
      DROP TRIGGER poll_group_inserted ON poll_group;
      DROP TRIGGER poll_group_deleted ON poll_group;
      DROP TRIGGER answer_inserted ON answer;
      DROP TRIGGER answer_deleted ON answer;
      DROP TABLE poll_start, poll_count, people_count, poll_count_delta;
      DROP FUNCTION count_new_people(), count_changed_person(), count_new_polls(), count_completions(), count_starts(),
        count_members(), recount_poll(), note_starts(), forget_starts();
    `);
  }
}

// Counters are changed by appending to poll_count_delta, so that nobody waits for another's row; the reconciler folds the
// deltas. One of no poll (NULL) is about everybody. Polls for everybody take participants and reachable from people_count.
const TABLES = `
  CREATE TABLE poll_start (
    poll_id bigint NOT NULL CONSTRAINT poll_start_poll_fk REFERENCES poll (id) ON DELETE CASCADE,
    user_id bigint NOT NULL CONSTRAINT poll_start_user_fk REFERENCES telegram_user (id) ON DELETE CASCADE,
    CONSTRAINT poll_start_pk PRIMARY KEY (poll_id, user_id)
  );
  CREATE INDEX poll_start_user_idx ON poll_start (user_id);
  CREATE TABLE people_count (
    only_row boolean NOT NULL DEFAULT true CONSTRAINT people_count_pk PRIMARY KEY
      CONSTRAINT people_count_only_row_check CHECK (only_row),
    participants bigint NOT NULL,
    reachable bigint NOT NULL,
    counted_at timestamptz(3) NOT NULL DEFAULT now()
  );
  CREATE TABLE poll_count (
    poll_id bigint NOT NULL CONSTRAINT poll_count_pk PRIMARY KEY
      CONSTRAINT poll_count_poll_fk REFERENCES poll (id) ON DELETE CASCADE,
    participants bigint NOT NULL DEFAULT 0,
    reachable bigint NOT NULL DEFAULT 0,
    completed bigint NOT NULL DEFAULT 0,
    reachable_done bigint NOT NULL DEFAULT 0,
    started bigint NOT NULL DEFAULT 0,
    counted_at timestamptz(3) NOT NULL DEFAULT now()
  );
  CREATE TABLE poll_count_delta (
    poll_id bigint,
    participants bigint NOT NULL DEFAULT 0,
    reachable bigint NOT NULL DEFAULT 0,
    completed bigint NOT NULL DEFAULT 0,
    reachable_done bigint NOT NULL DEFAULT 0,
    started bigint NOT NULL DEFAULT 0
  );
  CREATE INDEX poll_count_delta_poll_idx ON poll_count_delta (poll_id);
`;

// Nobody who is new has done anything or belongs to a group. Who is deleted is counted out before the rows that follow are:
// their triggers no longer find the person.
const COUNT_PEOPLE = `
  CREATE FUNCTION count_new_people() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO poll_count_delta (participants, reachable)
    SELECT count(*), count(*) FILTER (WHERE status = 'ACTIVE' AND opted_out_at IS NULL) FROM changed HAVING count(*) > 0;
    RETURN NULL;
  END $$;
  CREATE TRIGGER telegram_user_inserted AFTER INSERT ON telegram_user REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_new_people();

  CREATE FUNCTION count_changed_person() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE
    was_reachable boolean := OLD.status = 'ACTIVE' AND OLD.opted_out_at IS NULL;
    gone integer := CASE TG_OP WHEN 'DELETE' THEN -1 ELSE 0 END;
    reached integer := CASE WHEN was_reachable THEN -1 WHEN TG_OP = 'DELETE' THEN 0 ELSE 1 END;
  BEGIN
    INSERT INTO poll_count_delta (participants, reachable) VALUES (gone, reached);
    INSERT INTO poll_count_delta (poll_id, participants, reachable, reachable_done, started)
    SELECT concerned.poll_id, CASE WHEN grouped THEN gone ELSE 0 END, CASE WHEN grouped THEN reached ELSE 0 END,
      CASE WHEN completion.user_id IS NOT NULL THEN reached ELSE 0 END,
      CASE WHEN start.user_id IS NOT NULL THEN gone ELSE 0 END
    FROM (
      SELECT DISTINCT poll_id, true AS grouped FROM group_member JOIN poll_group USING (group_id) WHERE user_id = OLD.id
      UNION ALL
      SELECT poll_id, false FROM (
        SELECT poll_id FROM poll_completion WHERE user_id = OLD.id UNION SELECT poll_id FROM poll_start WHERE user_id = OLD.id
      ) acted
      WHERE NOT EXISTS (SELECT FROM poll_group WHERE poll_group.poll_id = acted.poll_id)
    ) concerned
    LEFT JOIN poll_completion completion ON completion.poll_id = concerned.poll_id AND completion.user_id = OLD.id
    LEFT JOIN poll_start start ON start.poll_id = concerned.poll_id AND start.user_id = OLD.id;
    RETURN OLD;
  END $$;
  CREATE TRIGGER telegram_user_changed AFTER UPDATE OF status, opted_out_at ON telegram_user FOR EACH ROW
    WHEN ((OLD.status = 'ACTIVE' AND OLD.opted_out_at IS NULL) <> (NEW.status = 'ACTIVE' AND NEW.opted_out_at IS NULL))
    EXECUTE FUNCTION count_changed_person();
  CREATE TRIGGER telegram_user_deleted BEFORE DELETE ON telegram_user
    FOR EACH ROW EXECUTE FUNCTION count_changed_person();
`;

// A completion ends a start, so that the two never count the same person, in whatever order they are written.
const COUNT_ACTS = `
  CREATE FUNCTION count_new_polls() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO poll_count (poll_id) SELECT id FROM changed;
    RETURN NULL;
  END $$;
  CREATE TRIGGER poll_inserted AFTER INSERT ON poll REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_new_polls();

  CREATE FUNCTION count_completions() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE
    sign integer := CASE TG_OP WHEN 'DELETE' THEN -1 ELSE 1 END;
  BEGIN
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
  END $$;
  CREATE TRIGGER poll_completion_inserted AFTER INSERT ON poll_completion REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_completions();
  CREATE TRIGGER poll_completion_deleted AFTER DELETE ON poll_completion REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_completions();

  CREATE FUNCTION count_starts() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE
    sign integer := CASE TG_OP WHEN 'DELETE' THEN -1 ELSE 1 END;
  BEGIN
    INSERT INTO poll_count_delta (poll_id, started)
    SELECT changed.poll_id, sign * count(*) FROM changed
    JOIN telegram_user person ON person.id = changed.user_id
    LEFT JOIN (SELECT DISTINCT poll_id FROM poll_group) grouped ON grouped.poll_id = changed.poll_id
    WHERE grouped.poll_id IS NULL OR EXISTS (
      SELECT FROM poll_group JOIN group_member member USING (group_id)
      WHERE poll_group.poll_id = changed.poll_id AND member.user_id = changed.user_id)
    GROUP BY changed.poll_id;
    RETURN NULL;
  END $$;
  CREATE TRIGGER poll_start_inserted AFTER INSERT ON poll_start REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_starts();
  CREATE TRIGGER poll_start_deleted AFTER DELETE ON poll_start REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_starts();
`;

// Members of another group of the poll neither come nor go. A poll whose groups change has to be counted again.
const COUNT_MEMBERS = `
  CREATE FUNCTION count_members() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE
    sign integer := CASE TG_OP WHEN 'DELETE' THEN -1 ELSE 1 END;
  BEGIN
    INSERT INTO poll_count_delta (poll_id, participants, reachable, reachable_done, started)
    SELECT affected.poll_id, sign * count(*),
      sign * count(*) FILTER (WHERE person.status = 'ACTIVE' AND person.opted_out_at IS NULL),
      sign * count(completion.user_id) FILTER (WHERE person.status = 'ACTIVE' AND person.opted_out_at IS NULL),
      sign * count(start.user_id)
    FROM (
      SELECT DISTINCT poll_group.poll_id, changed.user_id FROM changed JOIN poll_group USING (group_id)
      WHERE NOT EXISTS (
        SELECT FROM poll_group other JOIN group_member member ON member.group_id = other.group_id
        WHERE other.poll_id = poll_group.poll_id AND member.user_id = changed.user_id AND NOT EXISTS (
          SELECT FROM changed same WHERE same.group_id = member.group_id AND same.user_id = member.user_id))
    ) affected
    JOIN telegram_user person ON person.id = affected.user_id
    LEFT JOIN poll_completion completion
      ON completion.poll_id = affected.poll_id AND completion.user_id = affected.user_id
    LEFT JOIN poll_start start ON start.poll_id = affected.poll_id AND start.user_id = affected.user_id
    GROUP BY affected.poll_id;
    RETURN NULL;
  END $$;
  CREATE TRIGGER group_member_inserted AFTER INSERT ON group_member REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_members();
  CREATE TRIGGER group_member_deleted AFTER DELETE ON group_member REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_members();

  CREATE FUNCTION recount_poll() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    DELETE FROM poll_count WHERE poll_id IN (SELECT poll_id FROM changed);
    RETURN NULL;
  END $$;
  CREATE TRIGGER poll_group_inserted AFTER INSERT ON poll_group REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION recount_poll();
  CREATE TRIGGER poll_group_deleted AFTER DELETE ON poll_group REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION recount_poll();
`;

const NOTE_STARTS = `
  CREATE FUNCTION note_starts() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO poll_start (poll_id, user_id)
    SELECT DISTINCT question.poll_id, changed.user_id FROM changed JOIN question ON question.id = changed.question_id
    WHERE NOT EXISTS (
      SELECT FROM poll_completion done WHERE done.poll_id = question.poll_id AND done.user_id = changed.user_id)
    ORDER BY 1, 2 ON CONFLICT DO NOTHING;
    RETURN NULL;
  END $$;
  CREATE TRIGGER answer_inserted AFTER INSERT ON answer REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION note_starts();

  CREATE FUNCTION forget_starts() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    DELETE FROM poll_start start USING (
      SELECT DISTINCT question.poll_id, changed.user_id FROM changed JOIN question ON question.id = changed.question_id
    ) taken
    WHERE start.poll_id = taken.poll_id AND start.user_id = taken.user_id AND NOT EXISTS (
      SELECT FROM answer JOIN question ON question.id = answer.question_id
      WHERE answer.user_id = taken.user_id AND question.poll_id = taken.poll_id);
    RETURN NULL;
  END $$;
  CREATE TRIGGER answer_deleted AFTER DELETE ON answer REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION forget_starts();
`;

// Polls that exist have no counters yet: they are counted by their rows until the reconciler has counted them. Counting the
// people takes a moment in which none can be written; answers are written by nothing before this version but the seed.
const BACKFILL = `
  INSERT INTO people_count (participants, reachable)
  SELECT count(*), count(*) FILTER (WHERE status = 'ACTIVE' AND opted_out_at IS NULL) FROM telegram_user;
  INSERT INTO poll_start (poll_id, user_id)
  SELECT DISTINCT question.poll_id, answer.user_id FROM answer JOIN question ON question.id = answer.question_id
  WHERE NOT EXISTS (
    SELECT FROM poll_completion done WHERE done.poll_id = question.poll_id AND done.user_id = answer.user_id);
`;
