import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whom a campaign leaves out because another campaign of the poll has reminded them within so many hours. */
export class Audience1790001500000 implements MigrationInterface {
  readonly name = 'Audience1790001500000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE notification_campaign ADD COLUMN not_reminded_for_hours integer');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE notification_campaign DROP COLUMN not_reminded_for_hours');
  }
}
