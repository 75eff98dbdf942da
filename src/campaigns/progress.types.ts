import { Field, Float, Int, ObjectType } from 'type-graphql';
import { IdField } from '../graphql-types/ids.js';
import { NotificationCampaign } from './campaign.entity.js';
import { Ledger } from './ledger.entity.js';
import { CampaignStatus } from './lifecycle.js';

@ObjectType({
  description:
    'A state of a running campaign. In every event: ' +
    'totalUsers = pendingUsers + sentUsers + failedUsers + skippedUsers + unconfirmedUsers.',
})
export class CampaignProgress extends Ledger {
  @IdField('campaign', { description: 'The id of the campaign.' })
  campaignId!: string;

  @Field(() => NotificationCampaign, { description: 'The campaign as of this event.' })
  campaign!: NotificationCampaign;

  @Field(() => Int, { description: 'Rises from event to event.' })
  version!: number;

  @Field(() => CampaignStatus, { description: 'State of the campaign.' })
  status!: CampaignStatus;

  @Field(() => Float, { description: 'Share of totalUsers that is no longer pending, 0 to 100.' })
  progressPercentage!: number;

  @Field(() => Float, { description: 'Accepted messages per second, over the last ten seconds.' })
  messagesPerSecond!: number;

  @Field(() => Date, { nullable: true, description: 'Estimated time of completion, while it runs.' })
  estimatedFinishAt!: Date | null;

  @Field(() => Date, { description: 'When this state was read.' })
  at!: Date;
}
