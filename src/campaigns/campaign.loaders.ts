import type DataLoader from 'dataloader';
import { loadOne, type BatchOptions } from '../graphql-types/batch.js';
import type { GroupLoaders } from '../groups/group.loaders.js';
import type { PollLoaders } from '../polls/poll.loaders.js';
import type { NotificationCampaign } from './campaign.entity.js';
import type { CampaignListStore } from './campaign-list.store.js';

/** Batched reads for campaigns. */
export interface CampaignLoaders {
  campaign: DataLoader<string, NotificationCampaign | null>;
}

/** The part of an operation's context that the resolvers of campaigns need. */
export interface CampaignContext {
  loaders: CampaignLoaders & Pick<PollLoaders, 'poll'> & Pick<GroupLoaders, 'campaignGroups'>;
}

export function createCampaignLoaders(lists: CampaignListStore, options: BatchOptions): CampaignLoaders {
  return {
    campaign: loadOne(
      (ids) => lists.findMany(ids),
      (campaign) => campaign.id,
      options,
    ),
  };
}
