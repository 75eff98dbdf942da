import type DataLoader from 'dataloader';
import { loadCount, loadOne, type BatchOptions } from '../graphql-types/batch.js';
import type { PeopleLoaders } from '../people/people.loaders.js';
import type { PollLoaders } from '../polls/poll.loaders.js';
import type { AudienceStore } from './audience.store.js';
import type { Standstill, StandstillStore } from '../installation/standstill.store.js';

/** Batched reads of what campaigns are about. */
export interface CampaignLoaders {
  audienceSize: DataLoader<string, number>;
  standstill: DataLoader<string, Standstill | null>;
}

/** What the resolvers of campaigns know about the operation they serve. */
export interface CampaignContext {
  loaders: CampaignLoaders & Pick<PollLoaders, 'poll'> & PeopleLoaders;
}

export function createCampaignLoaders(
  audience: AudienceStore,
  standstills: StandstillStore,
  options: BatchOptions,
): CampaignLoaders {
  return {
    audienceSize: loadCount((ids) => audience.sizes(ids), options),
    standstill: loadOne(
      (ids) => standstills.find(ids),
      (standstill) => standstill.campaignId,
      options,
    ),
  };
}
