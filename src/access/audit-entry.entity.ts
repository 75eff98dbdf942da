import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Check, Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import { IdField } from '../graphql-types/ids.js';
import { Node } from '../graphql-types/node.js';
import { isOneOf } from '../kernel/sql.js';
import { Role } from './identity.js';

export enum AuditOutcome {
  STARTED = 'STARTED',
  SUCCEEDED = 'SUCCEEDED',
  REFUSED = 'REFUSED',
  FORBIDDEN = 'FORBIDDEN',
  FAILED = 'FAILED',
}

registerEnumType(AuditOutcome, {
  name: 'AuditOutcome',
  description: 'Outcome of a call.',
  valuesConfig: {
    STARTED: { description: 'Under way; or its process died, and it happened or not.' },
    SUCCEEDED: { description: 'Done.' },
    REFUSED: { description: 'Answered with userErrors; the code is that of the first.' },
    FORBIDDEN: { description: 'Not done: the role does not allow it.' },
    FAILED: { description: 'Ended with an error, whose code stands beside it.' },
  },
});

/** Has no foreign keys: an entry outlives what it refers to, which may never have existed. */
@Entity('audit_entry')
@Index('audit_entry_campaign_idx', ['campaignId', 'id'])
@Index('audit_entry_actor_idx', ['actor', 'id'])
@Index('audit_entry_action_idx', ['action', 'id'])
@Index('audit_entry_poll_idx', ['pollId', 'id'])
@Index('audit_entry_outcome_idx', ['outcome', 'id'])
@Index('audit_entry_at_idx', ['at'])
@Check('audit_entry_role_check', isOneOf('role', Object.values(Role)))
@Check('audit_entry_outcome_check', isOneOf('outcome', Object.values(AuditOutcome)))
@ObjectType({
  implements: Node,
  description: 'One call of a mutation, or what was done past the API: who did what to which campaign when.',
})
export class AuditEntry {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'audit_entry_pk',
  })
  @IdField('audit', { description: 'Such as audit_99; later ones have higher numbers.' })
  id!: string;

  @Column({ type: 'timestamptz', precision: 3, default: () => 'now()' })
  @Field(() => Date, { description: 'When it was called.' })
  at!: Date;

  @Column({ type: 'text' })
  @Field(() => String, { description: 'Name of the token it was called with, or "command line".' })
  actor!: string;

  @Column({ name: 'token_id', type: 'bigint', nullable: true })
  @IdField('token', {
    nullable: true,
    description: 'The token; null for ADMIN_TOKEN and VIEWER_TOKEN, which are settings.',
  })
  tokenId!: string | null;

  @Column({ type: 'text' })
  @Field(() => Role, { description: 'What the token may do.' })
  role!: Role;

  @Column({ type: 'text' })
  @Field(() => String, {
    description: 'Name of the mutation; or createToken, revokeToken, and requeueJobs of the page of jobs.',
  })
  action!: string;

  @Column({ name: 'campaign_id', type: 'bigint', nullable: true })
  @IdField('campaign', { nullable: true, description: 'The campaign it was about.' })
  campaignId!: string | null;

  @Column({ name: 'poll_id', type: 'bigint', nullable: true })
  @IdField('poll', { nullable: true, description: 'The poll it was about.' })
  pollId!: string | null;

  @Column({ type: 'text', nullable: true })
  @Field(() => String, {
    nullable: true,
    description: 'What else was asked for: counts, statuses and instants, no texts and no persons.',
  })
  detail!: string | null;

  @Column({ type: 'text', default: AuditOutcome.STARTED })
  @Field(() => AuditOutcome, { description: 'Outcome of the call.' })
  outcome!: AuditOutcome;

  @Column({ type: 'integer', default: 0 })
  @Field(() => Int, {
    description:
      'How many more calls the token was forbidden within a minute of this one: they have no entry of their own.',
  })
  repeats!: number;

  @Column({ type: 'text', nullable: true })
  @Field(() => String, { nullable: true, description: 'Stable code of what was REFUSED or FAILED.' })
  code!: string | null;
}
