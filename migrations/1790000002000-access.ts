import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tokens of the API, and the log of what was done with them. */
export class Access1790000002000 implements MigrationInterface {
  readonly name = 'Access1790000002000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const part of [TOKENS, AUDIT]) await queryRunner.query(part);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE audit_entry, api_token');
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

// No foreign keys: an entry outlives what it speaks of.
const AUDIT = `
  CREATE TABLE audit_entry (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT audit_entry_pk PRIMARY KEY,
    at timestamptz(3) NOT NULL DEFAULT now(),
    actor text NOT NULL,
    token_id bigint,
    role text NOT NULL CONSTRAINT audit_entry_role_check CHECK (role IN ('ADMIN', 'OPERATOR', 'VIEWER')),
    action text NOT NULL,
    campaign_id bigint,
    poll_id bigint,
    detail text,
    outcome text NOT NULL DEFAULT 'STARTED' CONSTRAINT audit_entry_outcome_check
      CHECK (outcome IN ('STARTED', 'SUCCEEDED', 'REFUSED', 'FORBIDDEN', 'FAILED')),
    code text
  );
  CREATE INDEX audit_entry_campaign_idx ON audit_entry (campaign_id, id);
  CREATE INDEX audit_entry_actor_idx ON audit_entry (actor, id);
  CREATE INDEX audit_entry_action_idx ON audit_entry (action, id);
`;
