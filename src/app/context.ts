import { createAccessLoaders, type AccessLoaders } from '../access/access.loaders.js';
import type { ApiTokenStore } from '../access/api-token.store.js';
import type { PeopleVisibility } from '../access/disguise.js';
import type { AuditStore } from '../access/audit.store.js';
import type { AuditContext } from '../access/audited.js';
import { createCampaignLoaders, type CampaignContext } from '../campaigns/campaign.loaders.js';
import type { CampaignChangesContext } from '../campaigns/campaign-changes.resolver.js';
import type { CampaignListStore } from '../campaigns/campaign-list.store.js';
import type { ProgressContext } from '../campaigns/progress.resolver.js';
import { createDeliveryLoaders, type DeliveryLoaders } from '../delivery/delivery.loaders.js';
import type { OverviewStore } from '../delivery/overview.store.js';
import type { DeliveryListStore } from '../delivery/delivery-list.store.js';
import type { UserDeliveryStore } from '../delivery/user-deliveries.store.js';
import type { BatchOptions } from '../graphql-types/batch.js';
import { createGroupLoaders, type GroupLoaders } from '../groups/group.loaders.js';
import type { GroupStore } from '../groups/group.store.js';
import { createPeopleLoaders, type PeopleLoaders } from '../people/people.loaders.js';
import type { MembershipStore } from '../people/membership.store.js';
import type { ParticipantStore } from '../people/participants.store.js';
import type { PeopleStore } from '../people/people.store.js';
import type { PollCountStore } from '../people/poll-counts.store.js';
import { createPollLoaders, type PollContext } from '../polls/poll.loaders.js';
import type { PollStore } from '../polls/poll.store.js';

/** The context of an operation; each domain defines its part. */
export type GraphQLContext = AuditContext &
  PeopleVisibility &
  PollContext &
  CampaignContext &
  ProgressContext &
  CampaignChangesContext & { loaders: PeopleLoaders & GroupLoaders & DeliveryLoaders & AccessLoaders };

export interface LoaderSources {
  polls: PollStore;
  people: PeopleStore;
  pollCounts: PollCountStore;
  members: MembershipStore;
  participants: ParticipantStore;
  userDeliveries: UserDeliveryStore;
  groups: GroupStore;
  campaignLists: CampaignListStore;
  deliveryLists: DeliveryListStore;
  overviews: OverviewStore;
  auditEntries: AuditStore;
  tokens: ApiTokenStore;
}

/** Creates loaders for one operation, so that a page takes a constant number of statements. */
export function createLoaders(sources: LoaderSources, options: BatchOptions): GraphQLContext['loaders'] {
  const { polls, people, pollCounts, members, groups, campaignLists, deliveryLists } = sources;
  return {
    ...createPollLoaders(polls, options),
    ...createPeopleLoaders({ people, pollCounts, members, participants: sources.participants }, options),
    ...createGroupLoaders(groups, options),
    ...createCampaignLoaders(campaignLists, options),
    ...createDeliveryLoaders(deliveryLists, sources.overviews, sources.userDeliveries, options),
    ...createAccessLoaders(sources.auditEntries, sources.tokens, options),
  };
}
