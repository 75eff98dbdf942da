import { createAccessLoaders, type AccessLoaders } from '../access/access.loaders.js';
import type { ApiTokenStore } from '../access/api-token.store.js';
import type { AuditStore } from '../access/audit.store.js';
import type { AuditContext } from '../access/audited.js';
import type { AudienceStore } from '../campaigns/audience.store.js';
import { createCampaignLoaders, type CampaignContext } from '../campaigns/campaign.loaders.js';
import type { CampaignListStore } from '../campaigns/campaign-list.store.js';
import type { ProgressContext } from '../campaigns/progress.resolver.js';
import { createDeliveryLoaders, type DeliveryLoaders } from '../delivery/delivery.loaders.js';
import type { DeliveryListStore } from '../delivery/delivery-list.store.js';
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
  ProgressContext & { loaders: PeopleLoaders & DeliveryLoaders & AccessLoaders };

export interface LoaderSources {
  polls: PollStore;
  people: PeopleStore;
  audience: AudienceStore;
  standstills: StandstillStore;
  campaignLists: CampaignListStore;
  deliveryLists: DeliveryListStore;
  auditEntries: AuditStore;
  tokens: ApiTokenStore;
}

/** Creates loaders for one operation, so that a page takes a constant number of statements. */
export function createLoaders(sources: LoaderSources, options: BatchOptions): GraphQLContext['loaders'] {
  const { polls, people, audience, standstills, campaignLists, deliveryLists } = sources;
  return {
    ...createPollLoaders(polls, options),
    ...createPeopleLoaders(people, options),
    ...createCampaignLoaders(audience, campaignLists, options),
    ...createStandstillLoaders(standstills, options),
    ...createDeliveryLoaders(deliveryLists, options),
    ...createAccessLoaders(sources.auditEntries, sources.tokens, options),
  };
}
