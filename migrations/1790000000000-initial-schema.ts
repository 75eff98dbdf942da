import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Polls, people, campaigns with their chunks and deliveries, the shared rate limit, and Agenda's tables. */
export class InitialSchema1790000000000 implements MigrationInterface {
  readonly name = 'InitialSchema1790000000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const part of [POLLS, PEOPLE, CAMPAIGNS, CAMPAIGN_CHANGES, RATE_LIMIT, AGENDA])
      await queryRunner.query(part);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP TABLE agenda_logs, agenda_jobs, chat_pacing, rate_limit, delivery, campaign_chunk, notification_campaign,
        answer, poll_completion, telegram_user, question_option, question, poll;
      DROP FUNCTION notification_campaign_changing(), notification_campaign_changed(),
        reserve_send_slots(text, interval, integer, interval);
    `);
  }
}

const POLLS = `
  CREATE TABLE poll (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT poll_pk PRIMARY KEY,
    title text NOT NULL,
    description text,
    status text NOT NULL DEFAULT 'DRAFT' CONSTRAINT poll_status_check CHECK (status IN ('DRAFT', 'OPEN', 'CLOSED')),
    closes_at timestamptz(3),
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    updated_at timestamptz(3) NOT NULL DEFAULT now()
  );
  CREATE INDEX poll_created_idx ON poll (created_at, id);

  CREATE TABLE question (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT question_pk PRIMARY KEY,
    poll_id bigint NOT NULL CONSTRAINT question_poll_fk REFERENCES poll (id) ON DELETE CASCADE,
    position integer NOT NULL,
    text text NOT NULL,
    CONSTRAINT question_position_key UNIQUE (poll_id, position)
  );

  CREATE TABLE question_option (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT question_option_pk PRIMARY KEY,
    question_id bigint NOT NULL CONSTRAINT question_option_question_fk REFERENCES question (id) ON DELETE CASCADE,
    position integer NOT NULL,
    text text NOT NULL,
    CONSTRAINT question_option_position_key UNIQUE (question_id, position)
  );
`;

const PEOPLE = `
  CREATE EXTENSION IF NOT EXISTS pg_trgm;

  CREATE TABLE telegram_user (
    id bigint CONSTRAINT telegram_user_pk PRIMARY KEY,
    chat_id bigint,
    username text,
    first_name text,
    last_name text,
    language_code text,
    status text NOT NULL DEFAULT 'ACTIVE'
      CONSTRAINT telegram_user_status_check
      CHECK (status IN ('ACTIVE', 'BLOCKED', 'DEACTIVATED', 'UNREACHABLE', 'OPTED_OUT')),
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    updated_at timestamptz(3) NOT NULL DEFAULT now()
  );
  CREATE INDEX telegram_user_status_idx ON telegram_user (status, id);
  CREATE INDEX telegram_user_username_idx ON telegram_user USING gin (username gin_trgm_ops);

  CREATE TABLE poll_completion (
    poll_id bigint NOT NULL CONSTRAINT poll_completion_poll_fk REFERENCES poll (id) ON DELETE CASCADE,
    user_id bigint NOT NULL CONSTRAINT poll_completion_user_fk REFERENCES telegram_user (id) ON DELETE CASCADE,
    completed_at timestamptz(3) NOT NULL DEFAULT now(),
    CONSTRAINT poll_completion_pk PRIMARY KEY (poll_id, user_id)
  );
  CREATE INDEX poll_completion_user_idx ON poll_completion (user_id);

