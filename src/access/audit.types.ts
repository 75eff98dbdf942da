import { IsOptional, MaxLength } from 'class-validator';
import { Field, InputType } from 'type-graphql';
import { IdField } from '../graphql-types/ids.js';
import { connectionType } from '../graphql-types/connection.js';
import { AuditEntry } from './audit-entry.entity.js';

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
}

export const AuditEntryConnection = connectionType(AuditEntry, 'AuditEntry');
