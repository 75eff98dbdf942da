import { Arg, Args, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import type { Connection } from '../kernel/pages.js';
import { PageArgs } from '../graphql-types/page-arguments.js';
import { Poll } from '../polls/poll.entity.js';
import type { NotificationCampaign } from './campaign.entity.js';
import type { PeopleContext } from '../people/poll-participants.resolver.js';
import { CAMPAIGN_ORDER } from './campaign.resolver.js';
import { CampaignFilter, CampaignOrder } from './campaign.types.js';
import type { CampaignListService } from './campaign-list.service.js';
import { NotificationCampaignConnection } from './connections.js';

/** Fields of polls about campaigns, of which polls know nothing. */
@Resolver(() => Poll)
export class PollCampaignsResolver {
  constructor(private readonly lists: CampaignListService) {}

  @FieldResolver(() => Int, {
    description:
      'Reachable participants who have not completed the poll: the audience of a campaign started now.',
  })
  async audienceSize(@Root() poll: Poll, @Ctx() { loaders }: PeopleContext): Promise<number> {
    return (await loaders.pollCounts.load(poll.id))?.audienceSize ?? 0;
  }

  @FieldResolver(() => NotificationCampaignConnection, {
    description: 'The campaigns for this poll.',
  })
  campaigns(
    @Root() poll: Poll,
    @Arg('filter', () => CampaignFilter, { nullable: true, description: 'Which of them to list.' })
    filter: CampaignFilter | undefined,
    @Arg('orderBy', () => CampaignOrder, CAMPAIGN_ORDER) orderBy: CampaignOrder,
    @Args(() => PageArgs) page: PageArgs,
  ): Promise<Connection<NotificationCampaign>> {
    return this.lists.ofPoll(poll.id, filter, orderBy, page);
  }
}
