import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What is in flight is a handful of rows: looking for orphans among them must not read all that is pending. */
export class SendingIndex1790000001000 implements MigrationInterface {
  readonly name = 'SendingIndex1790000001000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      `CREATE INDEX delivery_sending_idx ON delivery (campaign_id, chunk_number) WHERE status = 'SENDING'`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX delivery_sending_idx');
  }
}
