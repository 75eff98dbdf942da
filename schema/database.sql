-- Written by "npm run generate" from a database that the migrations made; a test holds it against them.

TABLE agenda_jobs
  id uuid NOT NULL DEFAULT gen_random_uuid()
  name character varying(255) NOT NULL
  type character varying(10) NOT NULL DEFAULT 'normal'::character varying
  priority integer NOT NULL DEFAULT 0
  data jsonb DEFAULT '{}'::jsonb
  disabled boolean DEFAULT false
  fork boolean DEFAULT false
  next_run_at timestamp with time zone
  locked_at timestamp with time zone
  last_run_at timestamp with time zone
  last_finished_at timestamp with time zone
  failed_at timestamp with time zone
  fail_count integer
  fail_reason text
  progress real
  repeat_interval character varying(255)
  repeat_at character varying(255)
  repeat_timezone character varying(100)
  debounce_started_at timestamp with time zone
  start_date timestamp with time zone
  end_date timestamp with time zone
  skip_days jsonb
  last_modified_by character varying(255)
  created_at timestamp with time zone DEFAULT now()
  updated_at timestamp with time zone DEFAULT now()
  CONSTRAINT agenda_jobs_pk PRIMARY KEY (id)
  CONSTRAINT agenda_jobs_type_check CHECK (((type)::text = ANY ((ARRAY['normal'::character varying, 'single'::character varying])::text[])))
CREATE INDEX agenda_jobs_due_idx ON public.agenda_jobs USING btree (next_run_at) WHERE (next_run_at IS NOT NULL)
CREATE INDEX agenda_jobs_locked_idx ON public.agenda_jobs USING btree (locked_at) WHERE (locked_at IS NOT NULL)
CREATE INDEX agenda_jobs_next_idx ON public.agenda_jobs USING btree (name, next_run_at, priority DESC, locked_at) WHERE (NOT disabled)
CREATE UNIQUE INDEX agenda_jobs_single_key ON public.agenda_jobs USING btree (name) WHERE ((type)::text = 'single'::text)

TABLE anonymous_count
  option_id bigint NOT NULL
  counted integer NOT NULL
  shown integer NOT NULL DEFAULT 0
  CONSTRAINT anonymous_count_option_fk FOREIGN KEY (option_id) REFERENCES question_option(id) ON DELETE CASCADE
  CONSTRAINT anonymous_count_pk PRIMARY KEY (option_id)

TABLE anonymous_tally
  poll_id bigint NOT NULL
  completed integer NOT NULL
  shown_completed integer NOT NULL DEFAULT 0
  CONSTRAINT anonymous_tally_pk PRIMARY KEY (poll_id)
  CONSTRAINT anonymous_tally_poll_fk FOREIGN KEY (poll_id) REFERENCES poll(id) ON DELETE CASCADE
CREATE TRIGGER anonymous_tally_changed AFTER INSERT OR UPDATE ON public.anonymous_tally FOR EACH ROW WHEN (((new.completed - new.shown_completed) >= 5)) EXECUTE FUNCTION show_anonymous_counts()

TABLE answer
  question_id bigint NOT NULL
  user_id bigint NOT NULL
  option_id bigint NOT NULL
  answered_at timestamp(3) with time zone NOT NULL DEFAULT now()
  CONSTRAINT answer_option_fk FOREIGN KEY (question_id, option_id) REFERENCES question_option(question_id, id) ON DELETE CASCADE
  CONSTRAINT answer_pk PRIMARY KEY (question_id, user_id)
  CONSTRAINT answer_user_fk FOREIGN KEY (user_id) REFERENCES telegram_user(id) ON DELETE CASCADE
CREATE INDEX answer_option_idx ON public.answer USING btree (option_id)
CREATE INDEX answer_user_idx ON public.answer USING btree (user_id)
CREATE TRIGGER answer_deleted AFTER DELETE ON public.answer REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION forget_starts()
CREATE TRIGGER answer_inserted AFTER INSERT ON public.answer REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_starts()

TABLE api_token
  id bigint NOT NULL GENERATED ALWAYS AS IDENTITY
  name text NOT NULL
  role text NOT NULL
  token_hash bytea NOT NULL
  created_at timestamp(3) with time zone NOT NULL DEFAULT now()
  expires_at timestamp(3) with time zone
  revoked_at timestamp(3) with time zone
  last_used_at timestamp(3) with time zone
  CONSTRAINT api_token_hash_check CHECK ((octet_length(token_hash) = 32))
  CONSTRAINT api_token_hash_key UNIQUE (token_hash)
  CONSTRAINT api_token_name_key UNIQUE (name)
  CONSTRAINT api_token_pk PRIMARY KEY (id)
  CONSTRAINT api_token_role_check CHECK ((role = ANY (ARRAY['ADMIN'::text, 'OPERATOR'::text, 'VIEWER'::text])))

TABLE audit_entry
  id bigint NOT NULL GENERATED ALWAYS AS IDENTITY
  at timestamp(3) with time zone NOT NULL DEFAULT now()
  actor text NOT NULL
  token_id bigint
  role text NOT NULL
  action text NOT NULL
  campaign_id bigint
  poll_id bigint
  detail text
  outcome text NOT NULL DEFAULT 'STARTED'::text
  code text
  repeats integer NOT NULL DEFAULT 0
  CONSTRAINT audit_entry_outcome_check CHECK ((outcome = ANY (ARRAY['STARTED'::text, 'SUCCEEDED'::text, 'REFUSED'::text, 'FORBIDDEN'::text, 'FAILED'::text])))
  CONSTRAINT audit_entry_pk PRIMARY KEY (id)
  CONSTRAINT audit_entry_role_check CHECK ((role = ANY (ARRAY['ADMIN'::text, 'OPERATOR'::text, 'VIEWER'::text])))
CREATE INDEX audit_entry_action_idx ON public.audit_entry USING btree (action, id)
CREATE INDEX audit_entry_actor_idx ON public.audit_entry USING btree (actor, id)
CREATE INDEX audit_entry_at_idx ON public.audit_entry USING btree (at)
CREATE INDEX audit_entry_campaign_idx ON public.audit_entry USING btree (campaign_id, id)
CREATE INDEX audit_entry_outcome_idx ON public.audit_entry USING btree (outcome, id)
CREATE INDEX audit_entry_poll_idx ON public.audit_entry USING btree (poll_id, id)

