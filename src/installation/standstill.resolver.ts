import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { NotificationCampaign } from '../campaigns/campaign.entity.js';
import { CampaignStatus } from '../campaigns/lifecycle.js';
import { describeStandstill } from './standstill.js';
import type { StandstillContext } from './standstill.loaders.js';
import { CampaignStandstill } from './standstill.types.js';

/** Adds `standstill` to campaigns, which know nothing of workers. */
@Resolver(() => NotificationCampaign)
export class StandstillResolver {
  @FieldResolver(() => CampaignStandstill, {
    nullable: true,
    description: 'Why a PROCESSING campaign makes no progress; otherwise null.',
  })
  async standstill(
    @Root() { id, status }: NotificationCampaign,
    @Ctx() { loaders }: StandstillContext,
  ): Promise<CampaignStandstill | null> {
    const standstill = status === CampaignStatus.PROCESSING ? await loaders.standstill.load(id) : null;
    return standstill && describeStandstill(standstill);
  }
}
