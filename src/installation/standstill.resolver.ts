import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { NotificationCampaign } from '../campaigns/campaign.entity.js';
import { CampaignStatus } from '../campaigns/lifecycle.js';
import { describeStandstill } from './standstill.js';
import type { StandstillContext } from './standstill.loaders.js';
import { CampaignStandstill } from './standstill.types.js';

/** Why a campaign makes no progress: campaigns know nothing of workers. */
@Resolver(() => NotificationCampaign)
export class StandstillResolver {
  @FieldResolver(() => CampaignStandstill, {
    nullable: true,
    description:
      'Why it makes no progress although it is PROCESSING; null while it does, and in every other status.',
  })
  async standstill(
    @Root() { id, status }: NotificationCampaign,
    @Ctx() { loaders }: StandstillContext,
  ): Promise<CampaignStandstill | null> {
    const standstill = status === CampaignStatus.PROCESSING ? await loaders.standstill.load(id) : null;
    return standstill && describeStandstill(standstill);
  }
}