  CREATE TABLE answer (
    question_id bigint NOT NULL CONSTRAINT answer_question_fk REFERENCES question (id) ON DELETE CASCADE,
    user_id bigint NOT NULL CONSTRAINT answer_user_fk REFERENCES telegram_user (id) ON DELETE CASCADE,
    option_id bigint NOT NULL CONSTRAINT answer_option_fk REFERENCES question_option (id) ON DELETE CASCADE,
    answered_at timestamptz(3) NOT NULL DEFAULT now(),
    CONSTRAINT answer_pk PRIMARY KEY (question_id, user_id)
  );
  CREATE INDEX answer_option_idx ON answer (option_id);
  CREATE INDEX answer_user_idx ON answer (user_id);
`;

const CAMPAIGNS = `
  CREATE TABLE notification_campaign (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT notification_campaign_pk PRIMARY KEY,
    topic_id bigint NOT NULL CONSTRAINT notification_campaign_topic_fk REFERENCES poll (id),
    message_template text NOT NULL,
    chunk_size integer NOT NULL,
    chunk_interval_ms integer NOT NULL,
    send_interval_ms integer NOT NULL,
    status text NOT NULL DEFAULT 'PENDING',
    total_users integer NOT NULL DEFAULT 0,
    pending_users integer NOT NULL DEFAULT 0,
    sent_users integer NOT NULL DEFAULT 0,
    failed_users integer NOT NULL DEFAULT 0,
    skipped_users integer NOT NULL DEFAULT 0,
    unconfirmed_users integer NOT NULL DEFAULT 0,
    chunk_count integer NOT NULL DEFAULT 0,
    version integer NOT NULL DEFAULT 1,
    scheduled_for timestamptz(3),
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    updated_at timestamptz(3) NOT NULL DEFAULT now(),
    started_at timestamptz(3),
    planned_at timestamptz(3),
    progressed_at timestamptz(3),
    finished_at timestamptz(3),
    failure_code text,
    failure_message text,
    failure_streak integer NOT NULL DEFAULT 0,
    failure_streak_reason text,
    idempotency_key text CONSTRAINT notification_campaign_idempotency_key UNIQUE,
    idempotency_fingerprint text,
    CONSTRAINT notification_campaign_status_check CHECK (
      status IN ('PENDING', 'SCHEDULED', 'PROCESSING', 'PAUSED', 'COMPLETED', 'FAILED', 'CANCELLED')),
    CONSTRAINT notification_campaign_ledger_check CHECK (
      total_users = pending_users + sent_users + failed_users + skipped_users + unconfirmed_users),
    CONSTRAINT notification_campaign_counters_check CHECK (
      pending_users >= 0 AND sent_users >= 0 AND failed_users >= 0 AND skipped_users >= 0 AND unconfirmed_users >= 0),
    CONSTRAINT notification_campaign_pacing_check CHECK (
      chunk_size > 0 AND chunk_interval_ms >= 0 AND send_interval_ms >= 0)
  ) WITH (fillfactor = 50);
  CREATE INDEX notification_campaign_created_idx ON notification_campaign (created_at, id);
  CREATE INDEX notification_campaign_status_idx ON notification_campaign (status, created_at, id);
  CREATE INDEX notification_campaign_topic_idx ON notification_campaign (topic_id, created_at, id);

  CREATE TABLE campaign_chunk (
    campaign_id bigint NOT NULL
      CONSTRAINT campaign_chunk_campaign_fk REFERENCES notification_campaign (id) ON DELETE CASCADE,
    number integer NOT NULL,
    state text NOT NULL DEFAULT 'WAITING'
      CONSTRAINT campaign_chunk_state_check CHECK (state IN ('WAITING', 'RUNNING', 'DONE', 'SET_ASIDE')),
    due_at timestamptz(3),
    enqueued_at timestamptz(3),
    lease_token uuid,
    lease_expires_at timestamptz(3),
    attempts integer NOT NULL DEFAULT 0,
    remaining_at_claim integer,
    reason text,
    CONSTRAINT campaign_chunk_pk PRIMARY KEY (campaign_id, number),
    CONSTRAINT campaign_chunk_lease_check CHECK ((state = 'RUNNING') = (lease_token IS NOT NULL))
  ) WITH (fillfactor = 80);
  CREATE INDEX campaign_chunk_due_idx ON campaign_chunk (due_at) WHERE state = 'WAITING';
  CREATE INDEX campaign_chunk_lease_idx ON campaign_chunk (lease_expires_at) WHERE state = 'RUNNING';

  CREATE TABLE delivery (
    campaign_id bigint NOT NULL,
    user_id bigint NOT NULL CONSTRAINT delivery_user_fk REFERENCES telegram_user (id),
    chunk_number integer NOT NULL,
    status text NOT NULL DEFAULT 'PENDING'
      CONSTRAINT delivery_status_check
      CHECK (status IN ('PENDING', 'SENDING', 'SENT', 'FAILED', 'SKIPPED', 'UNCONFIRMED')),
    fence integer NOT NULL DEFAULT 0,
    attempts integer NOT NULL DEFAULT 0,
    reason text,
    message_id bigint,
    not_before timestamptz(3),
    sent_at timestamptz(3),
    updated_at timestamptz(3) NOT NULL DEFAULT now(),
    CONSTRAINT delivery_pk PRIMARY KEY (campaign_id, user_id),
    CONSTRAINT delivery_chunk_fk
      FOREIGN KEY (campaign_id, chunk_number) REFERENCES campaign_chunk (campaign_id, number) ON DELETE CASCADE
  ) WITH (fillfactor = 80);
  CREATE INDEX delivery_open_idx ON delivery (campaign_id, chunk_number, user_id)
    WHERE status IN ('PENDING', 'SENDING');
  CREATE INDEX delivery_finished_idx ON delivery (campaign_id, status, user_id)
    WHERE status NOT IN ('PENDING', 'SENDING');
  CREATE INDEX delivery_user_idx ON delivery (user_id);
`;

// No change of a campaign can be forgotten by the version or by those who listen, no matter which statement makes it.
const CAMPAIGN_CHANGES = `
  CREATE FUNCTION notification_campaign_changing() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.version := OLD.version + 1;
    NEW.updated_at := clock_timestamp();
    RETURN NEW;
  END $$;
  CREATE TRIGGER notification_campaign_changing BEFORE UPDATE ON notification_campaign
    FOR EACH ROW EXECUTE FUNCTION notification_campaign_changing();

