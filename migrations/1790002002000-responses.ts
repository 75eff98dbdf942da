import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What recipients do with a reminder: they open it, complete the poll, want it later, or none of this poll. Triggers credit
 * completions and note the buttons that are out of date, whatever writes the rows, older processes included.
 */
export class Responses1790002002000 implements MigrationInterface {
  readonly name = 'Responses1790002002000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(COLUMNS);
    await queryRunner.query(TABLES);
    await queryRunner.query(CREDIT);
    await queryRunner.query(TRIGGERS);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP TRIGGER poll_completion_credited ON poll_completion;
      DROP TRIGGER delivery_reached ON delivery;
      DROP TABLE stale_keyboard, later_reminder, declined_poll;
      DROP FUNCTION credit_new_completions(), credit_reached(), credit_completions(bigint[], bigint[]);
      ALTER TABLE delivery DROP COLUMN requested_at, DROP COLUMN opened_at, DROP COLUMN converted_at;
      ALTER TABLE notification_campaign DROP COLUMN opened_users, DROP COLUMN converted_users;
    `);
  }
}

const COLUMNS = `
  ALTER TABLE delivery ADD COLUMN requested_at timestamptz(3), ADD COLUMN opened_at timestamptz(3),
    ADD COLUMN converted_at timestamptz(3);
  ALTER TABLE notification_campaign ADD COLUMN opened_users integer NOT NULL DEFAULT 0,
    ADD COLUMN converted_users integer NOT NULL DEFAULT 0;
`;

// A wish is a reminder beside the ledger, by the texts of the campaign that it answers. One waits for a person and poll. A person
// who completes a poll in a message sees there that it is done: that message is taken out before its buttons are due.
const TABLES = `
  CREATE TABLE declined_poll (
    poll_id bigint NOT NULL CONSTRAINT declined_poll_poll_fk REFERENCES poll (id) ON DELETE CASCADE,
    user_id bigint NOT NULL CONSTRAINT declined_poll_user_fk REFERENCES telegram_user (id) ON DELETE CASCADE,
    declined_at timestamptz(3) NOT NULL DEFAULT now(),
    CONSTRAINT declined_poll_pk PRIMARY KEY (poll_id, user_id)
  );
  CREATE INDEX declined_poll_user_idx ON declined_poll (user_id);
  CREATE TABLE later_reminder (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT later_reminder_pk PRIMARY KEY,
    poll_id bigint NOT NULL CONSTRAINT later_reminder_poll_fk REFERENCES poll (id) ON DELETE CASCADE,
    user_id bigint NOT NULL CONSTRAINT later_reminder_user_fk REFERENCES telegram_user (id) ON DELETE CASCADE,
    campaign_id bigint CONSTRAINT later_reminder_campaign_fk REFERENCES notification_campaign (id) ON DELETE CASCADE,
    status text NOT NULL DEFAULT 'PENDING' CONSTRAINT later_reminder_status_check
      CHECK (status IN ('PENDING', 'SENDING', 'SENT', 'FAILED', 'SKIPPED', 'UNCONFIRMED')),
    remind_at timestamptz(3) NOT NULL,
    not_before timestamptz(3) NOT NULL,
    claim_id uuid,
    claim_expires_at timestamptz(3),
    reason text,
    requested_at timestamptz(3),
    message_id bigint,
    updated_at timestamptz(3) NOT NULL DEFAULT now()
  );
  CREATE UNIQUE INDEX later_reminder_pending_idx ON later_reminder (poll_id, user_id) WHERE status = 'PENDING';
  CREATE INDEX later_reminder_due_idx ON later_reminder (not_before) WHERE status = 'PENDING';
  CREATE INDEX later_reminder_claim_idx ON later_reminder (claim_expires_at) WHERE status = 'SENDING';
  CREATE INDEX later_reminder_poll_idx ON later_reminder (poll_id, user_id);
  CREATE INDEX later_reminder_user_idx ON later_reminder (user_id);
  CREATE INDEX later_reminder_campaign_idx ON later_reminder (campaign_id);
  CREATE TABLE stale_keyboard (
    user_id bigint NOT NULL CONSTRAINT stale_keyboard_user_fk REFERENCES telegram_user (id) ON DELETE CASCADE,
    message_id bigint NOT NULL,
    poll_id bigint NOT NULL CONSTRAINT stale_keyboard_poll_fk REFERENCES poll (id) ON DELETE CASCADE,
    campaign_id bigint,
    tries smallint NOT NULL DEFAULT 0,
    not_before timestamptz(3) NOT NULL DEFAULT now() + interval '2 seconds',
    CONSTRAINT stale_keyboard_pk PRIMARY KEY (user_id, message_id)
  );
  CREATE INDEX stale_keyboard_due_idx ON stale_keyboard (not_before);
  CREATE INDEX stale_keyboard_poll_idx ON stale_keyboard (poll_id);
`;

// Each completion is credited to the last reminder before it that was or may have been sent, by the time of its request. What
// was credited before, as by a reminder whose answer came late, is corrected. In the order of keys, as the engine locks.
const CREDIT = `
  CREATE FUNCTION credit_completions(polls bigint[], users bigint[]) RETURNS void LANGUAGE sql AS $$
    WITH pair AS (
      SELECT DISTINCT given.poll_id, given.user_id FROM unnest(polls, users) AS given (poll_id, user_id)
    ), reminder AS (
      SELECT pair.poll_id, pair.user_id, delivery.campaign_id, delivery.message_id,
        coalesce(delivery.requested_at, delivery.sent_at, delivery.updated_at) AS at
      FROM pair JOIN notification_campaign campaign ON campaign.topic_id = pair.poll_id
      JOIN delivery ON delivery.campaign_id = campaign.id AND delivery.user_id = pair.user_id
      WHERE delivery.status IN ('SENT', 'UNCONFIRMED')
      UNION ALL
      SELECT pair.poll_id, pair.user_id, later.campaign_id, later.message_id, later.requested_at
      FROM pair JOIN later_reminder later USING (poll_id, user_id) WHERE later.status IN ('SENT', 'UNCONFIRMED')
    ), stale AS (
      INSERT INTO stale_keyboard (user_id, message_id, poll_id, campaign_id)
      SELECT user_id, message_id, poll_id, campaign_id FROM reminder
      WHERE message_id IS NOT NULL AND EXISTS (
        SELECT FROM poll_completion done WHERE done.poll_id = reminder.poll_id AND done.user_id = reminder.user_id)
      ORDER BY 1, 2 ON CONFLICT DO NOTHING
    ), credited AS (
      SELECT DISTINCT ON (reminder.poll_id, reminder.user_id) reminder.campaign_id, reminder.user_id, done.completed_at
      FROM reminder JOIN poll_completion done USING (poll_id, user_id)
      WHERE reminder.at <= done.completed_at
      ORDER BY reminder.poll_id, reminder.user_id, reminder.at DESC, reminder.campaign_id DESC
    ), wrong AS (
      SELECT delivery.campaign_id, delivery.user_id, delivery.converted_at AS was, credited.completed_at AS becomes
      FROM (SELECT DISTINCT campaign_id, user_id FROM reminder) reminded
      JOIN delivery USING (campaign_id, user_id)
      LEFT JOIN credited USING (campaign_id, user_id)
      WHERE delivery.converted_at IS DISTINCT FROM credited.completed_at
      ORDER BY 1, 2 FOR UPDATE OF delivery
    ), changed AS (
      UPDATE delivery SET converted_at = wrong.becomes FROM wrong
      WHERE delivery.campaign_id = wrong.campaign_id AND delivery.user_id = wrong.user_id
      RETURNING wrong.campaign_id, wrong.was, wrong.becomes
    )
    UPDATE notification_campaign campaign SET converted_users = campaign.converted_users + change.count
    FROM (SELECT campaign_id, count(becomes) - count(was) AS count FROM changed GROUP BY 1 ORDER BY 1) change
    WHERE campaign.id = change.campaign_id AND change.count <> 0
  $$;
`;

const TRIGGERS = `
  CREATE FUNCTION credit_new_completions() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM credit_completions(array_agg(poll_id), array_agg(user_id)) FROM changed HAVING count(*) > 0;
    RETURN NULL;
  END $$;
  CREATE TRIGGER poll_completion_credited AFTER INSERT ON poll_completion REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION credit_new_completions();

  CREATE FUNCTION credit_reached() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM credit_completions(ARRAY[done.poll_id], ARRAY[done.user_id])
    FROM notification_campaign campaign JOIN poll_completion done ON done.poll_id = campaign.topic_id
    WHERE campaign.id = NEW.campaign_id AND done.user_id = NEW.user_id;
    RETURN NULL;
  END $$;
  CREATE TRIGGER delivery_reached AFTER UPDATE OF status ON delivery FOR EACH ROW
    WHEN (NEW.status IN ('SENT', 'UNCONFIRMED') AND NEW.status <> OLD.status) EXECUTE FUNCTION credit_reached();
  CREATE TRIGGER later_reminder_reached AFTER UPDATE OF status ON later_reminder FOR EACH ROW
    WHEN (NEW.status IN ('SENT', 'UNCONFIRMED') AND NEW.status <> OLD.status) EXECUTE FUNCTION credit_reached();
`;
