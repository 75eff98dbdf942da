import type { MigrationInterface, QueryRunner } from 'typeorm';

/** People belong to groups, polls are for groups, and campaigns narrow by groups and by participation. */
export class Groups1790001900000 implements MigrationInterface {
  readonly name = 'Groups1790001900000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(TABLES);
    await queryRunner.query('ALTER TABLE telegram_user ADD COLUMN time_zone text');
    await queryRunner.query(`
      ALTER TABLE notification_campaign ADD COLUMN participation text
        CONSTRAINT notification_campaign_participation_check CHECK (participation IN ('NOT_STARTED', 'STARTED'))
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE notification_campaign DROP COLUMN participation');
    await queryRunner.query('ALTER TABLE telegram_user DROP COLUMN time_zone');
    await queryRunner.query('DROP TABLE campaign_group, poll_group, group_member, user_group');
  }
}

// Names are compared by name_key, which the program computes: what lower() does depends on the locale of the database.
const TABLES = `
  CREATE TABLE user_group (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT user_group_pk PRIMARY KEY,
    name text NOT NULL,
    name_key text NOT NULL CONSTRAINT user_group_name_key UNIQUE
  );
  CREATE TABLE group_member (
    group_id bigint NOT NULL CONSTRAINT group_member_group_fk REFERENCES user_group (id),
    user_id bigint NOT NULL CONSTRAINT group_member_user_fk REFERENCES telegram_user (id) ON DELETE CASCADE,
    CONSTRAINT group_member_pk PRIMARY KEY (group_id, user_id)
  );
  CREATE INDEX group_member_user_idx ON group_member (user_id, group_id);
  CREATE TABLE poll_group (
    poll_id bigint NOT NULL CONSTRAINT poll_group_poll_fk REFERENCES poll (id) ON DELETE CASCADE,
    group_id bigint NOT NULL CONSTRAINT poll_group_group_fk REFERENCES user_group (id),
    CONSTRAINT poll_group_pk PRIMARY KEY (poll_id, group_id)
  );
  CREATE INDEX poll_group_group_idx ON poll_group (group_id);
  CREATE TABLE campaign_group (
    campaign_id bigint NOT NULL CONSTRAINT campaign_group_campaign_fk REFERENCES notification_campaign (id) ON DELETE CASCADE,
    group_id bigint NOT NULL CONSTRAINT campaign_group_group_fk REFERENCES user_group (id),
    CONSTRAINT campaign_group_pk PRIMARY KEY (campaign_id, group_id)
  );
  CREATE INDEX campaign_group_group_idx ON campaign_group (group_id);
`;
