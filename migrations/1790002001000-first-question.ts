import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Campaigns that ask the first question in the reminder, and their texts by language. */
export class FirstQuestion1790002001000 implements MigrationInterface {
  readonly name = 'FirstQuestion1790002001000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE notification_campaign
        ADD COLUMN asks_first_question boolean NOT NULL DEFAULT false,
        ADD COLUMN translations jsonb NOT NULL DEFAULT '[]'
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'ALTER TABLE notification_campaign DROP COLUMN translations, DROP COLUMN asks_first_question',
    );
  }
}