TABLE campaign_chunk WITH (fillfactor=80)
  campaign_id bigint NOT NULL
  number integer NOT NULL
  state text NOT NULL DEFAULT 'WAITING'::text
  due_at timestamp(3) with time zone
  enqueued_at timestamp(3) with time zone
  lease_token uuid
  lease_expires_at timestamp(3) with time zone
  attempts integer NOT NULL DEFAULT 0
  remaining_at_claim integer
  reason text
  holder_key bigint
  held_lease uuid
  last_sent_at timestamp(3) with time zone
  CONSTRAINT campaign_chunk_campaign_fk FOREIGN KEY (campaign_id) REFERENCES notification_campaign(id) ON DELETE CASCADE
  CONSTRAINT campaign_chunk_lease_check CHECK (((state = 'RUNNING'::text) = (lease_token IS NOT NULL)))
  CONSTRAINT campaign_chunk_pk PRIMARY KEY (campaign_id, number)
  CONSTRAINT campaign_chunk_state_check CHECK ((state = ANY (ARRAY['WAITING'::text, 'RUNNING'::text, 'DONE'::text, 'SET_ASIDE'::text])))
CREATE INDEX campaign_chunk_due_idx ON public.campaign_chunk USING btree (due_at) WHERE (state = 'WAITING'::text)
CREATE INDEX campaign_chunk_lease_idx ON public.campaign_chunk USING btree (lease_expires_at) WHERE (state = 'RUNNING'::text)

TABLE campaign_group
  campaign_id bigint NOT NULL
  group_id bigint NOT NULL
  CONSTRAINT campaign_group_campaign_fk FOREIGN KEY (campaign_id) REFERENCES notification_campaign(id) ON DELETE CASCADE
  CONSTRAINT campaign_group_group_fk FOREIGN KEY (group_id) REFERENCES user_group(id)
  CONSTRAINT campaign_group_pk PRIMARY KEY (campaign_id, group_id)
CREATE INDEX campaign_group_group_idx ON public.campaign_group USING btree (group_id)

TABLE campaign_log
  campaign_id bigint NOT NULL
  logged_at timestamp(3) with time zone NOT NULL
  CONSTRAINT campaign_log_campaign_fk FOREIGN KEY (campaign_id) REFERENCES notification_campaign(id) ON DELETE CASCADE
  CONSTRAINT campaign_log_pk PRIMARY KEY (campaign_id)

CREATE OR REPLACE FUNCTION public.change_counters(campaign_id bigint, sent bigint DEFAULT 0, failed bigint DEFAULT 0, skipped bigint DEFAULT 0, unconfirmed bigint DEFAULT 0, by_sandbox boolean DEFAULT false, streak_reason text DEFAULT NULL::text, streak_count integer DEFAULT NULL::integer, streak_broken boolean DEFAULT false)
 RETURNS TABLE(status text, pending_users integer, failure_streak integer, failure_streak_reason text)
 LANGUAGE sql
AS $function$
    UPDATE notification_campaign campaign SET
      pending_users = campaign.pending_users - change.done,
      sent_users = campaign.sent_users + change.sent,
      failed_users = campaign.failed_users + change.failed,
      skipped_users = campaign.skipped_users + change.skipped,
      unconfirmed_users = campaign.unconfirmed_users + change.unconfirmed,
      progressed_at = CASE WHEN change.done > 0 THEN clock_timestamp() ELSE campaign.progressed_at END,
      sandbox = campaign.sandbox OR change.by_sandbox AND change.done > 0,
      failure_streak = CASE
        WHEN change.streak_count IS NULL THEN campaign.failure_streak
        WHEN change.streak_broken
          OR campaign.failure_streak_reason IS DISTINCT FROM change.streak_reason AND change.streak_count > 0
        THEN change.streak_count
        ELSE campaign.failure_streak + change.streak_count END,
      failure_streak_reason = CASE
        WHEN change.streak_count IS NULL THEN campaign.failure_streak_reason
        WHEN change.streak_broken OR change.streak_count > 0 THEN change.streak_reason
        ELSE campaign.failure_streak_reason END
    FROM (
      SELECT $1 AS campaign_id, $2 AS sent, $3 AS failed, $4 AS skipped, $5 AS unconfirmed, $6 AS by_sandbox,
        $7 AS streak_reason, $8 AS streak_count, $9 AS streak_broken, $2 + $3 + $4 + $5 AS done
    ) change
    WHERE campaign.id = change.campaign_id
    RETURNING campaign.status, campaign.pending_users, campaign.failure_streak, campaign.failure_streak_reason
  $function$

UNLOGGED TABLE chat_pacing WITH (fillfactor=50)
  chat_id bigint NOT NULL
  next_at timestamp with time zone NOT NULL
  CONSTRAINT chat_pacing_pk PRIMARY KEY (chat_id)

CREATE OR REPLACE FUNCTION public.count_changed_person()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
  END $function$

CREATE OR REPLACE FUNCTION public.count_completions()
 RETURNS trigger
 LANGUAGE plpgsql
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
  DECLARE
    sign integer := CASE TG_OP WHEN 'DELETE' THEN -1 ELSE 1 END;
  BEGIN
    IF NOT EXISTS (SELECT FROM changed) THEN RETURN NULL; END IF;
    IF TG_OP = 'INSERT' THEN
      PERFORM FROM (SELECT DISTINCT user_id FROM changed ORDER BY user_id) done,
        LATERAL (SELECT FROM telegram_user person WHERE person.id = done.user_id FOR NO KEY UPDATE) locked;
    END IF;
    INSERT INTO poll_count_delta (poll_id, completed, reachable_done)
    SELECT changed.poll_id, sign * count(*), sign * count(*) FILTER (
      WHERE EXISTS (SELECT FROM telegram_user person
        WHERE person.id = changed.user_id AND person.status = 'ACTIVE' AND person.opted_out_at IS NULL OFFSET 0)
        AND (NOT EXISTS (SELECT FROM poll_group WHERE poll_group.poll_id = changed.poll_id OFFSET 0) OR EXISTS (
        SELECT FROM group_member member WHERE member.user_id = changed.user_id AND EXISTS (
          SELECT FROM poll_group WHERE poll_group.poll_id = changed.poll_id AND poll_group.group_id = member.group_id OFFSET 0)
        OFFSET 0)))
    FROM changed GROUP BY changed.poll_id;
    IF TG_OP = 'INSERT' THEN
      DELETE FROM poll_start USING changed WHERE poll_start.poll_id = changed.poll_id AND poll_start.user_id = changed.user_id;
    END IF;
    RETURN NULL;
  END $function$

