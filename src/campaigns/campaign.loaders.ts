import type DataLoader from 'dataloader';
import { loadCount, type BatchOptions } from '../graphql-types/batch.js';
import type { PollLoaders } from '../polls/poll.loaders.js';
import type { AudienceStore } from './audience.store.js';

/** Batched reads for campaigns. */
export interface CampaignLoaders {
  audienceSize: DataLoader<string, number>;
}

/** The part of an operation's context that the resolvers of campaigns need. */
export interface CampaignContext {
  loaders: CampaignLoaders & Pick<PollLoaders, 'poll'>;
}

export function createCampaignLoaders(audience: AudienceStore, options: BatchOptions): CampaignLoaders {
  return { audienceSize: loadCount((ids) => audience.sizes(ids), options) };
}
