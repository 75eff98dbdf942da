import type DataLoader from 'dataloader';
import { loadCount, loadOne, type BatchOptions } from '../graphql-types/batch.js';
import type { PollLoaders } from '../polls/poll.loaders.js';
import type { AudienceStore } from './audience.store.js';
import type { NotificationCampaign } from './campaign.entity.js';
import type { CampaignListStore } from './campaign-list.store.js';

/** Batched reads for campaigns. */
export interface CampaignLoaders {
  campaign: DataLoader<string, NotificationCampaign | null>;
  audienceSize: DataLoader<string, number>;
}

/** The part of an operation's context that the resolvers of campaigns need. */
export interface CampaignContext {
  loaders: CampaignLoaders & Pick<PollLoaders, 'poll'>;
}

export function createCampaignLoaders(
  audience: AudienceStore,
  lists: CampaignListStore,
  options: BatchOptions,
): CampaignLoaders {
  return {
    campaign: loadOne(
      (ids) => lists.findMany(ids),
      (campaign) => campaign.id,
      options,
    ),
    audienceSize: loadCount((ids) => audience.sizes(ids), options),
  };
}
