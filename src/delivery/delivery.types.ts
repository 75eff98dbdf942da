import { ArrayMaxSize, IsOptional, MaxLength } from 'class-validator';
import { Field, InputType, Int, ObjectType } from 'type-graphql';
import { NotificationCampaign } from '../campaigns/campaign.entity.js';
import { PublicDeliveryReason, type DeliveryReason } from './reasons.js';
import { Personal } from '../access/personal.js';
import { connectionType } from '../graphql-types/connection.js';
import { IdField } from '../graphql-types/ids.js';
import { UserError } from '../graphql-types/user-error.js';
import { MAX_STATUSES, STATUSES_LENGTH } from '../kernel/validation.js';
import { MAX_SEARCH, SEARCH_DESCRIPTION, SEARCH_LENGTH } from '../people/people.types.js';
import { Delivery, DeliveryStatus } from './delivery.entity.js';

/** More than there are. */
const MAX_REASONS = 100;

export const DeliveryConnection = connectionType(Delivery, 'Delivery');

@InputType({ description: 'Which deliveries to list.' })
export class DeliveryFilter {
  @IsOptional()
  @ArrayMaxSize(MAX_STATUSES, { message: STATUSES_LENGTH })
  @Field(() => [DeliveryStatus], { nullable: true, description: 'Any of these statuses.' })
  status?: DeliveryStatus[] | null;

  @IsOptional()
  @ArrayMaxSize(MAX_REASONS, { message: 'reason must have at most $constraint1 items.' })
  @Field(() => [PublicDeliveryReason], { nullable: true, description: 'Any of these reasons.' })
  reason?: DeliveryReason[] | null;

  @IdField('user', { nullable: true, description: 'To this user.' })
  userId?: string | null;

  @Personal()
  @IsOptional()
  @MaxLength(MAX_SEARCH, { message: SEARCH_LENGTH })
  @Field(() => String, { nullable: true, description: `To users: ${SEARCH_DESCRIPTION}` })
  search?: string | null;
}

/** Which finished deliveries to retry. */
export interface RetrySelection {
  statuses: readonly DeliveryStatus[];
  /** Only those with one of these reasons; by default all. */
  reasons?: readonly DeliveryReason[] | null;
}

@ObjectType({ description: 'A campaign that runs again, or the errors that prevented it.' })
export class RetryDeliveriesPayload {
  @Field(() => NotificationCampaign, {
    nullable: true,
    description: 'The campaign as it now is, also when the retry was refused; null if there is none.',
  })
  campaign!: NotificationCampaign | null;

  @Field(() => Int, { description: 'Number of requeued deliveries.' })
  retriedCount!: number;

  @Field(() => [UserError], { description: 'Errors to correct; empty if the campaign runs again.' })
  userErrors!: UserError[];
}
