import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { CampaignContext } from '../campaigns/campaign.loaders.js';
import { TelegramUser } from '../people/telegram-user.entity.js';
import { Delivery } from './delivery.entity.js';

@Resolver(() => Delivery)
export class DeliveryResolver {
  @FieldResolver(() => TelegramUser, { description: 'Who is reminded.' })
  async user(@Root() delivery: Delivery, @Ctx() { loaders }: CampaignContext): Promise<TelegramUser> {
    const user = await loaders.user.load(delivery.userId);
    if (!user) throw new Error(`User ${delivery.userId} of delivery ${delivery.id} is gone.`);
    return user;
  }
}
