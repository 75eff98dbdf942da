import { Field, Int, ObjectType } from 'type-graphql';
import { DeliveryStatus } from './delivery.entity.js';
import { PublicDeliveryReason, type DeliveryReason } from './reasons.js';

@ObjectType({ description: 'How many deliveries of a campaign have a status and a reason.' })
export class DeliveryOutcome {
  @Field(() => DeliveryStatus, { description: 'State of the deliveries.' })
  status!: DeliveryStatus;

  @Field(() => PublicDeliveryReason, {
    nullable: true,
    description: 'Their reason; null where there is none.',
  })
  reason!: DeliveryReason | null;

  @Field(() => Int, { description: 'How many there are.' })
  count!: number;
}
