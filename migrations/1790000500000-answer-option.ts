import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Holds an answer to the options of its own question; that there is such a question follows. The log of Agenda's jobs,
 * which is off, had a table.
 */
export class AnswerOption1790000500000 implements MigrationInterface {
  readonly name = 'AnswerOption1790000500000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE question_option ADD CONSTRAINT question_option_question_key UNIQUE (question_id, id);
      ALTER TABLE answer
        DROP CONSTRAINT answer_option_fk,
        DROP CONSTRAINT answer_question_fk,
        ADD CONSTRAINT answer_option_fk FOREIGN KEY (question_id, option_id)
          REFERENCES question_option (question_id, id) ON DELETE CASCADE;
      DROP TABLE agenda_logs;
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE answer
        DROP CONSTRAINT answer_option_fk,
        ADD CONSTRAINT answer_option_fk FOREIGN KEY (option_id) REFERENCES question_option (id) ON DELETE CASCADE,
        ADD CONSTRAINT answer_question_fk FOREIGN KEY (question_id) REFERENCES question (id) ON DELETE CASCADE;
      ALTER TABLE question_option DROP CONSTRAINT question_option_question_key;
    `);
    await queryRunner.query(JOB_LOGS);
  }
}

const JOB_LOGS = `
  CREATE TABLE agenda_logs (
    id uuid CONSTRAINT agenda_logs_pk PRIMARY KEY DEFAULT gen_random_uuid(),
    timestamp timestamptz NOT NULL DEFAULT now(),
    level varchar(10) NOT NULL,
    event varchar(30) NOT NULL,
    job_id varchar(255),
    job_name varchar(255) NOT NULL,
    message text NOT NULL,
    duration integer,
    error text,
    fail_count integer,
    retry_delay integer,
    retry_attempt integer,
    agenda_name varchar(255),
    meta jsonb
  );
  CREATE INDEX agenda_logs_time_idx ON agenda_logs (timestamp);
  CREATE INDEX agenda_logs_job_idx ON agenda_logs (job_name, timestamp);
`;
