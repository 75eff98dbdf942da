import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When a running campaign was last logged, so that one of several workers does it. */
export class CampaignLog1790001700000 implements MigrationInterface {
  readonly name = 'CampaignLog1790001700000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE campaign_log (
        campaign_id bigint CONSTRAINT campaign_log_pk PRIMARY KEY
          CONSTRAINT campaign_log_campaign_fk REFERENCES notification_campaign ON DELETE CASCADE,
        logged_at timestamptz(3) NOT NULL
      )
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE campaign_log');
  }
}
