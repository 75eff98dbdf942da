import { Resolver, Root, type SubscribeResolverData, Subscription } from 'type-graphql';
import { IdArg } from '../graphql-types/ids.js';
import { describeMissing } from '../kernel/ids.js';
import { CodedError } from '../kernel/errors.js';
import type { CampaignService } from './campaign.service.js';
import { pickCounters } from './ledger.entity.js';
import type { ProgressHub, ProgressSnapshot } from './progress-hub.js';
import { CampaignProgress } from './progress.types.js';
import { estimateFinish, computePercentage } from './progress.js';

/** The part of an operation's context that the subscription needs. */
export interface ProgressContext {
  progress: { campaigns: Pick<CampaignService, 'find'>; hub: Pick<ProgressHub, 'watch'> };
}

/** type-graphql calls this without the resolver's instance, so its dependencies are in the context. */
async function subscribe({
  args,
  context,
}: SubscribeResolverData<unknown, { campaignId: string }, ProgressContext>): Promise<
  AsyncIterable<ProgressSnapshot>
> {
  const { campaigns, hub } = context.progress;
  const { campaignId } = args;
  const campaign = await campaigns.find(campaignId);
  if (!campaign) {
    throw new CodedError('NOT_FOUND', describeMissing('campaign', campaignId));
  }
  return hub.watch(campaign);
}

@Resolver(() => CampaignProgress)
export class ProgressResolver {
  constructor(private readonly messagesPerSecond: number) {}

  @Subscription(() => CampaignProgress, {
    subscribe,
    description:
      'The current state at once, then every change, coalesced to at most a few a second, with a rising ' +
      'version; the last event carries the final status, then the server completes the subscription. It ends with NOT_FOUND when the campaign is deleted.',
  })
  campaignProgress(
    @IdArg('campaignId', 'campaign', { description: 'Id of the campaign.' }) campaignId: string,
    @Root() { campaign, messagesPerSecond, at }: ProgressSnapshot,
  ): CampaignProgress {
    const { version, status } = campaign;
    return {
      ...pickCounters(campaign),
      campaignId,
      campaign,
      version,
      status,
      progressPercentage: computePercentage(campaign),
      messagesPerSecond,
      estimatedFinishAt: estimateFinish(campaign, this.messagesPerSecond, at),
      at,
    };
  }
}
