import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When each process that works jobs was last heard of. Not logged: after a crash all workers report again. */
export class WorkerHeartbeat1790000300000 implements MigrationInterface {
  readonly name = 'WorkerHeartbeat1790000300000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE UNLOGGED TABLE worker (
        id uuid CONSTRAINT worker_pk PRIMARY KEY,
        seen_at timestamptz(3) NOT NULL
      ) WITH (fillfactor = 50)
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE worker');
  }
}
