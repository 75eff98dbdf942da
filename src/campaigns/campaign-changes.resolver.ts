import { Arg, Resolver, Root, type SubscribeResolverData, Subscription } from 'type-graphql';
import type { CampaignChanges, ChangedCampaign } from './campaign-changes.js';
import { CampaignChange } from './campaign-changes.types.js';
import { checkFilter } from './campaign-list.service.js';
import { CampaignFilter } from './campaign.types.js';

/** The part of an operation's context that the subscription needs. */
export interface CampaignChangesContext {
  changes: Pick<CampaignChanges, 'follow'>;
}

/** type-graphql calls this without the resolver's instance, so its dependencies are in the context. */
async function subscribe({
  args,
  context,
}: SubscribeResolverData<unknown, { filter?: CampaignFilter }, CampaignChangesContext>): Promise<
  AsyncIterable<ChangedCampaign>
> {
  // Not yet an instance of its class, whose rules are to be checked.
  const filter = Object.assign(new CampaignFilter(), args.filter);
  await checkFilter(filter);
  return context.changes.follow(filter);
}

@Resolver()
export class CampaignChangesResolver {
  @Subscription(() => CampaignChange, {
    subscribe,
    description:
      'Every campaign that changes, is created or deleted, coalesced to at most one event a second for a campaign: what ' +
      'a list needs to stay right. No snapshot and no end: subscribe first, then query, and query again after a ' +
      'reconnect or the error CHANGES_LOST. Sent if the campaign matched the filter before or after the change.',
  })
  campaignsChanged(
    @Arg('filter', () => CampaignFilter, { nullable: true, description: 'Which campaigns to follow.' })
    _filter: CampaignFilter | undefined,
    @Root() change: ChangedCampaign,
  ): CampaignChange {
    return change;
  }
}
