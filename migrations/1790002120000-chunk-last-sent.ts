import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When a chunk last sent, so that a campaign that is paused and resumed keeps its pace. */
export class ChunkLastSent1790002120000 implements MigrationInterface {
  readonly name = 'ChunkLastSent1790002120000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE campaign_chunk ADD COLUMN last_sent_at timestamptz(3)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE campaign_chunk DROP COLUMN last_sent_at');
  }
}