CREATE OR REPLACE FUNCTION public.count_members()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
  END $function$

CREATE OR REPLACE FUNCTION public.count_new_people()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
  BEGIN
    INSERT INTO poll_count_delta (participants, reachable)
    SELECT count(*), count(*) FILTER (WHERE status = 'ACTIVE' AND opted_out_at IS NULL) FROM changed HAVING count(*) > 0;
    RETURN NULL;
  END $function$

CREATE OR REPLACE FUNCTION public.count_new_polls()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
  BEGIN
    INSERT INTO poll_count (poll_id) SELECT id FROM changed;
    RETURN NULL;
  END $function$

CREATE OR REPLACE FUNCTION public.count_starts()
 RETURNS trigger
 LANGUAGE plpgsql
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
  DECLARE
    sign integer := CASE TG_OP WHEN 'DELETE' THEN -1 ELSE 1 END;
  BEGIN
    IF NOT EXISTS (SELECT FROM changed) THEN RETURN NULL; END IF;
    INSERT INTO poll_count_delta (poll_id, started)
    SELECT changed.poll_id, sign * count(*) FROM changed
    WHERE EXISTS (SELECT FROM telegram_user person WHERE person.id = changed.user_id OFFSET 0)
      AND (NOT EXISTS (SELECT FROM poll_group WHERE poll_group.poll_id = changed.poll_id OFFSET 0) OR EXISTS (
        SELECT FROM group_member member WHERE member.user_id = changed.user_id AND EXISTS (
          SELECT FROM poll_group WHERE poll_group.poll_id = changed.poll_id AND poll_group.group_id = member.group_id OFFSET 0)
        OFFSET 0))
    GROUP BY changed.poll_id;
    RETURN NULL;
  END $function$

CREATE OR REPLACE FUNCTION public.credit_completion(of_poll bigint, of_user bigint)
 RETURNS void
 LANGUAGE plpgsql
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
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
  END $function$

CREATE OR REPLACE FUNCTION public.credit_completions(polls bigint[], users bigint[])
 RETURNS void
 LANGUAGE sql
AS $function$
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
  $function$

CREATE OR REPLACE FUNCTION public.credit_new_completions()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
  BEGIN
    CASE (SELECT count(*) FROM changed)
      WHEN 0 THEN NULL;
      WHEN 1 THEN PERFORM credit_completion(poll_id, user_id) FROM changed;
      ELSE PERFORM credit_completions(array_agg(poll_id), array_agg(user_id)) FROM changed;
    END CASE;
    RETURN NULL;
  END $function$

CREATE OR REPLACE FUNCTION public.credit_reached()
 RETURNS trigger
 LANGUAGE plpgsql
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
  BEGIN
    PERFORM credit_completion(done.poll_id, done.user_id)
    FROM notification_campaign campaign JOIN poll_completion done ON done.poll_id = campaign.topic_id
    WHERE campaign.id = NEW.campaign_id AND done.user_id = NEW.user_id;
    RETURN NULL;
  END $function$

TABLE declined_poll
  poll_id bigint NOT NULL
  user_id bigint NOT NULL
  declined_at timestamp(3) with time zone NOT NULL DEFAULT now()
  CONSTRAINT declined_poll_pk PRIMARY KEY (poll_id, user_id)
  CONSTRAINT declined_poll_poll_fk FOREIGN KEY (poll_id) REFERENCES poll(id) ON DELETE CASCADE
  CONSTRAINT declined_poll_user_fk FOREIGN KEY (user_id) REFERENCES telegram_user(id) ON DELETE CASCADE
CREATE INDEX declined_poll_user_idx ON public.declined_poll USING btree (user_id)

TABLE delivery WITH (fillfactor=80)
  campaign_id bigint NOT NULL
  user_id bigint NOT NULL
  chunk_number integer NOT NULL
  status text NOT NULL DEFAULT 'PENDING'::text
  fence integer NOT NULL DEFAULT 0
  attempts integer NOT NULL DEFAULT 0
  reason text
  message_id bigint
  not_before timestamp(3) with time zone
  sent_at timestamp(3) with time zone
  updated_at timestamp(3) with time zone NOT NULL DEFAULT now()
  claim_id uuid
  refusals smallint NOT NULL DEFAULT 0
  requested_at timestamp(3) with time zone
  opened_at timestamp(3) with time zone
  converted_at timestamp(3) with time zone
  detail text
  CONSTRAINT delivery_pk PRIMARY KEY (campaign_id, user_id)
  CONSTRAINT delivery_status_check CHECK ((status = ANY (ARRAY['PENDING'::text, 'SENDING'::text, 'SENT'::text, 'FAILED'::text, 'SKIPPED'::text, 'UNCONFIRMED'::text])))
  CONSTRAINT delivery_user_fk FOREIGN KEY (user_id) REFERENCES telegram_user(id)
CREATE INDEX delivery_finished_idx ON public.delivery USING btree (campaign_id, status, user_id) WHERE (status <> ALL (ARRAY['PENDING'::text, 'SENDING'::text]))
CREATE INDEX delivery_open_idx ON public.delivery USING btree (campaign_id, chunk_number, user_id) WHERE (status = ANY (ARRAY['PENDING'::text, 'SENDING'::text]))
CREATE INDEX delivery_reason_idx ON public.delivery USING btree (campaign_id, reason, user_id) WHERE (reason IS NOT NULL)
CREATE INDEX delivery_sending_idx ON public.delivery USING btree (campaign_id, chunk_number) WHERE (status = 'SENDING'::text)
CREATE INDEX delivery_user_idx ON public.delivery USING btree (user_id)
CREATE TRIGGER delivery_reached AFTER UPDATE OF status ON public.delivery FOR EACH ROW WHEN (((new.status = ANY (ARRAY['SENT'::text, 'UNCONFIRMED'::text])) AND (new.status <> old.status))) EXECUTE FUNCTION credit_reached()

