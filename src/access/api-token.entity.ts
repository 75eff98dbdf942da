import { Check, Column, Entity, PrimaryGeneratedColumn, Unique } from 'typeorm';
import { isOneOf } from '../kernel/sql.js';
import { Role } from './identity.js';

/** A token of the API. Only its digest is stored. Rows are never deleted: the audit log refers to them. */
@Entity('api_token')
@Unique('api_token_name_key', ['name'])
@Unique('api_token_hash_key', ['tokenHash'])
@Check('api_token_role_check', isOneOf('role', Object.values(Role)))
@Check('api_token_hash_check', 'octet_length(token_hash) = 32')
export class ApiToken {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'api_token_pk',
  })
  id!: string;

  /** Given once and for all: a name in the audit log means one token, also when that is long revoked. */
  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text' })
  role!: Role;

  /** SHA-256 of the token. */
  @Column({ name: 'token_hash', type: 'bytea' })
  tokenHash!: Buffer;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  createdAt!: Date;

  @Column({ name: 'expires_at', type: 'timestamptz', precision: 3, nullable: true })
  expiresAt!: Date | null;

  @Column({ name: 'revoked_at', type: 'timestamptz', precision: 3, nullable: true })
  revokedAt!: Date | null;
}
