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
  /** Only those with one of these reasons; all when it is left out. */
  reasons?: readonly DeliveryReason[] | null;
}

@ObjectType({ description: 'A campaign that runs again, or the errors that prevented it.' })
export class RetryDeliveriesPayload {
  @Field(() => NotificationCampaign, {
    nullable: true,
    description: 'The campaign; null when it was refused.',
  })
  campaign!: NotificationCampaign | null;

  @Field(() => Int, { description: 'Deliveries put back to PENDING.' })
  retriedCount!: number;

  @Field(() => [UserError], { description: 'What has to be put right; empty when the campaign runs again.' })
  userErrors!: UserError[];
}
