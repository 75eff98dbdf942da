import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Since when a campaign has been running without a break, and with how many done: its rate is that since then. */
export class RunningSince1790000602000 implements MigrationInterface {
  readonly name = 'RunningSince1790000602000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE notification_campaign
        ADD COLUMN running_since timestamptz(3), ADD COLUMN done_before integer NOT NULL DEFAULT 0
    `);
    // Of the campaigns there are nobody has noted when they went on: they are judged as before until they do again.
    await queryRunner.query(
      'UPDATE notification_campaign SET running_since = started_at WHERE started_at IS NOT NULL',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'ALTER TABLE notification_campaign DROP COLUMN running_since, DROP COLUMN done_before',
    );
  }
}
