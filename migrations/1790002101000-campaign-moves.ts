import type { MigrationInterface, QueryRunner } from 'typeorm';

// Kept in the row, so that lists can be filtered by it and every subscriber learns of it like of any other change.
const STANDSTILL = `
  ALTER TABLE notification_campaign
    ADD COLUMN standstill_code text,
    ADD COLUMN standstill_since timestamptz(3),
    ADD COLUMN standstill_until timestamptz(3);

  CREATE OR REPLACE FUNCTION notification_campaign_changing() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.version := OLD.version + 1;
    NEW.updated_at := clock_timestamp();
    IF NEW.status <> 'PROCESSING' THEN
      NEW.standstill_code := NULL;
      NEW.standstill_since := NULL;
      NEW.standstill_until := NULL;
    END IF;
    RETURN NEW;
  END $$;
`;

// Beside the number of the campaign, which earlier versions wait for: what it was before, for those who follow a filtered list.
const MOVES = `
  CREATE FUNCTION notification_campaign_facts(campaign notification_campaign) RETURNS json LANGUAGE sql STABLE AS $$
    SELECT json_build_object(
      'topicId', campaign.topic_id::text, 'name', campaign.name, 'status', campaign.status,
      'createdAt', campaign.created_at, 'scheduledFor', campaign.scheduled_for, 'startedAt', campaign.started_at,
      'failureCode', campaign.failure_code, 'standstillCode', campaign.standstill_code)
  $$;

  CREATE OR REPLACE FUNCTION notification_campaign_changed() RETURNS trigger LANGUAGE plpgsql AS $$
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
  END $$;

  DROP TRIGGER notification_campaign_changed ON notification_campaign;
  CREATE TRIGGER notification_campaign_changed AFTER INSERT OR UPDATE OR DELETE ON notification_campaign
    FOR EACH ROW EXECUTE FUNCTION notification_campaign_changed();
`;

const UNDO = `
  DROP TRIGGER notification_campaign_changed ON notification_campaign;
  CREATE OR REPLACE FUNCTION notification_campaign_changed() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM pg_notify('campaign_changed', NEW.id::text);
    RETURN NULL;
  END $$;
  CREATE TRIGGER notification_campaign_changed AFTER UPDATE ON notification_campaign
    FOR EACH ROW EXECUTE FUNCTION notification_campaign_changed();
  DROP FUNCTION notification_campaign_facts(notification_campaign);

  CREATE OR REPLACE FUNCTION notification_campaign_changing() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.version := OLD.version + 1;
    NEW.updated_at := clock_timestamp();
    RETURN NEW;
  END $$;
  ALTER TABLE notification_campaign
    DROP COLUMN standstill_code, DROP COLUMN standstill_since, DROP COLUMN standstill_until;
`;

/** Lets clients follow filtered lists of campaigns, and standstills like every other change. */
export class CampaignMoves1790002101000 implements MigrationInterface {
  readonly name = 'CampaignMoves1790002101000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(STANDSTILL);
    await queryRunner.query(MOVES);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(UNDO);
  }
}
