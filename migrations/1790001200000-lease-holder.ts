import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Which worker's session holds a lease, so that the chunks of a dead one are taken over at once (docs/adr/0013). Without
 * a key, as on leases of an older version, only the end of the lease counts.
 */
export class LeaseHolder1790001200000 implements MigrationInterface {
  readonly name = 'LeaseHolder1790001200000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'ALTER TABLE campaign_chunk ADD COLUMN holder_key bigint, ADD COLUMN held_lease uuid',
    );
    // One row at the most: the server as the workers know it.
    await queryRunner.query(`
      CREATE TABLE known_server (
        only_row boolean DEFAULT true CONSTRAINT known_server_pk PRIMARY KEY
          CONSTRAINT known_server_only_row_check CHECK (only_row),
        started_at timestamptz NOT NULL,
        noticed_at timestamptz NOT NULL
      )
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE known_server');
    await queryRunner.query('ALTER TABLE campaign_chunk DROP COLUMN holder_key, DROP COLUMN held_lease');
  }
}
