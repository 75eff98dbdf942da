import type { MigrationInterface, QueryRunner } from 'typeorm';

/** One-time addresses of exports: any process serves them, and each once. */
export class ExportLinks1790002104000 implements MigrationInterface {
  readonly name = 'ExportLinks1790002104000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE export_link (
        code_hash bytea NOT NULL CONSTRAINT export_link_pk PRIMARY KEY,
        kind text NOT NULL,
        subject_id bigint NOT NULL,
        expires_at timestamptz(3) NOT NULL
      )
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE export_link');
  }
}
