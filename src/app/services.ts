import type { Logger } from 'pino';
import type { DataSource } from 'typeorm';
import { ApiTokenStore } from '../access/api-token.store.js';
import { AuditStore } from '../access/audit.store.js';
import type { AudienceStore } from '../campaigns/audience.store.js';
import { CampaignEditStore } from '../campaigns/campaign-edit.store.js';
import { CancelledStore } from '../campaigns/cancelled.store.js';
import { CampaignListService } from '../campaigns/campaign-list.service.js';
import { CampaignListStore } from '../campaigns/campaign-list.store.js';
import { CampaignPreviewService } from '../campaigns/campaign-preview.service.js';
import { CampaignEnding } from '../campaigns/ending.js';
import { CampaignService } from '../campaigns/campaign.service.js';
import { CampaignStore } from '../campaigns/campaign.store.js';
import { findPendingCampaign } from '../campaigns/other-campaigns.store.js';
import { CampaignBulkService } from '../campaigns/campaign-bulk.service.js';
import { ErasureService } from '../delivery/erasure.service.js';
import { ErasureStore } from '../delivery/erasure.store.js';
import { OverviewService } from '../delivery/overview.service.js';
import { OverviewStore } from '../delivery/overview.store.js';
import { RunningWatch } from '../installation/running-watch.js';
import { StandstillStore } from '../installation/standstill.store.js';
import { SampleService } from '../campaigns/sample.service.js';
import { TemplateCheck } from '../campaigns/template-check.js';
import { TestNotificationService } from '../campaigns/test-notification.service.js';
import { projectVersion } from '../config/paths.js';
import type { Settings } from '../config/settings.js';
import type { BotGuard } from '../installation/bot-guard.js';
import { InstallationService } from '../installation/installation.service.js';
import { InstallationStore } from '../installation/installation.store.js';
import { GroupMembersService } from '../people/group-members.service.js';
import { MembershipStore } from '../people/membership.store.js';
import { ParticipantService } from '../people/participants.service.js';
import { ParticipantStore } from '../people/participants.store.js';
import { UserDeliveryStore } from '../delivery/user-deliveries.store.js';
import { PeopleService } from '../people/people.service.js';
import { PeopleListStore } from '../people/people-list.store.js';
import { PeopleStore } from '../people/people.store.js';
import { PollCountStore } from '../people/poll-counts.store.js';
import { GroupService } from '../groups/group.service.js';
import { GroupStore } from '../groups/group.store.js';
import { PollService } from '../polls/poll.service.js';
import { PollStore } from '../polls/poll.store.js';
import { ChatPacing } from '../engine/chat-pacing.js';
import { DeliveryListService } from '../delivery/delivery-list.service.js';
import { DeliveryListStore } from '../delivery/delivery-list.store.js';
import { PollDeletionService } from '../delivery/poll-deletion.service.js';
import { PollDeletionStore } from '../delivery/poll-deletion.store.js';
import { TimelineStore } from '../delivery/timeline.store.js';
import { CompletionStore } from '../people/completions.store.js';
import { RetryService } from '../delivery/retry.service.js';
import { TELEGRAM_MARKUP } from '../telegram/markup.js';
import { DirectTestSender } from '../engine/test-sender.js';
import { DirectSender } from '../engine/direct-sender.js';
import type { JobQueue, MessageSender } from '../engine/ports.js';
import type { OwnBot } from '../delivery/own-bot.js';
import type { RateLimiter } from '../engine/rate-limiter.js';
import { QuestionnaireStore } from '../questionnaire/questionnaire.store.js';
import type { LoaderSources } from './context.js';
import type { ReminderDeps } from './reminders.js';
import type { ResolverDeps } from './resolvers.js';

export interface ServiceDeps {
  settings: Settings;
  dataSource: DataSource;
  audience: AudienceStore;
  queue: JobQueue;
  sender: MessageSender;
  reminders: ReminderDeps;
  limiter: RateLimiter;
  ownBot: OwnBot;
  guard: BotGuard;
  logger: Logger;
}

export interface Services extends Omit<ResolverDeps, 'audit' | 'apiTokens'> {
  /** What loaders read from. */
  sources: LoaderSources;
  campaignLists: CampaignListStore;
}

