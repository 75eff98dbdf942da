import type { ClassType, ContainerType, NonEmptyArray } from 'type-graphql';
import { ApiTokenResolver } from '../access/api-token.resolver.js';
import type { ApiTokenService } from '../access/api-token.service.js';
import type { AuditTrail } from '../access/audit-trail.js';
import { ViewerResolver } from '../access/viewer.resolver.js';
import { AuditResolver } from '../access/audit.resolver.js';
import { CampaignBulkResolver } from '../campaigns/campaign-bulk.resolver.js';
import type { CampaignBulkService } from '../campaigns/campaign-bulk.service.js';
import { ErasureResolver } from '../delivery/erasure.resolver.js';
import type { ErasureService } from '../delivery/erasure.service.js';
import { OverviewResolver } from '../delivery/overview.resolver.js';
import type { OverviewService } from '../delivery/overview.service.js';
import { CampaignChangesResolver } from '../campaigns/campaign-changes.resolver.js';
import { CampaignLifecycleResolver } from '../campaigns/campaign-lifecycle.resolver.js';
import type { CampaignListService } from '../campaigns/campaign-list.service.js';
import type { CampaignPreviewService } from '../campaigns/campaign-preview.service.js';
import { CampaignResolver } from '../campaigns/campaign.resolver.js';
import type { CampaignService } from '../campaigns/campaign.service.js';
import type { DeliveryListService } from '../delivery/delivery-list.service.js';
import { CampaignDeliveriesResolver, DeliveryResolver } from '../delivery/delivery.resolver.js';
import { PollDeletionResolver } from '../delivery/poll-deletion.resolver.js';
import type { PollDeletionService } from '../delivery/poll-deletion.service.js';
import { CampaignTimelineResolver, type ReadTimeline } from '../delivery/timeline.resolver.js';
import { PollCompletionsResolver, type ReadCompletions } from '../people/completions.resolver.js';
import type { RetryService } from '../delivery/retry.service.js';
import { PollCampaignsResolver } from '../campaigns/poll-campaigns.resolver.js';
import { ProgressResolver } from '../campaigns/progress.resolver.js';
import type { TestNotificationService } from '../campaigns/test-notification.service.js';
import { InstallationResolver } from '../installation/installation.resolver.js';
import { ProgressStandstillResolver, StandstillResolver } from '../installation/standstill.resolver.js';
import type { InstallationService } from '../installation/installation.service.js';
import { GroupResolver } from '../people/group.resolver.js';
import {
  ParticipantResolver,
  PollParticipantListResolver,
  UserAnswerResolver,
  UserParticipationListResolver,
  UserParticipationResolver,
} from '../people/participants.resolver.js';
import type { ParticipantService } from '../people/participants.service.js';
import {
  ParticipantRemindersResolver,
  UserDeliveriesResolver,
} from '../delivery/user-deliveries.resolver.js';
import type { GroupMembersService } from '../people/group-members.service.js';
import type { RunningWatch } from '../installation/running-watch.js';
import { PeopleResolver } from '../people/people.resolver.js';
import type { PeopleService } from '../people/people.service.js';
import { PollParticipantsResolver } from '../people/poll-participants.resolver.js';
import { PollResolver, QuestionOptionResolver, QuestionResolver } from '../polls/poll.resolver.js';
import type { PollService } from '../polls/poll.service.js';
import { NodeResolver } from './node.resolver.js';

/** Dependencies of resolvers. */
export interface ResolverDeps {
  polls: PollService;
  people: PeopleService;
  groupMembers: GroupMembersService;
  participants: ParticipantService;
  campaigns: CampaignService;
  previews: CampaignPreviewService;
  lists: CampaignListService;
  deliveries: DeliveryListService;
  retries: RetryService;
  pollDeletions: PollDeletionService;
  testNotifications: TestNotificationService;
  installations: InstallationService;
  running: RunningWatch;
  bulk: CampaignBulkService;
  overviews: OverviewService;
  erasures: ErasureService;
  audit: AuditTrail;
  apiTokens: ApiTokenService;
  messagesPerSecond: number;
  timeline: ReadTimeline;
  completions: ReadCompletions;
}

