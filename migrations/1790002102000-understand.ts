import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What explains a campaign: who created it, and what Telegram answered for each recipient. */
export class Understand1790002102000 implements MigrationInterface {
  readonly name = 'Understand1790002102000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE notification_campaign ADD COLUMN created_by text');
    await queryRunner.query('ALTER TABLE delivery ADD COLUMN detail text');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE delivery DROP COLUMN detail');
    await queryRunner.query('ALTER TABLE notification_campaign DROP COLUMN created_by');
  }
}
