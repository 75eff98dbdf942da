import { ArrayMaxSize, IsOptional, MaxLength } from 'class-validator';
import { Field, InputType } from 'type-graphql';
import { IdField } from '../graphql-types/ids.js';
import { connectionType } from '../graphql-types/connection.js';
import { MAX_STATUSES } from '../kernel/validation.js';
import { AuditEntry, AuditOutcome } from './audit-entry.entity.js';
import { Role } from './identity.js';

const LENGTH = '$property must have at most $constraint1 characters.';

@InputType({ description: 'Which entries of the audit log to list.' })
export class AuditFilter {
  @IdField('campaign', { nullable: true, description: 'About this campaign.' })
  campaignId?: string | null;

  @IsOptional()
  @MaxLength(64, { message: LENGTH })
  @Field(() => String, { nullable: true, description: 'Called with the token of this name.' })
  actor?: string | null;

  @IsOptional()
  @MaxLength(64, { message: LENGTH })
  @Field(() => String, { nullable: true, description: 'Calls of this mutation, such as cancelCampaign.' })
  action?: string | null;

  @IdField('poll', { nullable: true, description: 'About this poll.' })
  pollId?: string | null;

  @Field(() => Role, { nullable: true, description: 'Called with a token of this role.' })
  role?: Role | null;

  @IsOptional()
  @ArrayMaxSize(MAX_STATUSES, { message: 'outcome must have at most $constraint1 items.' })
  @Field(() => [AuditOutcome], { nullable: true, description: 'Any of these outcomes.' })
  outcome?: AuditOutcome[] | null;

  @Field(() => Date, { nullable: true, description: 'Called at this instant or later.' })
  after?: Date | null;

  @Field(() => Date, { nullable: true, description: 'Called before this instant.' })
  before?: Date | null;
}

export const AuditEntryConnection = connectionType(AuditEntry, 'AuditEntry');
