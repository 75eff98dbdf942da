import type { Agenda } from 'agenda';
import type { Logger } from 'pino';
import type { Settings } from '../config/settings.js';
import { logOperation, listRootFields, type OperationObserver } from '../graphql/operation-report.js';
import { Disguise } from '../access/disguise.js';
import { Role } from '../access/identity.js';
import { loadSigningKey } from '../questionnaire/signing-key.store.js';
import { ExportService } from '../exports/export.service.js';
import { UserDeliveryStore } from '../delivery/user-deliveries.store.js';
import { ParticipantStore } from '../people/participants.store.js';
import { ExportStore } from '../exports/export.store.js';
import { startHttpServer, type HttpServerOptions } from '../http/server.js';
import type { Metrics } from '../metrics/metrics.js';
import { createAccess } from './access.js';
import type { ConnectedDatabase } from './database.js';
import { readGeneratedAdminToken } from './admin-token.js';
import { createLoaders, type GraphQLContext } from './context.js';
import type { Ops } from './ops.js';
import { startProgress } from './progress.js';
import { createResolvers } from './resolvers.js';
import { createSchema } from './schema.js';
import { createServices, type ServiceDeps } from './services.js';
import type { WebhookDoor } from '../telegram/webhook-door.js';
import type { ShutdownStack } from './shutdown-stack.js';

export interface ApiDeps extends ServiceDeps {
  database: Pick<ConnectedDatabase, 'listener'>;
  ops: Ops;
  /** In a process that runs the bot with a webhook. */
  webhook: WebhookDoor | undefined;
  /** The current Agenda, for Agendash. */
  agenda: () => Agenda;
  logger: Logger;
}

export interface Api {
  url: string;
  generatedAdminToken: string | undefined;
  /** Issues a one-time code for a sign-in link. */
  issueSignInCode: () => string;
}

/** Counts operations, and writes the access log. */
function observer(metrics: Metrics, rootFields: readonly string[], logger: Logger): OperationObserver {
  const counted = metrics.operations(rootFields);
  return (report) => {
    counted.observe(report);
    logOperation(report, logger);
  };
}

function httpOptions(
  settings: Settings,
): Pick<
  HttpServerOptions,
  'host' | 'port' | 'production' | 'corsOrigins' | 'trustedProxies' | 'requestRates' | 'seatLimits'
> {
  const { host, port, production, corsOrigins, trustedProxies, maxSockets, maxSocketsPerAddress } = settings;
  return {
    host,
    port,
    production,
    corsOrigins,
    trustedProxies,
    requestRates: {
      perToken: settings.requestsPerMinutePerToken,
      perAddress: settings.requestsPerMinutePerAddress,
    },
    seatLimits: { maxSockets, maxSocketsPerAddress },
  };
}

/**
 * Builds the services and resolvers of the API and serves them.
 * @param shutdown gets a step for everything that was started, also if a later start fails
 */
export async function startApi(deps: ApiDeps, shutdown: ShutdownStack): Promise<Api> {
  const { settings, dataSource, ops, agenda, logger } = deps;
  const { metrics } = ops;
  const generated = settings.adminToken === undefined ? readGeneratedAdminToken(settings.dataDir) : undefined;
  const { adminToken = generated ?? '', viewerToken } = settings;
  const { audit, apiTokens, ...access } = createAccess({ adminToken, viewerToken }, dataSource, logger);
  const services = createServices(deps);
  const { campaigns, sources } = services;
  const { hub, changes } = await startProgress({ ...services, ...deps.database, logger }, shutdown);
  shutdown.add(() => {
    access.tokenWatch.close();
  });
  services.running.start();
  shutdown.add(() => services.running.stop());
  const schema = await createSchema(createResolvers({ ...services, audit, apiTokens }));
  // Shared by all subscribers, so that each value is read once per tick.
  const uncached = createLoaders(sources, { cache: false });
  const disguise = settings.viewerSeesPeople ? undefined : new Disguise(await loadSigningKey(dataSource));
  const rootFields = listRootFields(schema);
  const server = await startHttpServer({
    ...httpOptions(settings),
    ...access,
    schema,
    knownFields: new Set(rootFields),
    observe: observer(metrics, rootFields, logger),
    ops,
    webhook: deps.webhook,
    agenda,
    audit,
    exports: new ExportService(
      new ExportStore(dataSource, new ParticipantStore(dataSource), new UserDeliveryStore(dataSource)),
      audit,
      settings.viewerSeesPeople,
    ),
    contextFor: (identity, { cache }): GraphQLContext => ({
      identity,
      disguise: identity.role === Role.VIEWER ? disguise : undefined,
      loaders: cache ? createLoaders(sources, { cache }) : uncached,
      audit,
      progress: { campaigns, hub },
      changes,
    }),
    logger,
  });
  shutdown.add(() => server.close());
  metrics.watchClients({
    sockets: () => server.sockets(),
    subscribers: () => hub.watchers() + changes.size(),
  });
  return {
    url: server.url,
    generatedAdminToken: generated,
    issueSignInCode: () => access.signIn.issueCode(),
  };
}
