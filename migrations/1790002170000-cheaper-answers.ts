import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Statements that reach each row by an index, whatever the tables were like when they were planned. So a session keeps their
 * plans: planning takes several times as long as they do.
 */
const BY_INDEX = `SET plan_cache_mode = force_generic_plan
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off`;

/** Triggers of statements fire for no rows as well. */
const UNLESS_EMPTY = 'IF NOT EXISTS (SELECT FROM changed) THEN RETURN NULL; END IF;';

const trigger = (name: string, body: string, settings = ''): string =>
  `CREATE OR REPLACE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql ${settings} AS $$${body}$$`;

/** OFFSET 0 keeps a subquery for itself: one look by its index for each row. */
const IS_ACTIVE = `EXISTS (SELECT FROM telegram_user person
        WHERE person.id = changed.user_id AND person.status = 'ACTIVE' AND person.opted_out_at IS NULL OFFSET 0)`;
const POLL_IS_FOR = `(NOT EXISTS (SELECT FROM poll_group WHERE poll_group.poll_id = changed.poll_id OFFSET 0) OR EXISTS (
        SELECT FROM group_member member WHERE member.user_id = changed.user_id AND EXISTS (
          SELECT FROM poll_group WHERE poll_group.poll_id = changed.poll_id AND poll_group.group_id = member.group_id OFFSET 0)
        OFFSET 0))`;
const TAKEN = `SELECT DISTINCT taken.poll_id, taken.user_id FROM (
      SELECT (SELECT question.poll_id FROM question WHERE question.id = changed.question_id), changed.user_id
      FROM changed OFFSET 0
    ) taken (poll_id, user_id)`;

const SIGN = `
  DECLARE
    sign integer := CASE TG_OP WHEN 'DELETE' THEN -1 ELSE 1 END;`;

const COUNT_STARTS = `${SIGN}
  BEGIN
    ${UNLESS_EMPTY}
    INSERT INTO poll_count_delta (poll_id, started)
    SELECT changed.poll_id, sign * count(*) FROM changed
    WHERE EXISTS (SELECT FROM telegram_user person WHERE person.id = changed.user_id OFFSET 0)
      AND ${POLL_IS_FOR}
    GROUP BY changed.poll_id;
    RETURN NULL;
  END `;

const LOCK_PEOPLE = `IF TG_OP = 'INSERT' THEN
      PERFORM FROM (SELECT DISTINCT user_id FROM changed ORDER BY user_id) done,
        LATERAL (SELECT FROM telegram_user person WHERE person.id = done.user_id FOR NO KEY UPDATE) locked;
    END IF;`;

const END_STARTS = `IF TG_OP = 'INSERT' THEN
      DELETE FROM poll_start USING changed WHERE poll_start.poll_id = changed.poll_id AND poll_start.user_id = changed.user_id;
    END IF;`;

const COUNT_COMPLETIONS = `${SIGN}
  BEGIN
    ${UNLESS_EMPTY}
    ${LOCK_PEOPLE}
    INSERT INTO poll_count_delta (poll_id, completed, reachable_done)
    SELECT changed.poll_id, sign * count(*), sign * count(*) FILTER (
      WHERE ${IS_ACTIVE}
        AND ${POLL_IS_FOR})
    FROM changed GROUP BY changed.poll_id;
    ${END_STARTS}
    RETURN NULL;
  END `;

const NOTE_STARTS = `
  BEGIN
    ${UNLESS_EMPTY}
    INSERT INTO poll_start (poll_id, user_id)
    ${TAKEN}
    WHERE NOT EXISTS (
      SELECT FROM poll_completion done WHERE done.poll_id = taken.poll_id AND done.user_id = taken.user_id OFFSET 0)
    ORDER BY 1, 2 ON CONFLICT DO NOTHING;
    RETURN NULL;
  END `;

const FORGET_STARTS = `
  BEGIN
    ${UNLESS_EMPTY}
    DELETE FROM poll_start start USING (
      ${TAKEN}
    ) taken
    WHERE start.poll_id = taken.poll_id AND start.user_id = taken.user_id AND NOT EXISTS (
      SELECT FROM answer WHERE answer.user_id = taken.user_id
        AND (SELECT question.poll_id FROM question WHERE question.id = answer.question_id) = taken.poll_id OFFSET 0);
    RETURN NULL;
  END `;

