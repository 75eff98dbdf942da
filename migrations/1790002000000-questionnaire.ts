import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How far each person is with each poll in the chat, and the key that signs what buttons carry. */
export class Questionnaire1790002000000 implements MigrationInterface {
  readonly name = 'Questionnaire1790002000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(QUESTIONNAIRE);
    await queryRunner.query(QUESTIONNAIRE_BY_USER);
    await queryRunner.query(SIGNING_KEY);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE signing_key');
    await queryRunner.query('DROP TABLE questionnaire');
  }
}

// The revision rises with every answer: a press on a question that was shown at an older one changes nothing.
const QUESTIONNAIRE = `
  CREATE TABLE questionnaire (
    poll_id bigint NOT NULL,
    user_id bigint NOT NULL,
    revision integer NOT NULL,
    CONSTRAINT questionnaire_pk PRIMARY KEY (poll_id, user_id),
    CONSTRAINT questionnaire_poll_fk FOREIGN KEY (poll_id) REFERENCES poll (id) ON DELETE CASCADE,
    CONSTRAINT questionnaire_user_fk FOREIGN KEY (user_id) REFERENCES telegram_user (id) ON DELETE CASCADE
  ) WITH (fillfactor = 80)
`;

// For the cascade, when a person is erased.
const QUESTIONNAIRE_BY_USER = 'CREATE INDEX questionnaire_user_idx ON questionnaire (user_id)';

const SIGNING_KEY = `
  CREATE TABLE signing_key (
    only_row boolean NOT NULL DEFAULT true,
    key bytea NOT NULL,
    CONSTRAINT signing_key_pk PRIMARY KEY (only_row),
    CONSTRAINT signing_key_only_row_check CHECK (only_row),
    CONSTRAINT signing_key_length_check CHECK (octet_length(key) = 32)
  )
`;