/** Creates the services of the API. */
export function createServices(deps: ServiceDeps): Services {
  const { settings, dataSource, audience, queue, sender, reminders, limiter, ownBot, guard, logger } = deps;
  const { chunkSize, chunkIntervalMs, sendIntervalMs, messagesPerSecond } = settings;
  const polls = new PollStore(dataSource);
  const people = new PeopleStore(dataSource);
  const deliveryLists = new DeliveryListStore(dataSource);
  const groups = new GroupStore(dataSource);
  const groupService = new GroupService(groups);
  const pollCounts = new PollCountStore(dataSource);
  const participants = new ParticipantStore(dataSource);
  const userDeliveries = new UserDeliveryStore(dataSource);
  const members = new MembershipStore(dataSource);
  const peopleService = new PeopleService(
    people,
    new PeopleListStore(dataSource),
    async (id) => (await findPoll(id)) !== null,
    groupService,
  );
  const campaignLists = new CampaignListStore(dataSource);
  const findPoll = polls.find.bind(polls);
  const { writer } = reminders;
  const defaults = {
    pacing: { chunkSize, chunkIntervalMs, sendIntervalMs },
    messageTemplate: writer.defaultTemplate(),
    messagesPerSecond,
  };
  const questionnaires = new QuestionnaireStore(dataSource);
  const campaignPolls = { find: findPoll, questions: questionnaires.questions.bind(questionnaires) };
  const timelines = new TimelineStore(dataSource);
  const completions = new CompletionStore(dataSource);
  const findUser = people.find.bind(people);
  const findStanding = questionnaires.forReminder.bind(questionnaires);
  const templates = new TemplateCheck(TELEGRAM_MARKUP);
  const campaignStore = new CampaignStore(dataSource);
  const campaigns = new CampaignService(
    campaignStore,
    new CampaignEditStore(dataSource),
    new CancelledStore(dataSource),
    new CampaignEnding(campaignStore, logger),
    campaignPolls,
    queue,
    templates,
    groupService,
    defaults,
  );
  const overviews = new OverviewStore(dataSource);
  const standstills = new StandstillStore(dataSource);
  const installations = new InstallationService(
    new InstallationStore(dataSource),
    () => standstills.findCommon(),
    ownBot,
    { version: projectVersion(), messagesPerSecond, defaultPacing: defaults.pacing },
  );
  return {
    polls: new PollService(polls, groupService, (id) => pollCounts.count(id)),
    people: peopleService,
    participants: new ParticipantService(participants, groupService, (ids) => pollCounts.read(ids)),
    groupMembers: new GroupMembersService(members, groupService, peopleService),
    campaigns,
    previews: new CampaignPreviewService(
      audience,
      campaignPolls,
      (pollId) => findPendingCampaign(dataSource, pollId),
      () => installations.isSandbox(),
      templates,
      new SampleService({ findUser, findStanding }, writer, reminders.view),
      groupService,
      defaults,
    ),
    lists: new CampaignListService(campaignLists),
    deliveries: new DeliveryListService(deliveryLists, userDeliveries),
    retries: new RetryService(campaigns),
    pollDeletions: new PollDeletionService(new PollDeletionStore(dataSource)),
    testNotifications: new TestNotificationService(
      { findCampaign: (id) => campaigns.find(id), findPoll, findUser, findStanding },
      new DirectTestSender(sender, new DirectSender(limiter, new ChatPacing(dataSource, logger)), writer),
      () => guard.problem,
    ),
    installations,
    bulk: new CampaignBulkService(campaigns),
    overviews: new OverviewService(overviews),
    erasures: new ErasureService(new ErasureStore(dataSource)),
    running: new RunningWatch(standstills, logger),
    timeline: timelines.read.bind(timelines),
    completions: completions.overTime.bind(completions),
    messagesPerSecond,
    sources: {
      polls,
      people,
      pollCounts,
      members,
      participants,
      userDeliveries,
      groups,
      campaignLists,
      deliveryLists,
      overviews,
      auditEntries: new AuditStore(dataSource),
      tokens: new ApiTokenStore(dataSource),
    },
    campaignLists,
  };
}
