import { Arg, Args, Authorized, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { PublicDeliveryReason, type DeliveryReason } from './reasons.js';
import { FilteredCountCost } from '../graphql-types/cost.js';
import { IdArg } from '../graphql-types/ids.js';
import { Audited } from '../access/audited.js';
import { Role } from '../access/identity.js';
import { Refuses } from '../graphql-types/refusals.js';
import { UserErrorCode } from '../kernel/user-error.js';
import { NotificationCampaign } from '../campaigns/campaign.entity.js';
import type { CampaignContext } from '../campaigns/campaign.loaders.js';
import {
  BESIDE_ANOTHER,
  describeBeside,
  ID_ARGUMENT,
  type BesideAnother,
} from '../campaigns/campaign.resolver.js';
import { DefaultPageSize, PageArgs } from '../graphql-types/page-arguments.js';
import type { Connection } from '../kernel/pages.js';
import type { PeopleLoaders } from '../people/people.loaders.js';
import { TelegramUser } from '../people/telegram-user.entity.js';
import { DELIVERIES_PER_PAGE, type DeliveryListService } from './delivery-list.service.js';
import { Delivery, DeliveryStatus } from './delivery.entity.js';
import {
  DeliveryConnection,
  DeliveryFilter,
  RetryDeliveriesPayload,
  type RetrySelection,
} from './delivery.types.js';
import type { RetryService } from './retry.service.js';

@Resolver(() => Delivery)
export class DeliveryResolver {
  @FieldResolver(() => NotificationCampaign, { description: 'The campaign that reminds.' })
  async campaign(
    @Root() delivery: Delivery,
    @Ctx() { loaders }: CampaignContext,
  ): Promise<NotificationCampaign> {
    const campaign = await loaders.campaign.load(delivery.campaignId);
    if (!campaign) throw new Error(`Campaign ${delivery.campaignId} of delivery ${delivery.id} is gone.`);
    return campaign;
  }

  @FieldResolver(() => TelegramUser, { description: 'The user who is reminded.' })
  async user(
    @Root() delivery: Delivery,
    @Ctx() { loaders }: { loaders: PeopleLoaders },
  ): Promise<TelegramUser> {
    const user = await loaders.user.load(delivery.userId);
    if (!user) throw new Error(`User ${delivery.userId} of delivery ${delivery.id} is gone.`);
    return user;
  }
}

/** Deliveries of campaigns and their retry; campaigns know nothing of the ledger. */
@Resolver(() => NotificationCampaign)
export class CampaignDeliveriesResolver {
  constructor(
    private readonly lists: DeliveryListService,
    private readonly retries: RetryService,
  ) {}

  @DefaultPageSize(DELIVERIES_PER_PAGE)
  @FilteredCountCost(400, 'status')
  @FieldResolver(() => DeliveryConnection, { description: 'Its deliveries, by recipient.' })
  deliveries(
    @Root() campaign: NotificationCampaign,
    @Arg('filter', () => DeliveryFilter, { nullable: true, description: 'Which deliveries to list.' })
    filter: DeliveryFilter | undefined,
    @Args(() => PageArgs) page: PageArgs,
  ): Promise<Connection<Delivery>> {
    return this.lists.deliveries(campaign.id, filter, page, campaign);
  }

  @Authorized(Role.ADMIN)
  @Audited<BesideAnother & RetrySelection & { campaignId: string }>({
    campaign: ({ campaignId }) => campaignId,
    detail: (given) =>
      [...new Set([...given.statuses, ...(given.reasons ?? []), describeBeside(given)])]
        .filter(Boolean)
        .join(', '),
  })
  @Refuses(
    UserErrorCode.NOT_FOUND,
    UserErrorCode.INVALID,
    UserErrorCode.INVALID_STATE,
    UserErrorCode.POLL_CLOSED,
    UserErrorCode.ANOTHER_CAMPAIGN_RUNS,
  )
  @Mutation(() => RetryDeliveriesPayload, {
    description:
      'Requeues finished deliveries of the given statuses, and reasons if given, as PENDING and runs the campaign ' +
      'again for them. Recipients who can no longer be reached stay as they are, with their reason.',
  })
  async retryDeliveries(
    @IdArg('campaignId', 'campaign', ID_ARGUMENT) campaignId: string,
    @Arg('statuses', () => [DeliveryStatus], {
      defaultValue: [DeliveryStatus.FAILED],
      description:
        'FAILED, UNCONFIRMED or SKIPPED. UNCONFIRMED recipients may get the message a second time.',
    })
    statuses: DeliveryStatus[],
    @Arg('reasons', () => [PublicDeliveryReason], {
      nullable: true,
      description: 'Only deliveries with one of these reasons.',
    })
    reasons: DeliveryReason[] | null,
    @Arg('besideAnother', () => Boolean, BESIDE_ANOTHER) besideAnother: boolean,
  ): Promise<RetryDeliveriesPayload> {
    const result = await this.retries.retry(campaignId, { statuses, reasons }, { besideAnother });
    return result.ok
      ? { ...result.value, userErrors: [] }
      : { campaign: await this.retries.find(campaignId), retriedCount: 0, userErrors: result.errors };
  }
}
