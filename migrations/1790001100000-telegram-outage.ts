import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The outage of Telegram that all processes of a bot know of; there is a row for as long as it lasts. `strangers` counts
 * who was refused in it for the first time. Refusals of a person are counted with the delivery; outage_refusal has those
 * of whom it is not known yet whether they count. A column with a constant default touches no row.
 */
export class TelegramOutage1790001100000 implements MigrationInterface {
  readonly name = 'TelegramOutage1790001100000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE telegram_outage (
        bot text CONSTRAINT telegram_outage_pk PRIMARY KEY,
        since timestamptz(3) NOT NULL,
        checked_at timestamptz(3) NOT NULL,
        strangers smallint NOT NULL,
        prober uuid,
        prober_until timestamptz(3)
      )
    `);
    await queryRunner.query(`
      CREATE TABLE outage_refusal (
        bot text NOT NULL,
        campaign_id bigint NOT NULL,
        user_id bigint NOT NULL,
        CONSTRAINT outage_refusal_pk PRIMARY KEY (bot, campaign_id, user_id)
      )
    `);
    await queryRunner.query('ALTER TABLE delivery ADD COLUMN refusals smallint NOT NULL DEFAULT 0');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE delivery DROP COLUMN refusals');
    await queryRunner.query('DROP TABLE outage_refusal');
    await queryRunner.query('DROP TABLE telegram_outage');
  }
}
