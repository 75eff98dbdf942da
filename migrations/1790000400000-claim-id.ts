import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tells which statement has claimed a delivery, so that only what that statement marked is put back. */
export class ClaimId1790000400000 implements MigrationInterface {
  readonly name = 'ClaimId1790000400000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE delivery ADD COLUMN claim_id uuid');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE delivery DROP COLUMN claim_id');
  }
}
