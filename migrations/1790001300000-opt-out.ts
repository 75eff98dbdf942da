import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Opting out and being reachable are two facts: a block must not make anybody forget an opt-out. */
export class OptOut1790001300000 implements MigrationInterface {
  readonly name = 'OptOut1790001300000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE telegram_user ADD COLUMN opted_out_at timestamptz(3)');
    await queryRunner.query(`
      UPDATE telegram_user SET opted_out_at = updated_at, status = 'ACTIVE' WHERE status = 'OPTED_OUT'
    `);
    await queryRunner.query(`
      ALTER TABLE telegram_user
        DROP CONSTRAINT telegram_user_status_check,
        ADD CONSTRAINT telegram_user_status_check
          CHECK (status IN ('ACTIVE', 'BLOCKED', 'DEACTIVATED', 'UNREACHABLE'))
    `);
    await queryRunner.query('DROP INDEX telegram_user_status_idx');
    await queryRunner.query(
      'CREATE INDEX telegram_user_status_idx ON telegram_user (status, id) WHERE opted_out_at IS NULL',
    );
    await queryRunner.query(
      'CREATE INDEX telegram_user_opted_out_idx ON telegram_user (id) WHERE opted_out_at IS NOT NULL',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX telegram_user_opted_out_idx');
    await queryRunner.query('DROP INDEX telegram_user_status_idx');
    await queryRunner.query('CREATE INDEX telegram_user_status_idx ON telegram_user (status, id)');
    await queryRunner.query(`
      ALTER TABLE telegram_user
        DROP CONSTRAINT telegram_user_status_check,
        ADD CONSTRAINT telegram_user_status_check
          CHECK (status IN ('ACTIVE', 'BLOCKED', 'DEACTIVATED', 'UNREACHABLE', 'OPTED_OUT'))
    `);
    await queryRunner.query(`UPDATE telegram_user SET status = 'OPTED_OUT' WHERE opted_out_at IS NOT NULL`);
    await queryRunner.query('ALTER TABLE telegram_user DROP COLUMN opted_out_at');
  }
}