TABLE erased_answer
  option_id bigint NOT NULL
  count integer NOT NULL
  CONSTRAINT erased_answer_option_fk FOREIGN KEY (option_id) REFERENCES question_option(id) ON DELETE CASCADE
  CONSTRAINT erased_answer_pk PRIMARY KEY (option_id)

TABLE erased_completion
  poll_id bigint NOT NULL
  count integer NOT NULL
  CONSTRAINT erased_completion_pk PRIMARY KEY (poll_id)
  CONSTRAINT erased_completion_poll_fk FOREIGN KEY (poll_id) REFERENCES poll(id) ON DELETE CASCADE

TABLE erased_delivery
  campaign_id bigint NOT NULL
  status text NOT NULL
  reason text NOT NULL DEFAULT ''::text
  count integer NOT NULL
  CONSTRAINT erased_delivery_campaign_fk FOREIGN KEY (campaign_id) REFERENCES notification_campaign(id) ON DELETE CASCADE
  CONSTRAINT erased_delivery_pk PRIMARY KEY (campaign_id, status, reason)

TABLE export_link
  code_hash bytea NOT NULL
  kind text NOT NULL
  subject_id bigint NOT NULL
  expires_at timestamp(3) with time zone NOT NULL
  CONSTRAINT export_link_pk PRIMARY KEY (code_hash)

