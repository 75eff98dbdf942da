import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A call that creates a poll can be repeated, as one that creates a campaign. */
export class PollIdempotency1790001920000 implements MigrationInterface {
  readonly name = 'PollIdempotency1790001920000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE poll
        ADD COLUMN idempotency_key text CONSTRAINT poll_idempotency_key UNIQUE,
        ADD COLUMN idempotency_fingerprint text
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'ALTER TABLE poll DROP COLUMN idempotency_key, DROP COLUMN idempotency_fingerprint',
    );
  }
}
