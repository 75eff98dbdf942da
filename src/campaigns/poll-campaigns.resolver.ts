import { Args, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import type { Connection } from '../kernel/pages.js';
import { PageArgs } from '../graphql-types/page-arguments.js';
import { Poll } from '../polls/poll.entity.js';
import { NotificationCampaign } from './campaign.entity.js';
import type { PeopleContext } from '../people/poll-participants.resolver.js';
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
    description: 'The campaigns for this poll, newest first.',
  })
  campaigns(@Root() poll: Poll, @Args() page: PageArgs): Promise<Connection<NotificationCampaign>> {
    return this.lists.campaigns({ topicId: poll.id }, undefined, page);
  }
}
