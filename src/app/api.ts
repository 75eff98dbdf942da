import type { Agenda } from 'agenda';
import type { Logger } from 'pino';
import type { DataSource } from 'typeorm';
import { AuditResolver } from '../access/audit.resolver.js';
import type { AudienceStore } from '../campaigns/audience.store.js';
import { CampaignLifecycleResolver } from '../campaigns/campaign-lifecycle.resolver.js';
import { CampaignListService } from '../campaigns/campaign-list.service.js';
import { CampaignListStore } from '../campaigns/campaign-list.store.js';
import { CampaignResolver } from '../campaigns/campaign.resolver.js';
import { CampaignService } from '../campaigns/campaign.service.js';
import { CampaignStore } from '../campaigns/campaign.store.js';
import { DeliveryResolver } from '../campaigns/delivery.resolver.js';
import { PollCampaignsResolver } from '../campaigns/poll-campaigns.resolver.js';
import { ProgressHub } from '../campaigns/progress-hub.js';
import { ProgressResolver } from '../campaigns/progress.resolver.js';
import { StandstillStore } from '../campaigns/standstill.store.js';
import { TestNotificationService } from '../campaigns/test-notification.service.js';
import type { Settings } from '../config/settings.js';
import { PostgresListener } from '../database/listener.js';
import { createLoaders } from './context.js';
import { logOperation, rootFieldsOf } from '../graphql/operation-report.js';
import { createSchema } from './schema.js';
import type { Operations } from '../http/operations-routes.js';
import { startHttpServer } from '../http/server.js';
import { PeopleResolver } from '../people/people.resolver.js';
import { PeopleService } from '../people/people.service.js';
import { PeopleStore } from '../people/people.store.js';
import { PollResolver, QuestionOptionResolver, QuestionResolver } from '../polls/poll.resolver.js';
import { PollService } from '../polls/poll.service.js';
import { PollStore } from '../polls/poll.store.js';
import { ChatPacing } from '../sending/chat-pacing.js';
import type { MessageSender } from '../sending/outcome.js';
import type { JobQueue } from '../sending/ports.js';
import type { RateLimiter } from '../sending/rate-limiter.js';
import { createAccess } from './access.js';
import { keptAdminToken } from './admin-token.js';

export interface ApiParts {
  settings: Settings;
  databaseUrl: string;
  dataSource: DataSource;
  audience: AudienceStore;
  queue: JobQueue;
  sender: MessageSender;
  limiter: RateLimiter;
  operations: Operations;
  /** The Agenda of the moment, for the page of jobs. */
  agenda: () => Agenda;
  logger: Logger;
}

export interface Api {
  url: string;
  keptAdminToken: string | undefined;
  close: () => Promise<void>;
}

/** Changes of campaigns, announced by the database (see the trigger notification_campaign_changed). */
const CHANGES_CHANNEL = 'campaign_changed';

/** Builds the services and resolvers of the API and serves them. */
export async function startApi(parts: ApiParts): Promise<Api> {
  const { settings, dataSource, audience, queue, logger } = parts;
  const { chunkSize, chunkIntervalMs, sendIntervalMs, messagesPerSecond } = settings;
  const kept = settings.adminToken === undefined ? keptAdminToken(settings.dataDir) : undefined;
  const { adminToken = kept ?? '', viewerToken } = settings;
  const { authenticator, tokenWatch, audit } = createAccess({ adminToken, viewerToken }, dataSource, logger);
  const polls = new PollStore(dataSource);
  const people = new PeopleStore(dataSource);
  const lists = new CampaignListStore(dataSource);
  const listService = new CampaignListService(lists);
  const standstills = new StandstillStore(dataSource);
  const pollService = new PollService(polls);
  const campaigns = new CampaignService(
    new CampaignStore(dataSource),
    audience,
    (id) => polls.find(id),
    queue,
    {
      pacing: { chunkSize, chunkIntervalMs, sendIntervalMs },
      messagesPerSecond,
    },
  );
  const testNotifications = new TestNotificationService(
    {
      findCampaign: (id) => campaigns.find(id),
      findPoll: (id) => polls.find(id),
      findUser: (id) => people.find(id),
    },
    parts.sender,
    parts.limiter,
    new ChatPacing(dataSource),
  );
  const peopleService = new PeopleService(people, async (id) => (await polls.find(id)) !== null);
  const resolvers = new Map<unknown, object>(
    [
      new PollResolver(pollService),
      new QuestionResolver(),
      new QuestionOptionResolver(),
      new PollCampaignsResolver(listService),
      new PeopleResolver(peopleService),
      new CampaignResolver(campaigns, listService, messagesPerSecond),
      new CampaignLifecycleResolver(campaigns, testNotifications),
      new DeliveryResolver(),
      new ProgressResolver(messagesPerSecond),
      new AuditResolver(audit),
    ].map((resolver) => [resolver.constructor, resolver]),
  );

  const hub = new ProgressHub(
    (ids) => lists.findMany(ids),
    (error) => {
      logger.warn({ err: error }, 'progress could not be read');
    },
  );
  const listener = new PostgresListener({
    url: parts.databaseUrl,
    channel: CHANGES_CHANNEL,
    onNotification: (campaignId) => {
      hub.notify(campaignId);
    },
    onConnected: () => {
      hub.notifyAll();
    },
    logger,
  });
  await listener.start();

  const schema = await createSchema({ get: (resolver) => resolvers.get(resolver) });
  const rootFields = rootFieldsOf(schema);
  const { metrics } = parts.operations;
  const operationMetrics = metrics.operations(rootFields);
  const server = await startHttpServer({
    host: settings.host,
    port: settings.port,
    schema,
    knownFields: new Set(rootFields),
    observe: (report) => {
      operationMetrics.observe(report);
      logOperation(report, logger);
    },
    operations: parts.operations,
    agenda: parts.agenda,
    production: settings.production,
    sandboxToken: kept,
    authenticator,
    tokenWatch,
    contextFor: (identity, options) => ({
      identity,
      loaders: createLoaders({ polls, people, audience, standstills }, options),
      audit,
      progress: { campaigns, hub },
    }),
    corsOrigins: settings.corsOrigins,
    trustedProxies: settings.trustedProxies,
    requestRates: {
      perToken: settings.requestsPerMinutePerToken,
      perAddress: settings.requestsPerMinutePerAddress,
    },
    seatLimits: { maxSockets: settings.maxSockets, maxSocketsPerAddress: settings.maxSocketsPerAddress },
    logger,
  });
  metrics.watchClients({ sockets: () => server.sockets(), subscribers: () => hub.watchers() });
  return {
    url: server.url,
    keptAdminToken: kept,
    close: async () => {
      await server.close();
      tokenWatch.close();
      hub.close();
      await listener.close();
    },
  };
}
