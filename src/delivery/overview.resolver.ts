import { Arg, Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { NotificationCampaign } from '../campaigns/campaign.entity.js';
import { PageArgs } from '../graphql-types/page-arguments.js';
import type { Connection } from '../kernel/pages.js';
import type { ChunkState } from './chunk.entity.js';
import { ChunkConnection, PublicChunkState, type ChunkView } from './chunk.types.js';
import type { DeliveryLoaders } from './delivery.loaders.js';
import { DeliveryOutcome } from './outcome.types.js';
import type { OverviewService } from './overview.service.js';

/** What became of a campaign, and who works on it. */
@Resolver(() => NotificationCampaign)
export class OverviewResolver {
  constructor(private readonly overviews: OverviewService) {}

  @FieldResolver(() => [DeliveryOutcome], {
    description:
      'Deliveries by status and reason, largest first: why people failed or were skipped. They add up to totalUsers.',
  })
  outcomes(
    @Root() { id }: NotificationCampaign,
    @Ctx() { loaders }: { loaders: DeliveryLoaders },
  ): Promise<DeliveryOutcome[]> {
    return loaders.outcomes.load(id);
  }

  @FieldResolver(() => ChunkConnection, {
    description: 'Its chunks, by number: which is where, who works it, why it waits.',
  })
  chunks(
    @Root() { id }: NotificationCampaign,
    @Arg('state', () => [PublicChunkState], { nullable: true, description: 'Any of these states.' })
    state: ChunkState[] | undefined,
    @Args(() => PageArgs) page: PageArgs,
  ): Promise<Connection<ChunkView>> {
    return this.overviews.chunks(id, state, page);
  }
}
