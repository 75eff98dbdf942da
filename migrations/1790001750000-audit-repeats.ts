import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Calls that are forbidden are counted in one row a minute, so that no token fills the audit log with them. */
export class AuditRepeats1790001750000 implements MigrationInterface {
  readonly name = 'AuditRepeats1790001750000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE audit_entry ADD COLUMN repeats integer NOT NULL DEFAULT 0');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE audit_entry DROP COLUMN repeats');
  }
}