CREATE OR REPLACE FUNCTION public.fold_text(text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN lower(upper(CASE WHEN ($1 IS NFKC NORMALIZED) THEN $1 ELSE NORMALIZE($1, NFKC) END))

CREATE OR REPLACE FUNCTION public.forget_starts()
 RETURNS trigger
 LANGUAGE plpgsql
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
  BEGIN
    IF NOT EXISTS (SELECT FROM changed) THEN RETURN NULL; END IF;
    DELETE FROM poll_start start USING (
      SELECT DISTINCT taken.poll_id, taken.user_id FROM (
      SELECT (SELECT question.poll_id FROM question WHERE question.id = changed.question_id), changed.user_id
      FROM changed OFFSET 0
    ) taken (poll_id, user_id)
    ) taken
    WHERE start.poll_id = taken.poll_id AND start.user_id = taken.user_id AND NOT EXISTS (
      SELECT FROM answer WHERE answer.user_id = taken.user_id
        AND (SELECT question.poll_id FROM question WHERE question.id = answer.question_id) = taken.poll_id OFFSET 0);
    RETURN NULL;
  END $function$

TABLE group_member
  group_id bigint NOT NULL
  user_id bigint NOT NULL
  CONSTRAINT group_member_group_fk FOREIGN KEY (group_id) REFERENCES user_group(id)
  CONSTRAINT group_member_pk PRIMARY KEY (group_id, user_id)
  CONSTRAINT group_member_user_fk FOREIGN KEY (user_id) REFERENCES telegram_user(id) ON DELETE CASCADE
CREATE INDEX group_member_user_idx ON public.group_member USING btree (user_id, group_id)
CREATE TRIGGER group_member_deleted AFTER DELETE ON public.group_member REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_members()
CREATE TRIGGER group_member_inserted AFTER INSERT ON public.group_member REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_members()

TABLE heard_wish
  user_id bigint NOT NULL
  poll_id bigint NOT NULL
  update_id bigint NOT NULL
  heard_at timestamp(3) with time zone NOT NULL DEFAULT now()
  CONSTRAINT heard_wish_pk PRIMARY KEY (user_id, poll_id)
  CONSTRAINT heard_wish_user_fk FOREIGN KEY (user_id) REFERENCES telegram_user(id) ON DELETE CASCADE
CREATE INDEX heard_wish_heard_idx ON public.heard_wish USING btree (heard_at)

TABLE installation
  only_row boolean NOT NULL DEFAULT true
  bot_id bigint NOT NULL
  bot_username text
  CONSTRAINT installation_only_row_check CHECK (only_row)
  CONSTRAINT installation_pk PRIMARY KEY (only_row)

CREATE OR REPLACE FUNCTION public.keep_anonymous_counts()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
  END $function$

TABLE known_server
  only_row boolean NOT NULL DEFAULT true
  started_at timestamp with time zone NOT NULL
  noticed_at timestamp with time zone NOT NULL
  CONSTRAINT known_server_only_row_check CHECK (only_row)
  CONSTRAINT known_server_pk PRIMARY KEY (only_row)

TABLE later_reminder
  id bigint NOT NULL GENERATED ALWAYS AS IDENTITY
  poll_id bigint NOT NULL
  user_id bigint NOT NULL
  campaign_id bigint
  status text NOT NULL DEFAULT 'PENDING'::text
  remind_at timestamp(3) with time zone NOT NULL
  not_before timestamp(3) with time zone NOT NULL
  claim_id uuid
  claim_expires_at timestamp(3) with time zone
  reason text
  requested_at timestamp(3) with time zone
  message_id bigint
  updated_at timestamp(3) with time zone NOT NULL DEFAULT now()
  CONSTRAINT later_reminder_campaign_fk FOREIGN KEY (campaign_id) REFERENCES notification_campaign(id) ON DELETE CASCADE
  CONSTRAINT later_reminder_pk PRIMARY KEY (id)
  CONSTRAINT later_reminder_poll_fk FOREIGN KEY (poll_id) REFERENCES poll(id) ON DELETE CASCADE
  CONSTRAINT later_reminder_status_check CHECK ((status = ANY (ARRAY['PENDING'::text, 'SENDING'::text, 'SENT'::text, 'FAILED'::text, 'SKIPPED'::text, 'UNCONFIRMED'::text])))
  CONSTRAINT later_reminder_user_fk FOREIGN KEY (user_id) REFERENCES telegram_user(id) ON DELETE CASCADE
CREATE INDEX later_reminder_campaign_idx ON public.later_reminder USING btree (campaign_id)
CREATE INDEX later_reminder_claim_idx ON public.later_reminder USING btree (claim_expires_at) WHERE (status = 'SENDING'::text)
CREATE INDEX later_reminder_due_idx ON public.later_reminder USING btree (not_before) WHERE (status = 'PENDING'::text)
CREATE INDEX later_reminder_poll_idx ON public.later_reminder USING btree (poll_id, user_id)
CREATE INDEX later_reminder_user_idx ON public.later_reminder USING btree (user_id)
CREATE UNIQUE INDEX later_reminder_pending_idx ON public.later_reminder USING btree (poll_id, user_id) WHERE (status = 'PENDING'::text)
CREATE TRIGGER later_reminder_reached AFTER UPDATE OF status ON public.later_reminder FOR EACH ROW WHEN (((new.status = ANY (ARRAY['SENT'::text, 'UNCONFIRMED'::text])) AND (new.status <> old.status))) EXECUTE FUNCTION credit_reached()

TABLE migration
  id integer NOT NULL DEFAULT nextval('migration_id_seq'::regclass)
  timestamp bigint NOT NULL
  name character varying NOT NULL
  CONSTRAINT PK_3043fc6b8af7c99b8b98830094f PRIMARY KEY (id)

CREATE OR REPLACE FUNCTION public.note_starts()
 RETURNS trigger
 LANGUAGE plpgsql
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
  BEGIN
    IF NOT EXISTS (SELECT FROM changed) THEN RETURN NULL; END IF;
    INSERT INTO poll_start (poll_id, user_id)
    SELECT DISTINCT taken.poll_id, taken.user_id FROM (
      SELECT (SELECT question.poll_id FROM question WHERE question.id = changed.question_id), changed.user_id
      FROM changed OFFSET 0
    ) taken (poll_id, user_id)
    WHERE NOT EXISTS (
      SELECT FROM poll_completion done WHERE done.poll_id = taken.poll_id AND done.user_id = taken.user_id OFFSET 0)
    ORDER BY 1, 2 ON CONFLICT DO NOTHING;
    RETURN NULL;
  END $function$

TABLE notification_campaign WITH (fillfactor=50)
  id bigint NOT NULL GENERATED ALWAYS AS IDENTITY
  topic_id bigint NOT NULL
  message_template text NOT NULL
  chunk_size integer NOT NULL
  chunk_interval_ms integer NOT NULL
  send_interval_ms integer NOT NULL
  status text NOT NULL DEFAULT 'PENDING'::text
  total_users integer NOT NULL DEFAULT 0
  pending_users integer NOT NULL DEFAULT 0
  sent_users integer NOT NULL DEFAULT 0
  failed_users integer NOT NULL DEFAULT 0
  skipped_users integer NOT NULL DEFAULT 0
  unconfirmed_users integer NOT NULL DEFAULT 0
  chunk_count integer NOT NULL DEFAULT 0
  version integer NOT NULL DEFAULT 1
  scheduled_for timestamp(3) with time zone
  created_at timestamp(3) with time zone NOT NULL DEFAULT now()
  updated_at timestamp(3) with time zone NOT NULL DEFAULT now()
  started_at timestamp(3) with time zone
  planned_at timestamp(3) with time zone
  progressed_at timestamp(3) with time zone
  finished_at timestamp(3) with time zone
  failure_code text
  failure_message text
  failure_streak integer NOT NULL DEFAULT 0
  failure_streak_reason text
  idempotency_key text
  idempotency_fingerprint text
  running_since timestamp(3) with time zone
  done_before integer NOT NULL DEFAULT 0
  name text
  button_text text
  content_version integer NOT NULL DEFAULT 1
  not_reminded_for_hours integer
  sandbox boolean NOT NULL DEFAULT false
  participation text
  asks_first_question boolean NOT NULL DEFAULT false
  translations jsonb NOT NULL DEFAULT '[]'::jsonb
  opened_users integer NOT NULL DEFAULT 0
  converted_users integer NOT NULL DEFAULT 0
  standstill_code text
  standstill_since timestamp(3) with time zone
  standstill_until timestamp(3) with time zone
  created_by text
  CONSTRAINT notification_campaign_counters_check CHECK (((pending_users >= 0) AND (sent_users >= 0) AND (failed_users >= 0) AND (skipped_users >= 0) AND (unconfirmed_users >= 0)))
  CONSTRAINT notification_campaign_idempotency_key UNIQUE (idempotency_key)
  CONSTRAINT notification_campaign_ledger_check CHECK ((total_users = ((((pending_users + sent_users) + failed_users) + skipped_users) + unconfirmed_users)))
  CONSTRAINT notification_campaign_pacing_check CHECK (((chunk_size > 0) AND (chunk_interval_ms >= 0) AND (send_interval_ms >= 0)))
  CONSTRAINT notification_campaign_participation_check CHECK ((participation = ANY (ARRAY['NOT_STARTED'::text, 'STARTED'::text])))
  CONSTRAINT notification_campaign_pk PRIMARY KEY (id)
  CONSTRAINT notification_campaign_status_check CHECK ((status = ANY (ARRAY['PENDING'::text, 'SCHEDULED'::text, 'PROCESSING'::text, 'PAUSED'::text, 'COMPLETED'::text, 'FAILED'::text, 'CANCELLED'::text])))
  CONSTRAINT notification_campaign_topic_fk FOREIGN KEY (topic_id) REFERENCES poll(id)
CREATE INDEX notification_campaign_created_idx ON public.notification_campaign USING btree (created_at, id)
CREATE INDEX notification_campaign_scheduled_idx ON public.notification_campaign USING btree (COALESCE(scheduled_for, 'infinity'::timestamp with time zone), id)
CREATE INDEX notification_campaign_search_idx ON public.notification_campaign USING gin (text_grams(fold_text(name), 1))
CREATE INDEX notification_campaign_started_idx ON public.notification_campaign USING btree (COALESCE(started_at, '-infinity'::timestamp with time zone), id)
CREATE INDEX notification_campaign_status_idx ON public.notification_campaign USING btree (status, created_at, id)
CREATE INDEX notification_campaign_topic_idx ON public.notification_campaign USING btree (topic_id, created_at, id)
CREATE INDEX notification_campaign_total_idx ON public.notification_campaign USING btree (total_users, id)
CREATE TRIGGER notification_campaign_changed AFTER INSERT OR DELETE OR UPDATE ON public.notification_campaign FOR EACH ROW EXECUTE FUNCTION notification_campaign_changed()
CREATE TRIGGER notification_campaign_changing BEFORE UPDATE ON public.notification_campaign FOR EACH ROW EXECUTE FUNCTION notification_campaign_changing()

CREATE OR REPLACE FUNCTION public.notification_campaign_changed()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
  BEGIN
    IF TG_OP = 'DELETE' THEN
      PERFORM pg_notify('campaign_changed', json_build_object(
        'id', OLD.id::text, 'before', notification_campaign_facts(OLD), 'deletedVersion', OLD.version + 1)::text);
      RETURN NULL;
    END IF;
    IF TG_OP = 'INSERT' THEN
      PERFORM pg_notify('campaign_changed', json_build_object('id', NEW.id::text, 'before', NULL)::text);
    ELSIF (OLD.name, OLD.status, OLD.scheduled_for, OLD.started_at, OLD.failure_code, OLD.standstill_code)
      IS DISTINCT FROM (NEW.name, NEW.status, NEW.scheduled_for, NEW.started_at, NEW.failure_code, NEW.standstill_code) THEN
      PERFORM pg_notify('campaign_changed', json_build_object(
        'id', NEW.id::text, 'before', notification_campaign_facts(OLD))::text);
    END IF;
    PERFORM pg_notify('campaign_changed', NEW.id::text);
    RETURN NULL;
  END $function$

CREATE OR REPLACE FUNCTION public.notification_campaign_changing()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
  BEGIN
    NEW.version := OLD.version + 1;
    NEW.updated_at := clock_timestamp();
    IF NEW.status <> 'PROCESSING' THEN
      NEW.standstill_code := NULL;
      NEW.standstill_since := NULL;
      NEW.standstill_until := NULL;
    END IF;
    RETURN NEW;
  END $function$

CREATE OR REPLACE FUNCTION public.notification_campaign_facts(campaign notification_campaign)
 RETURNS json
 LANGUAGE sql
 STABLE
AS $function$
    SELECT json_build_object(
      'topicId', campaign.topic_id::text, 'name', campaign.name, 'status', campaign.status,
      'createdAt', campaign.created_at, 'scheduledFor', campaign.scheduled_for, 'startedAt', campaign.started_at,
      'failureCode', campaign.failure_code, 'standstillCode', campaign.standstill_code)
  $function$

TABLE outage_refusal
  bot text NOT NULL
  campaign_id bigint NOT NULL
  user_id bigint NOT NULL
  CONSTRAINT outage_refusal_pk PRIMARY KEY (bot, campaign_id, user_id)

TABLE people_count
  only_row boolean NOT NULL DEFAULT true
  participants bigint NOT NULL
  reachable bigint NOT NULL
  counted_at timestamp(3) with time zone NOT NULL DEFAULT now()
  CONSTRAINT people_count_only_row_check CHECK (only_row)
  CONSTRAINT people_count_pk PRIMARY KEY (only_row)

CREATE OR REPLACE FUNCTION public.person_text(first_name text, last_name text, username text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN fold_text((((((' '::text || COALESCE(first_name, ''::text)) || ' '::text) || COALESCE(last_name, ''::text)) || ' '::text) || COALESCE(username, ''::text)))

EXTENSION pg_trgm

TABLE poll
  id bigint NOT NULL GENERATED ALWAYS AS IDENTITY
  title text NOT NULL
  description text
  status text NOT NULL DEFAULT 'DRAFT'::text
  closes_at timestamp(3) with time zone
  created_at timestamp(3) with time zone NOT NULL DEFAULT now()
  updated_at timestamp(3) with time zone NOT NULL DEFAULT now()
  idempotency_key text
  idempotency_fingerprint text
  anonymous boolean NOT NULL DEFAULT false
  CONSTRAINT poll_idempotency_key UNIQUE (idempotency_key)
  CONSTRAINT poll_pk PRIMARY KEY (id)
  CONSTRAINT poll_status_check CHECK ((status = ANY (ARRAY['DRAFT'::text, 'OPEN'::text, 'CLOSED'::text])))
CREATE INDEX poll_closes_idx ON public.poll USING btree (COALESCE(closes_at, 'infinity'::timestamp with time zone), id)
CREATE INDEX poll_created_idx ON public.poll USING btree (created_at, id)
CREATE INDEX poll_search_idx ON public.poll USING gin (text_grams(fold_text(title), 1))
CREATE INDEX poll_title_idx ON public.poll USING btree (fold_text(title), id)
CREATE TRIGGER anonymous_poll_reopened AFTER UPDATE ON public.poll FOR EACH ROW WHEN ((new.anonymous AND ((old.status IS DISTINCT FROM new.status) OR (old.closes_at IS DISTINCT FROM new.closes_at)))) EXECUTE FUNCTION keep_anonymous_counts()
CREATE TRIGGER poll_inserted AFTER INSERT ON public.poll REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_new_polls()

TABLE poll_completion
  poll_id bigint NOT NULL
  user_id bigint NOT NULL
  completed_at timestamp(3) with time zone NOT NULL DEFAULT now()
  CONSTRAINT poll_completion_pk PRIMARY KEY (poll_id, user_id)
  CONSTRAINT poll_completion_poll_fk FOREIGN KEY (poll_id) REFERENCES poll(id) ON DELETE CASCADE
  CONSTRAINT poll_completion_user_fk FOREIGN KEY (user_id) REFERENCES telegram_user(id) ON DELETE CASCADE
CREATE INDEX poll_completion_user_idx ON public.poll_completion USING btree (user_id)
CREATE TRIGGER poll_completion_credited AFTER INSERT ON public.poll_completion REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION credit_new_completions()
CREATE TRIGGER poll_completion_deleted AFTER DELETE ON public.poll_completion REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_completions()
CREATE TRIGGER poll_completion_inserted AFTER INSERT ON public.poll_completion REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_completions()

TABLE poll_count
  poll_id bigint NOT NULL
  participants bigint NOT NULL DEFAULT 0
  reachable bigint NOT NULL DEFAULT 0
  completed bigint NOT NULL DEFAULT 0
  reachable_done bigint NOT NULL DEFAULT 0
  started bigint NOT NULL DEFAULT 0
  counted_at timestamp(3) with time zone NOT NULL DEFAULT now()
  CONSTRAINT poll_count_pk PRIMARY KEY (poll_id)
  CONSTRAINT poll_count_poll_fk FOREIGN KEY (poll_id) REFERENCES poll(id) ON DELETE CASCADE

TABLE poll_count_delta
  poll_id bigint
  participants bigint NOT NULL DEFAULT 0
  reachable bigint NOT NULL DEFAULT 0
  completed bigint NOT NULL DEFAULT 0
  reachable_done bigint NOT NULL DEFAULT 0
  started bigint NOT NULL DEFAULT 0
CREATE INDEX poll_count_delta_poll_idx ON public.poll_count_delta USING btree (poll_id)

TABLE poll_group
  poll_id bigint NOT NULL
  group_id bigint NOT NULL
  CONSTRAINT poll_group_group_fk FOREIGN KEY (group_id) REFERENCES user_group(id)
  CONSTRAINT poll_group_pk PRIMARY KEY (poll_id, group_id)
  CONSTRAINT poll_group_poll_fk FOREIGN KEY (poll_id) REFERENCES poll(id) ON DELETE CASCADE
CREATE INDEX poll_group_group_idx ON public.poll_group USING btree (group_id)
CREATE TRIGGER poll_group_deleted AFTER DELETE ON public.poll_group REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION recount_poll()
CREATE TRIGGER poll_group_inserted AFTER INSERT ON public.poll_group REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION recount_poll()

TABLE poll_start
  poll_id bigint NOT NULL
  user_id bigint NOT NULL
  CONSTRAINT poll_start_pk PRIMARY KEY (poll_id, user_id)
  CONSTRAINT poll_start_poll_fk FOREIGN KEY (poll_id) REFERENCES poll(id) ON DELETE CASCADE
  CONSTRAINT poll_start_user_fk FOREIGN KEY (user_id) REFERENCES telegram_user(id) ON DELETE CASCADE
CREATE INDEX poll_start_user_idx ON public.poll_start USING btree (user_id)
CREATE TRIGGER poll_start_deleted AFTER DELETE ON public.poll_start REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_starts()
CREATE TRIGGER poll_start_inserted AFTER INSERT ON public.poll_start REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_starts()

TABLE question
  id bigint NOT NULL GENERATED ALWAYS AS IDENTITY
  poll_id bigint NOT NULL
  position integer NOT NULL
  text text NOT NULL
  CONSTRAINT question_pk PRIMARY KEY (id)
  CONSTRAINT question_poll_fk FOREIGN KEY (poll_id) REFERENCES poll(id) ON DELETE CASCADE
  CONSTRAINT question_position_key UNIQUE (poll_id, "position")

TABLE question_option
  id bigint NOT NULL GENERATED ALWAYS AS IDENTITY
  question_id bigint NOT NULL
  position integer NOT NULL
  text text NOT NULL
  CONSTRAINT question_option_pk PRIMARY KEY (id)
  CONSTRAINT question_option_position_key UNIQUE (question_id, "position")
  CONSTRAINT question_option_question_fk FOREIGN KEY (question_id) REFERENCES question(id) ON DELETE CASCADE
  CONSTRAINT question_option_question_key UNIQUE (question_id, id)

TABLE questionnaire WITH (fillfactor=80)
  poll_id bigint NOT NULL
  user_id bigint NOT NULL
  revision integer NOT NULL
  CONSTRAINT questionnaire_pk PRIMARY KEY (poll_id, user_id)
  CONSTRAINT questionnaire_poll_fk FOREIGN KEY (poll_id) REFERENCES poll(id) ON DELETE CASCADE
  CONSTRAINT questionnaire_user_fk FOREIGN KEY (user_id) REFERENCES telegram_user(id) ON DELETE CASCADE
CREATE INDEX questionnaire_user_idx ON public.questionnaire USING btree (user_id)

TABLE rate_limit WITH (fillfactor=50)
  bot text NOT NULL
  next_at timestamp with time zone NOT NULL DEFAULT '-infinity'::timestamp with time zone
  blocked_until timestamp with time zone
  probe_expires_at timestamp with time zone
  CONSTRAINT rate_limit_pk PRIMARY KEY (bot)

CREATE OR REPLACE FUNCTION public.recount_poll()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
  BEGIN
    DELETE FROM poll_count WHERE poll_id IN (SELECT poll_id FROM changed);
    RETURN NULL;
  END $function$

CREATE OR REPLACE FUNCTION public.reserve_send_slots(for_bot text, spacing interval, wanted integer, horizon interval, OUT granted integer, OUT wait_ms double precision, OUT probe boolean, lead interval DEFAULT '00:00:00'::interval, OUT now_ms double precision)
 RETURNS record
 LANGUAGE plpgsql
AS $function$
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
    now_ms := 1000 * extract(epoch FROM at);
    probe := limit_row.blocked_until IS NOT NULL;
    first_slot := greatest(
      CASE WHEN limit_row.next_at > at + horizon + spacing THEN at + horizon ELSE limit_row.next_at END,
      at + lead, limit_row.blocked_until, limit_row.probe_expires_at);
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
  END $function$

CREATE OR REPLACE FUNCTION public.show_anonymous_counts()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
  BEGIN
    UPDATE anonymous_count SET shown = counted
    FROM question_option option JOIN question ON question.id = option.question_id
    WHERE anonymous_count.option_id = option.id AND question.poll_id = NEW.poll_id;
    UPDATE anonymous_tally SET shown_completed = completed WHERE poll_id = NEW.poll_id;
    RETURN NULL;
  END $function$

TABLE signing_key
  only_row boolean NOT NULL DEFAULT true
  key bytea NOT NULL
  CONSTRAINT signing_key_length_check CHECK ((octet_length(key) = 32))
  CONSTRAINT signing_key_only_row_check CHECK (only_row)
  CONSTRAINT signing_key_pk PRIMARY KEY (only_row)

TABLE stale_keyboard
  user_id bigint NOT NULL
  message_id bigint NOT NULL
  poll_id bigint NOT NULL
  campaign_id bigint
  tries smallint NOT NULL DEFAULT 0
  not_before timestamp(3) with time zone NOT NULL DEFAULT (now() + '00:00:02'::interval)
  CONSTRAINT stale_keyboard_pk PRIMARY KEY (user_id, message_id)
  CONSTRAINT stale_keyboard_poll_fk FOREIGN KEY (poll_id) REFERENCES poll(id) ON DELETE CASCADE
  CONSTRAINT stale_keyboard_user_fk FOREIGN KEY (user_id) REFERENCES telegram_user(id) ON DELETE CASCADE
CREATE INDEX stale_keyboard_due_idx ON public.stale_keyboard USING btree (not_before)
CREATE INDEX stale_keyboard_poll_idx ON public.stale_keyboard USING btree (poll_id)

TABLE telegram_outage
  bot text NOT NULL
  since timestamp(3) with time zone NOT NULL
  checked_at timestamp(3) with time zone NOT NULL
  strangers smallint NOT NULL
  prober uuid
  prober_until timestamp(3) with time zone
  CONSTRAINT telegram_outage_pk PRIMARY KEY (bot)

TABLE telegram_user
  id bigint NOT NULL
  chat_id bigint
  username text
  first_name text
  last_name text
  language_code text
  status text NOT NULL DEFAULT 'ACTIVE'::text
  created_at timestamp(3) with time zone NOT NULL DEFAULT now()
  updated_at timestamp(3) with time zone NOT NULL DEFAULT now()
  reachable_at timestamp(3) with time zone
  opted_out_at timestamp(3) with time zone
  time_zone text
  CONSTRAINT telegram_user_pk PRIMARY KEY (id)
  CONSTRAINT telegram_user_status_check CHECK ((status = ANY (ARRAY['ACTIVE'::text, 'BLOCKED'::text, 'DEACTIVATED'::text, 'UNREACHABLE'::text])))
CREATE INDEX telegram_user_created_idx ON public.telegram_user USING btree (created_at, id)
CREATE INDEX telegram_user_name_idx ON public.telegram_user USING btree ((
CASE
    WHEN ((first_name IS NULL) AND (last_name IS NULL)) THEN 1
    ELSE 0
END), fold_text(btrim(((COALESCE(first_name, ''::text) || ' '::text) || COALESCE(last_name, ''::text)))), id)
CREATE INDEX telegram_user_opted_out_idx ON public.telegram_user USING btree (id) WHERE (opted_out_at IS NOT NULL)
CREATE INDEX telegram_user_search_idx ON public.telegram_user USING gin (text_grams(person_text(first_name, last_name, username), 3))
CREATE INDEX telegram_user_status_idx ON public.telegram_user USING btree (status, id) WHERE (opted_out_at IS NULL)
CREATE INDEX telegram_user_username_idx ON public.telegram_user USING gin (username gin_trgm_ops)
CREATE TRIGGER telegram_user_changed AFTER UPDATE OF status, opted_out_at ON public.telegram_user FOR EACH ROW WHEN ((((old.status = 'ACTIVE'::text) AND (old.opted_out_at IS NULL)) <> ((new.status = 'ACTIVE'::text) AND (new.opted_out_at IS NULL)))) EXECUTE FUNCTION count_changed_person()
CREATE TRIGGER telegram_user_deleted BEFORE DELETE ON public.telegram_user FOR EACH ROW EXECUTE FUNCTION count_changed_person()
CREATE TRIGGER telegram_user_inserted AFTER INSERT ON public.telegram_user REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_new_people()

CREATE OR REPLACE FUNCTION public.term_grams(folded text)
 RETURNS bigint[]
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
RETURN CASE WHEN (length(folded) < 3) THEN text_grams(folded, 3) ELSE ARRAY(SELECT parts.grams[cardinality(parts.grams)] AS grams FROM (SELECT text_grams(substr(term_grams.folded, LEAST(place.place, (length(term_grams.folded) - 2)), 3), 3) AS grams FROM generate_series(1, length(term_grams.folded), 3) place(place)) parts) END

CREATE OR REPLACE FUNCTION public.text_grams(given text, shortest integer)
 RETURNS bigint[]
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE STRICT
AS $function$
  DECLARE
    grams bigint[] := '{}';
    gram bigint := 0;
    letter text;
    place integer := 0;
  BEGIN
    -- 21 bits hold any letter: three of them are one positive bigint.
    FOREACH letter IN ARRAY string_to_array(given, NULL) LOOP
      place := place + 1;
      IF shortest = 1 THEN grams := grams || ascii(letter)::bigint; END IF;
      gram := (gram << 21 | ascii(letter)) & 9223372036854775807;
      IF place > 1 AND (shortest = 1 OR gram >> 21 & 2097151 = 32) THEN
        grams := grams || (gram & 4398046511103);
      END IF;
      IF place > 2 THEN grams := grams || gram; END IF;
    END LOOP;
    RETURN grams;
  END $function$

TABLE user_group
  id bigint NOT NULL GENERATED ALWAYS AS IDENTITY
  name text NOT NULL
  name_key text NOT NULL
  CONSTRAINT user_group_name_key UNIQUE (name_key)
  CONSTRAINT user_group_pk PRIMARY KEY (id)

UNLOGGED TABLE worker WITH (fillfactor=50)
  id uuid NOT NULL
  seen_at timestamp(3) with time zone NOT NULL
  name text NOT NULL DEFAULT ''::text
  problem text
  holder_key bigint
  CONSTRAINT worker_pk PRIMARY KEY (id)
