import type { AuditContext } from '../access/audited.js';
import type { AudienceStore } from '../campaigns/audience.store.js';
import { createCampaignLoaders, type CampaignContext } from '../campaigns/campaign.loaders.js';
import type { ProgressContext } from '../campaigns/progress.resolver.js';
import { createStandstillLoaders, type StandstillContext } from '../installation/standstill.loaders.js';
import type { StandstillStore } from '../installation/standstill.store.js';
import type { BatchOptions } from '../graphql-types/batch.js';
import { createPeopleLoaders, type PeopleLoaders } from '../people/people.loaders.js';
import type { PeopleStore } from '../people/people.store.js';
import { createPollLoaders, type PollContext } from '../polls/poll.loaders.js';
import type { PollStore } from '../polls/poll.store.js';

/** The context of an operation; each domain defines its part. */
export type GraphQLContext = AuditContext &
  PollContext &
  CampaignContext &
  StandstillContext &
  ProgressContext & { loaders: PeopleLoaders };

export interface LoaderSources {
  polls: PollStore;
  people: PeopleStore;
  audience: AudienceStore;
  standstills: StandstillStore;
}

/** Creates loaders for one operation, so that a page takes a constant number of statements. */
export function createLoaders(
  { polls, people, audience, standstills }: LoaderSources,
  options: BatchOptions,
): GraphQLContext['loaders'] {
  return {
    ...createPollLoaders(polls, options),
    ...createPeopleLoaders(people, options),
    ...createCampaignLoaders(audience, options),
    ...createStandstillLoaders(standstills, options),
  };
}
