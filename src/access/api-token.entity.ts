import { Field, ObjectType } from 'type-graphql';
import { Check, Column, Entity, PrimaryGeneratedColumn, Unique } from 'typeorm';
import { IdField } from '../graphql-types/ids.js';
import { Node } from '../graphql-types/node.js';
import { isOneOf } from '../kernel/sql.js';
import { Role } from './identity.js';

/** A token of the API. Only its digest is stored. Rows are never deleted: the audit log refers to them. */
@Entity('api_token')
@Unique('api_token_name_key', ['name'])
@Unique('api_token_hash_key', ['tokenHash'])
@Check('api_token_role_check', isOneOf('role', Object.values(Role)))
@Check('api_token_hash_check', 'octet_length(token_hash) = 32')
@ObjectType({
  implements: Node,
  description: 'A token of the API. The token itself is shown once, in the answer that creates it.',
})
export class ApiToken {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'api_token_pk',
  })
  @IdField('token', { description: 'Such as token_3.' })
  id!: string;

  /** Given once and for all: a name in the audit log means one token, also when that is long revoked. */
  @Column({ type: 'text' })
  @Field(() => String, { description: 'Stands in the audit log for what is done with the token.' })
  name!: string;

  @Column({ type: 'text' })
  @Field(() => Role, { description: 'What the token may do.' })
  role!: Role;

  /** SHA-256 of the token. */
  @Column({ name: 'token_hash', type: 'bytea' })
  tokenHash!: Buffer;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  @Field(() => Date, { description: 'When it was created.' })
  createdAt!: Date;

  @Column({ name: 'expires_at', type: 'timestamptz', precision: 3, nullable: true })
  @Field(() => Date, { nullable: true, description: 'When it expires; null if it does not.' })
  expiresAt!: Date | null;

  @Column({ name: 'revoked_at', type: 'timestamptz', precision: 3, nullable: true })
  @Field(() => Date, { nullable: true, description: 'When it was revoked; null if it was not.' })
  revokedAt!: Date | null;

  @Column({ name: 'last_used_at', type: 'timestamptz', precision: 3, nullable: true })
  @Field(() => Date, {
    nullable: true,
    description: 'When a request came with it last, to the minute; null if none came.',
  })
  lastUsedAt!: Date | null;
}
