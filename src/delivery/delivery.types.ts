import { ArrayMaxSize, IsOptional } from 'class-validator';
import { Field, InputType, Int, ObjectType } from 'type-graphql';
import { NotificationCampaign } from '../campaigns/campaign.entity.js';
import type { DeliveryReason } from './reasons.js';
import { connectionType } from '../graphql-types/connection.js';
import { UserError } from '../graphql-types/user-error.js';
import { MAX_STATUSES, STATUSES_LENGTH } from '../kernel/validation.js';
import { Delivery, DeliveryStatus } from './delivery.entity.js';

export const DeliveryConnection = connectionType(Delivery, 'Delivery');

@InputType({ description: 'Which deliveries to list.' })
export class DeliveryFilter {
  @IsOptional()
  @ArrayMaxSize(MAX_STATUSES, { message: STATUSES_LENGTH })
  @Field(() => [DeliveryStatus], { nullable: true, description: 'Any of these statuses.' })
  status?: DeliveryStatus[] | null;
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
    description: 'The campaign, or null if the retry was refused.',
  })
  campaign!: NotificationCampaign | null;

  @Field(() => Int, { description: 'Number of requeued deliveries.' })
  retriedCount!: number;

  @Field(() => [UserError], { description: 'Errors to correct; empty if the campaign runs again.' })
  userErrors!: UserError[];
}