interface Recipe {
  type: ClassType;
  make: (deps: ResolverDeps) => object;
}

function recipe<T extends object>(type: ClassType<T>, make: (deps: ResolverDeps) => T): Recipe {
  return { type, make };
}

/** Lists every resolver. */
const RECIPES: readonly Recipe[] = [
  recipe(PollResolver, ({ polls }) => new PollResolver(polls)),
  recipe(CampaignTimelineResolver, ({ timeline }) => new CampaignTimelineResolver(timeline)),
  recipe(PollCompletionsResolver, ({ completions }) => new PollCompletionsResolver(completions)),
  recipe(QuestionResolver, () => new QuestionResolver()),
  recipe(QuestionOptionResolver, () => new QuestionOptionResolver()),
  recipe(PeopleResolver, ({ people }) => new PeopleResolver(people)),
  recipe(GroupResolver, ({ groupMembers }) => new GroupResolver(groupMembers)),
  recipe(PollParticipantListResolver, ({ participants }) => new PollParticipantListResolver(participants)),
  recipe(
    UserParticipationListResolver,
    ({ participants }) => new UserParticipationListResolver(participants),
  ),
  recipe(ParticipantResolver, () => new ParticipantResolver()),
  recipe(UserParticipationResolver, () => new UserParticipationResolver()),
  recipe(UserAnswerResolver, () => new UserAnswerResolver()),
  recipe(UserDeliveriesResolver, ({ deliveries }) => new UserDeliveriesResolver(deliveries)),
  recipe(ParticipantRemindersResolver, () => new ParticipantRemindersResolver()),
  recipe(PollParticipantsResolver, () => new PollParticipantsResolver()),
  recipe(
    CampaignResolver,
    ({ campaigns, lists, messagesPerSecond }) => new CampaignResolver(campaigns, lists, messagesPerSecond),
  ),
  recipe(
    CampaignLifecycleResolver,
    ({ campaigns, previews, testNotifications }) =>
      new CampaignLifecycleResolver(campaigns, previews, testNotifications),
  ),
  recipe(PollCampaignsResolver, ({ lists }) => new PollCampaignsResolver(lists)),
  recipe(
    CampaignDeliveriesResolver,
    ({ deliveries, retries }) => new CampaignDeliveriesResolver(deliveries, retries),
  ),
  recipe(PollDeletionResolver, ({ pollDeletions }) => new PollDeletionResolver(pollDeletions)),
  recipe(DeliveryResolver, () => new DeliveryResolver()),
  recipe(CampaignBulkResolver, ({ bulk }) => new CampaignBulkResolver(bulk)),
  recipe(ErasureResolver, ({ erasures }) => new ErasureResolver(erasures)),
  recipe(OverviewResolver, ({ overviews }) => new OverviewResolver(overviews)),
  recipe(ProgressResolver, ({ messagesPerSecond }) => new ProgressResolver(messagesPerSecond)),
  recipe(CampaignChangesResolver, () => new CampaignChangesResolver()),
  recipe(StandstillResolver, ({ running }) => new StandstillResolver(running)),
  recipe(ProgressStandstillResolver, () => new ProgressStandstillResolver()),
  recipe(InstallationResolver, ({ installations }) => new InstallationResolver(installations)),
  recipe(ApiTokenResolver, ({ apiTokens }) => new ApiTokenResolver(apiTokens)),
  recipe(NodeResolver, () => new NodeResolver()),
  recipe(ViewerResolver, () => new ViewerResolver()),
  recipe(AuditResolver, ({ audit }) => new AuditResolver(audit)),
];

export const RESOLVER_CLASSES = RECIPES.map(({ type }) => type) as NonEmptyArray<ClassType>;

/** Creates the resolvers, one instance per class. */
export function createResolvers(deps: ResolverDeps): ContainerType {
  const resolvers = new Map<unknown, object>(RECIPES.map(({ type, make }) => [type, make(deps)]));
  return {
    get: (type: ClassType) => {
      const resolver = resolvers.get(type);
      if (!resolver) throw new Error(`There is no resolver ${type.name}: list it in resolvers.ts.`);
      return resolver;
    },
  };
}
