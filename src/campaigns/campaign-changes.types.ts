import { Field, Int, ObjectType } from 'type-graphql';
import { IdField } from '../graphql-types/ids.js';
import { NotificationCampaign } from './campaign.entity.js';

@ObjectType({
  description:
    'A change in a list of campaigns. The version rises with each change of a campaign: an older event than what a ' +
    'client has is to be dropped.',
})
export class CampaignChange {
  @Field(() => NotificationCampaign, {
    nullable: true,
    description: 'The campaign as it now is; null if it was deleted.',
  })
  campaign!: NotificationCampaign | null;

  @IdField('campaign', { nullable: true, description: 'The campaign that was deleted.' })
  deletedId!: string | null;

  @Field(() => Int, { description: 'Rises with each change of the campaign.' })
  version!: number;
}
