import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A name, a button text, and a version of what is sent: a worker that holds a chunk sees by it that the text has changed. */
export class CampaignContent1790001301000 implements MigrationInterface {
  readonly name = 'CampaignContent1790001301000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE notification_campaign
        ADD COLUMN name text,
        ADD COLUMN button_text text,
        ADD COLUMN content_version integer NOT NULL DEFAULT 1
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE notification_campaign DROP COLUMN name, DROP COLUMN button_text, DROP COLUMN content_version
    `);
  }
}
