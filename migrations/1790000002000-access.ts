import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tokens of the API. */
export class Access1790000002000 implements MigrationInterface {
  readonly name = 'Access1790000002000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(TOKENS);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE api_token');
  }
}

const TOKENS = `
  CREATE TABLE api_token (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT api_token_pk PRIMARY KEY,
    name text NOT NULL CONSTRAINT api_token_name_key UNIQUE,
    role text NOT NULL CONSTRAINT api_token_role_check CHECK (role IN ('ADMIN', 'OPERATOR', 'VIEWER')),
    token_hash bytea NOT NULL CONSTRAINT api_token_hash_key UNIQUE
      CONSTRAINT api_token_hash_check CHECK (octet_length(token_hash) = 32),
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    expires_at timestamptz(3),
    revoked_at timestamptz(3)
  );
`;
