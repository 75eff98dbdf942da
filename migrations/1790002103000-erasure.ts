import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What is left of people who were erased: counts, which tell nothing of them. */
export class Erasure1790002103000 implements MigrationInterface {
  readonly name = 'Erasure1790002103000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE erased_delivery (
        campaign_id bigint NOT NULL CONSTRAINT erased_delivery_campaign_fk
          REFERENCES notification_campaign (id) ON DELETE CASCADE,
        status text NOT NULL,
        reason text NOT NULL DEFAULT '',
        count integer NOT NULL,
        CONSTRAINT erased_delivery_pk PRIMARY KEY (campaign_id, status, reason)
      );
      CREATE TABLE erased_completion (
        poll_id bigint NOT NULL CONSTRAINT erased_completion_pk PRIMARY KEY
          CONSTRAINT erased_completion_poll_fk REFERENCES poll (id) ON DELETE CASCADE,
        count integer NOT NULL
      );
      CREATE TABLE erased_answer (
        option_id bigint NOT NULL CONSTRAINT erased_answer_pk PRIMARY KEY
          CONSTRAINT erased_answer_option_fk REFERENCES question_option (id) ON DELETE CASCADE,
        count integer NOT NULL
      );
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE erased_delivery, erased_completion, erased_answer');
  }
}