  CREATE FUNCTION notification_campaign_changed() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM pg_notify('campaign_changed', NEW.id::text);
    RETURN NULL;
  END $$;
  CREATE TRIGGER notification_campaign_changed AFTER UPDATE ON notification_campaign
    FOR EACH ROW EXECUTE FUNCTION notification_campaign_changed();
`;

// The generic cell rate algorithm (ITU-T I.371) as virtual scheduling: next_at is the theoretical arrival time.
// Clock readings are taken after the row lock, so that waiting for it cannot hand out a slot in the past.
const RATE_LIMIT = `
  CREATE TABLE rate_limit (
    bot text CONSTRAINT rate_limit_pk PRIMARY KEY,
    next_at timestamptz NOT NULL DEFAULT '-infinity',
    blocked_until timestamptz,
    probe_expires_at timestamptz
  ) WITH (fillfactor = 50);

  CREATE UNLOGGED TABLE chat_pacing (
    chat_id bigint CONSTRAINT chat_pacing_pk PRIMARY KEY,
    next_at timestamptz NOT NULL
  ) WITH (fillfactor = 50);

  CREATE FUNCTION reserve_send_slots(
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
    first_slot := greatest(limit_row.next_at, at, limit_row.blocked_until, limit_row.probe_expires_at);
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

// The columns are those that @agendajs/postgres-backend 3.0.6 reads and writes; it is told not to create them.
const AGENDA = `
  CREATE TABLE agenda_jobs (
    id uuid CONSTRAINT agenda_jobs_pk PRIMARY KEY DEFAULT gen_random_uuid(),
    name varchar(255) NOT NULL,
    type varchar(10) NOT NULL DEFAULT 'normal' CONSTRAINT agenda_jobs_type_check CHECK (type IN ('normal', 'single')),
    priority integer NOT NULL DEFAULT 0,
    data jsonb DEFAULT '{}',
    disabled boolean DEFAULT false,
    fork boolean DEFAULT false,
    next_run_at timestamptz,
    locked_at timestamptz,
    last_run_at timestamptz,
    last_finished_at timestamptz,
    failed_at timestamptz,
    fail_count integer,
    fail_reason text,
    progress real,
    repeat_interval varchar(255),
    repeat_at varchar(255),
    repeat_timezone varchar(100),
    debounce_started_at timestamptz,
    start_date timestamptz,
    end_date timestamptz,
    skip_days jsonb,
    last_modified_by varchar(255),
    created_at timestamptz DEFAULT now(),
    updated_at timestamptz DEFAULT now()
  );
  CREATE INDEX agenda_jobs_next_idx ON agenda_jobs (name, next_run_at, priority DESC, locked_at) WHERE NOT disabled;
  CREATE UNIQUE INDEX agenda_jobs_single_key ON agenda_jobs (name) WHERE type = 'single';
  CREATE INDEX agenda_jobs_locked_idx ON agenda_jobs (locked_at) WHERE locked_at IS NOT NULL;
  CREATE INDEX agenda_jobs_due_idx ON agenda_jobs (next_run_at) WHERE next_run_at IS NOT NULL;

  CREATE TABLE agenda_logs (
    id uuid CONSTRAINT agenda_logs_pk PRIMARY KEY DEFAULT gen_random_uuid(),
    timestamp timestamptz NOT NULL DEFAULT now(),
    level varchar(10) NOT NULL,
    event varchar(30) NOT NULL,
    job_id varchar(255),
    job_name varchar(255) NOT NULL,
    message text NOT NULL,
    duration integer,
    error text,
    fail_count integer,
    retry_delay integer,
    retry_attempt integer,
    agenda_name varchar(255),
    meta jsonb
  );
  CREATE INDEX agenda_logs_time_idx ON agenda_logs (timestamp);
  CREATE INDEX agenda_logs_job_idx ON agenda_logs (job_name, timestamp);
`;
