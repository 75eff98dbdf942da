import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The bot of the installation, which workers cannot work, and which campaigns the sandbox took. */
export class Installation1790001501000 implements MigrationInterface {
  readonly name = 'Installation1790001501000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE installation (
        only_row boolean CONSTRAINT installation_pk PRIMARY KEY DEFAULT true
          CONSTRAINT installation_only_row_check CHECK (only_row),
        bot_id bigint NOT NULL,
        bot_username text
      )
    `);
    await queryRunner.query(
      'ALTER TABLE notification_campaign ADD COLUMN sandbox boolean NOT NULL DEFAULT false',
    );
    await queryRunner.query(`
      ALTER TABLE worker
        ADD COLUMN name text NOT NULL DEFAULT '',
        ADD COLUMN problem text,
        ADD COLUMN holder_key bigint
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'ALTER TABLE worker DROP COLUMN name, DROP COLUMN problem, DROP COLUMN holder_key',
    );
    await queryRunner.query('ALTER TABLE notification_campaign DROP COLUMN sandbox');
    await queryRunner.query('DROP TABLE installation');
  }
}
