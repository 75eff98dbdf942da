import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Deliveries no longer refer to their chunk by a foreign key: deleting a campaign would look for the deliveries of each chunk
 * among all of the campaign. An index for that would cost every message, and only planning writes either of them.
 */
export class DeliveryWithoutChunkKey1790001930000 implements MigrationInterface {
  readonly name = 'DeliveryWithoutChunkKey1790001930000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE delivery DROP CONSTRAINT delivery_chunk_fk');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE delivery ADD CONSTRAINT delivery_chunk_fk
        FOREIGN KEY (campaign_id, chunk_number) REFERENCES campaign_chunk (campaign_id, number) ON DELETE CASCADE
    `);
  }
}
