import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When somebody last wrote to the bot: what Telegram has refused before then says nothing of them any more. */
export class ReachableAt1790000600000 implements MigrationInterface {
  readonly name = 'ReachableAt1790000600000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE telegram_user ADD COLUMN reachable_at timestamptz(3)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE telegram_user DROP COLUMN reachable_at');
  }
}
