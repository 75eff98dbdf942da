import type { Agenda } from 'agenda';
import type { Logger } from 'pino';
import type { Settings } from '../config/settings.js';
import { logOperation, listRootFields, type OperationObserver } from '../graphql/operation-report.js';
import { startHttpServer, type HttpServerOptions } from '../http/server.js';
import type { Metrics } from '../metrics/metrics.js';
import { createAccess } from './access.js';
import { keptAdminToken } from './admin-token.js';
import { createLoaders, type GraphQLContext } from './context.js';
import type { Operations } from './operations.js';
import { startProgress } from './progress.js';
import { createResolvers } from './resolvers.js';
import { createSchema } from './schema.js';
import { createServices, type ServiceParts } from './services.js';
import type { Undo } from './undo.js';

export interface ApiParts extends ServiceParts {
  databaseUrl: string;
  operations: Operations;
  /** The Agenda of the moment, for the page of jobs. */
  agenda: () => Agenda;
  logger: Logger;
}

export interface Api {
  url: string;
  keptAdminToken: string | undefined;
  /** A code for the fragment of a link that signs a browser in, once. */
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

function doorsOf(
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
 * @param undo is told how each step is undone, so that nothing is left of those before one that fails
 */
export async function startApi(parts: ApiParts, undo: Undo): Promise<Api> {
  const { settings, dataSource, operations, agenda, logger } = parts;
  const { metrics } = operations;
  const kept = settings.adminToken === undefined ? keptAdminToken(settings.dataDir) : undefined;
  const { adminToken = kept ?? '', viewerToken } = settings;
  const { audit, ...access } = createAccess({ adminToken, viewerToken }, dataSource, logger);
  const services = createServices(parts);
  const { campaigns, sources } = services;
  const hub = await startProgress({ ...parts, ...services }, undo);
  undo.add(() => {
    access.tokenWatch.close();
  });
  const schema = await createSchema(createResolvers({ ...services, audit }));
  // One for all, so that what the subscribers of a campaign ask for in one tick is read once.
  const uncached = createLoaders(sources, { cache: false });
  const rootFields = listRootFields(schema);
  const server = await startHttpServer({
    ...doorsOf(settings),
    ...access,
    schema,
    knownFields: new Set(rootFields),
    observe: observer(metrics, rootFields, logger),
    operations,
    agenda,
    audit,
    contextFor: (identity, { cache }): GraphQLContext => ({
      identity,
      loaders: cache ? createLoaders(sources, { cache }) : uncached,
      audit,
      progress: { campaigns, hub },
    }),
    logger,
  });
  undo.add(() => server.close());
  metrics.watchClients({ sockets: () => server.sockets(), subscribers: () => hub.watchers() });
  return { url: server.url, keptAdminToken: kept, issueSignInCode: () => access.signIn.issueCode() };
}
