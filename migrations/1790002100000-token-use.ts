import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Administrators revoke tokens that nobody uses, so each one says when it was used last. */
export class TokenUse1790002100000 implements MigrationInterface {
  readonly name = 'TokenUse1790002100000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE api_token ADD COLUMN last_used_at timestamptz(3)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE api_token DROP COLUMN last_used_at');
  }
}
