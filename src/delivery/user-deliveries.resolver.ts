import { Args, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { DefaultPageSize, PageArgs } from '../graphql-types/page-arguments.js';
import type { Connection } from '../kernel/pages.js';
import { Participant } from '../people/participants.types.js';
import { TelegramUser } from '../people/telegram-user.entity.js';
import { DELIVERIES_PER_PAGE, type DeliveryListService } from './delivery-list.service.js';
import type { Delivery } from './delivery.entity.js';
import type { DeliveryLoaders } from './delivery.loaders.js';
import { DeliveryConnection } from './delivery.types.js';

/** Reminders of people, who know nothing of the ledger. */
@Resolver(() => TelegramUser)
export class UserDeliveriesResolver {
  constructor(private readonly lists: DeliveryListService) {}

  @DefaultPageSize(DELIVERIES_PER_PAGE)
  @FieldResolver(() => DeliveryConnection, {
    description: 'Reminders that this user was to get, those of the newest campaign first.',
  })
  deliveries(
    @Root() user: TelegramUser,
    @Args(() => PageArgs) page: PageArgs,
  ): Promise<Connection<Delivery>> {
    return this.lists.toUser(user.id, page);
  }
}

interface ParticipantContext {
  loaders: Pick<DeliveryLoaders, 'reminders'>;
}

@Resolver(() => Participant)
export class ParticipantRemindersResolver {
  @FieldResolver(() => Int, { description: 'Reminders of the poll that are SENT or UNCONFIRMED.' })
  async remindersSent(
    @Root() { pollId, user }: Participant,
    @Ctx() { loaders }: ParticipantContext,
  ): Promise<number> {
    return (await loaders.reminders.load(`${pollId}_${user.id}`))?.sent ?? 0;
  }

  @FieldResolver(() => Date, { nullable: true, description: 'When the last of them was sent.' })
  async lastRemindedAt(
    @Root() { pollId, user }: Participant,
    @Ctx() { loaders }: ParticipantContext,
  ): Promise<Date | null> {
    return (await loaders.reminders.load(`${pollId}_${user.id}`))?.lastAt ?? null;
  }
}