/** As credit_completions, which stays for many, for the one person who completes a poll. */
const CREDIT_COMPLETION = `
  CREATE FUNCTION credit_completion(of_poll bigint, of_user bigint) RETURNS void LANGUAGE plpgsql ${BY_INDEX} AS $$
  BEGIN
    WITH reminder AS (
      SELECT delivery.campaign_id, delivery.message_id,
        coalesce(delivery.requested_at, delivery.sent_at, delivery.updated_at) AS at
      FROM notification_campaign campaign
      JOIN delivery ON delivery.campaign_id = campaign.id AND delivery.user_id = of_user
      WHERE campaign.topic_id = of_poll AND delivery.status IN ('SENT', 'UNCONFIRMED')
      UNION ALL
      SELECT later.campaign_id, later.message_id, later.requested_at FROM later_reminder later
      WHERE later.poll_id = of_poll AND later.user_id = of_user AND later.status IN ('SENT', 'UNCONFIRMED')
    ), done AS (
      SELECT completed_at FROM poll_completion WHERE poll_id = of_poll AND user_id = of_user
    ), stale AS (
      INSERT INTO stale_keyboard (user_id, message_id, poll_id, campaign_id)
      SELECT of_user, message_id, of_poll, campaign_id FROM reminder
      WHERE message_id IS NOT NULL AND EXISTS (SELECT FROM done)
      ORDER BY 2 ON CONFLICT DO NOTHING
    ), credited AS (
      SELECT reminder.campaign_id, done.completed_at FROM reminder, done WHERE reminder.at <= done.completed_at
      ORDER BY reminder.at DESC, reminder.campaign_id DESC LIMIT 1
    ), wrong AS (
      SELECT delivery.campaign_id, delivery.converted_at AS was, credited.completed_at AS becomes
      FROM (SELECT DISTINCT campaign_id FROM reminder) reminded
      JOIN delivery ON delivery.campaign_id = reminded.campaign_id AND delivery.user_id = of_user
      LEFT JOIN credited ON credited.campaign_id = delivery.campaign_id
      WHERE delivery.converted_at IS DISTINCT FROM credited.completed_at
      ORDER BY 1 FOR UPDATE OF delivery
    ), changed AS (
      UPDATE delivery SET converted_at = wrong.becomes FROM wrong
      WHERE delivery.campaign_id = wrong.campaign_id AND delivery.user_id = of_user
      RETURNING wrong.campaign_id, wrong.was, wrong.becomes
    )
    UPDATE notification_campaign campaign SET converted_users = campaign.converted_users + change.count
    FROM (SELECT campaign_id, count(becomes) - count(was) AS count FROM changed GROUP BY 1 ORDER BY 1) change
    WHERE campaign.id = change.campaign_id AND change.count <> 0;
  END $$`;

const CREDIT_NEW = `
  BEGIN
    CASE (SELECT count(*) FROM changed)
      WHEN 0 THEN NULL;
      WHEN 1 THEN PERFORM credit_completion(poll_id, user_id) FROM changed;
      ELSE PERFORM credit_completions(array_agg(poll_id), array_agg(user_id)) FROM changed;
    END CASE;
    RETURN NULL;
  END `;

const creditReached = (credit: string): string => `
  BEGIN
    PERFORM ${credit}
    FROM notification_campaign campaign JOIN poll_completion done ON done.poll_id = campaign.topic_id
    WHERE campaign.id = NEW.campaign_id AND done.user_id = NEW.user_id;
    RETURN NULL;
  END `;

/** What the functions were before. */
const BEFORE: Readonly<Record<string, string>> = {
  count_starts: `
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
  END `,
  count_completions: `
  DECLARE
    sign integer := CASE TG_OP WHEN 'DELETE' THEN -1 ELSE 1 END;
  BEGIN
    IF TG_OP = 'INSERT' THEN
      PERFORM FROM (SELECT DISTINCT user_id FROM changed ORDER BY user_id) done,
        LATERAL (SELECT FROM telegram_user person WHERE person.id = done.user_id FOR NO KEY UPDATE) locked;
    END IF;
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
  END `,
  note_starts: `
  BEGIN
    INSERT INTO poll_start (poll_id, user_id)
    SELECT DISTINCT question.poll_id, changed.user_id FROM changed JOIN question ON question.id = changed.question_id
    WHERE NOT EXISTS (
      SELECT FROM poll_completion done WHERE done.poll_id = question.poll_id AND done.user_id = changed.user_id)
    ORDER BY 1, 2 ON CONFLICT DO NOTHING;
    RETURN NULL;
  END `,
  forget_starts: `
  BEGIN
    DELETE FROM poll_start start USING (
      SELECT DISTINCT question.poll_id, changed.user_id FROM changed JOIN question ON question.id = changed.question_id
    ) taken
    WHERE start.poll_id = taken.poll_id AND start.user_id = taken.user_id AND NOT EXISTS (
      SELECT FROM answer JOIN question ON question.id = answer.question_id
      WHERE answer.user_id = taken.user_id AND question.poll_id = taken.poll_id);
    RETURN NULL;
  END `,
  credit_new_completions: `
  BEGIN
    PERFORM credit_completions(array_agg(poll_id), array_agg(user_id)) FROM changed HAVING count(*) > 0;
    RETURN NULL;
  END `,
  credit_reached: creditReached('credit_completions(ARRAY[done.poll_id], ARRAY[done.user_id])'),
};

/** An answer, and a reminder that is sent, cost the server a fraction of the time: plans are kept, and no rows are nothing to do. */
export class CheaperAnswers1790002170000 implements MigrationInterface {
  readonly name = 'CheaperAnswers1790002170000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(CREDIT_COMPLETION);
    await queryRunner.query(trigger('count_starts', COUNT_STARTS, BY_INDEX));
    await queryRunner.query(trigger('count_completions', COUNT_COMPLETIONS, BY_INDEX));
    await queryRunner.query(trigger('note_starts', NOTE_STARTS, BY_INDEX));
    await queryRunner.query(trigger('forget_starts', FORGET_STARTS, BY_INDEX));
    await queryRunner.query(trigger('credit_new_completions', CREDIT_NEW));
    const reached = creditReached('credit_completion(done.poll_id, done.user_id)');
    await queryRunner.query(trigger('credit_reached', reached, BY_INDEX));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const [name, body] of Object.entries(BEFORE)) await queryRunner.query(trigger(name, body));
    await queryRunner.query('DROP FUNCTION credit_completion(bigint, bigint)');
  }
}
