import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import { NotificationCampaign } from './campaign.entity.js';
import { Ledger } from './ledger.entity.js';
import { CampaignStatus } from './lifecycle.js';

@ObjectType({
  description:
    'One state of a campaign on its way. In every event: ' +
    'totalUsers = pendingUsers + sentUsers + failedUsers + skippedUsers + unconfirmedUsers.',
})
export class CampaignProgress extends Ledger {
  @Field(() => ID, { description: 'Number of the campaign.' })
  campaignId!: string;

  @Field(() => NotificationCampaign, { description: 'The campaign as of this event.' })
  campaign!: NotificationCampaign;

  @Field(() => Int, { description: 'Rises from event to event.' })
  version!: number;

  @Field(() => CampaignStatus, { description: 'Where the campaign stands.' })
  status!: CampaignStatus;

  @Field(() => Float, { description: 'Share of totalUsers that is no longer pending, 0 to 100.' })
  progressPercentage!: number;

  @Field(() => Float, { description: 'Messages accepted a second, over the last ten seconds.' })
  messagesPerSecond!: number;

  @Field(() => Date, { nullable: true, description: 'When it is likely to finish, while it runs.' })
  estimatedFinishAt!: Date | null;

  @Field(() => Date, { description: 'When this state was read.' })
  at!: Date;
}
