import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * By which update a person last said what they want, so that one that comes late or again undoes nothing. Poll 0 stands for all
 * reminders, -1 for whether the bot may write. Rows are of use for two days, and go with the person.
 */
export class HeardWishes1790002110000 implements MigrationInterface {
  readonly name = 'HeardWishes1790002110000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE heard_wish (
        user_id bigint NOT NULL CONSTRAINT heard_wish_user_fk REFERENCES telegram_user (id) ON DELETE CASCADE,
        poll_id bigint NOT NULL,
        update_id bigint NOT NULL,
        heard_at timestamptz(3) NOT NULL DEFAULT now(),
        CONSTRAINT heard_wish_pk PRIMARY KEY (user_id, poll_id)
      );
      CREATE INDEX heard_wish_heard_idx ON heard_wish (heard_at);
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE heard_wish');
  }
}
