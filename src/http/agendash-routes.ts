import { fileURLToPath } from 'node:url';
import type { FastifyHelmetOptions } from '@fastify/helmet';
import fastifyStatic from '@fastify/static';
import type { Agenda } from 'agenda';
import type * as agendash from 'agendash';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { endingBy, type AuditTrail } from '../access/audit-trail.js';
import type { Authenticator } from '../access/authenticator.js';
import { Role, type Identity } from '../access/identity.js';
import type { RequestRates } from '../graphql/request-rates.js';

export interface AgendashOptions {
  /** The Agenda of the moment. */
  agenda: () => Agenda;
  authenticator: Authenticator;
  audit: AuditTrail;
  rates: RequestRates;
}

/** The page loads only its own files; its script sets inline styles. */
const PAGE_RULES: FastifyHelmetOptions = {
  frameguard: { action: 'deny' },
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", 'data:'],
      fontSrc: ["'self'"],
      connectSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
  },
};

/** The entry point of the package imports express, which nothing here needs, so the controller is imported by file. */
async function loadAgendash(): Promise<{ controller: typeof agendash.AgendashController; pages: string }> {
  const entry = import.meta.resolve('agendash');
  const file = new URL('./AgendashController.js', entry).href;
  const { AgendashController } = (await import(file)) as Pick<typeof agendash, 'AgendashController'>;
  return { controller: AgendashController, pages: fileURLToPath(new URL('../public/', entry)) };
}

/** HTTP Basic, which a browser can ask for: any name, and the token as the password. */
function toBearer(header: string | undefined): string | undefined {
  const basic = /^Basic +([\w+/=-]+) *$/i.exec(header ?? '')?.[1];
  if (basic === undefined) return header;
  const decoded = Buffer.from(basic, 'base64').toString('utf8');
  return `Bearer ${decoded.slice(decoded.indexOf(':') + 1)}`;
}

/** Browsers attach the password to what another site posts as well, but they name that site. */
function comesFromElsewhere({ headers }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin';
  const { origin, host } = headers;
  return origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== host);
}

function refuse(reply: FastifyReply, status: number, error: string): FastifyReply {
  return reply.code(status).send({ error });
}

/** Admits ADMIN only. @returns a function that gives the identity of an admitted request */
function addGuard(
  app: FastifyInstance,
  { authenticator, rates }: AgendashOptions,
): (request: FastifyRequest) => Identity {
  const identities = new WeakMap<FastifyRequest, Identity>();
  app.addHook('onRoute', (route) => {
    // As helmet's own option of a route, which it reads before this is called.
    route.config = { ...route.config, helmet: PAGE_RULES };
  });
  app.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store');
    await rates.countAddress(request.ip);
    const identity = await authenticator.identify(toBearer(request.headers.authorization));
    if (!identity) {
      reply.header('www-authenticate', 'Basic realm="Pollcast jobs", charset="UTF-8"');
      return refuse(reply, 401, 'Give a token as the password, with any user name.');
    }
    if (identity.role !== Role.ADMIN) return refuse(reply, 403, 'This needs a token with the role ADMIN.');
    if (request.method !== 'GET' && comesFromElsewhere(request))
      return refuse(reply, 403, 'A page of another site may not do that.');
    identities.set(request, identity);
    return undefined;
  });
  return (request) => {
    const identity = identities.get(request);
    if (!identity) throw new Error('Nobody gets here without a token.');
    return identity;
  };
}

interface JobsQuery {
  job?: string;
  state?: string;
  q?: string;
  skip: number;
  limit: number;
}

const TEXT = { type: 'string', maxLength: 200, pattern: '^[^\\u0000]*$' };
const JOBS_QUERY = {
  type: 'object',
  properties: {
    job: TEXT,
    state: TEXT,
    q: TEXT,
    skip: { type: 'integer', minimum: 0, maximum: 1_000_000_000, default: 0 },
    limit: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
  },
};

/** Ids of jobs are UUIDs in PostgreSQL and 24 digits in MongoDB. */
const REQUEUE_BODY = {
  type: 'object',
  required: ['jobIds'],
  properties: {
    jobIds: {
      type: 'array',
      maxItems: 200,
      items: { type: 'string', pattern: '^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{24})$' },
    },
  },
};

/**
 * Agendash at /jobs, for ADMIN only. Reading and requeueing jobs is harmless, since no job decides who gets a message
 * (docs/adr/0002). Everything else is refused.
 */
export async function addAgendashRoutes(root: FastifyInstance, options: AgendashOptions): Promise<void> {
  const { controller: Controller, pages } = await loadAgendash();
  const controller = () => new Controller(options.agenda());
  // The page links to its files by relative paths.
  root.get('/jobs', (_request, reply) => reply.redirect('/jobs/'));
  await root.register(
    async (app) => {
      const identityOf = addGuard(app, options);
      await app.register(fastifyStatic, { root: pages, cacheControl: false });
      app.get<{ Querystring: JobsQuery }>('/api', { schema: { querystring: JOBS_QUERY } }, ({ query }) => {
        const { job, state, q, skip, limit } = query;
        return controller().getJobs({ name: job, state, search: q, skip, limit });
      });
      app.get('/api/stats', () => controller().getStats());
      // An open stream would keep the process from stopping. The page polls instead.
      app.get('/api/events', (_request, reply) => refuse(reply, 501, 'Events are not pushed.'));
      app.post<{ Body: { jobIds: string[] } }>(
        '/api/jobs/requeue',
        { schema: { body: REQUEUE_BODY } },
        (request) => {
          const { jobIds } = request.body;
          const subject = { campaignId: null, pollId: null, detail: `jobs: ${jobIds.length}` };
          const call = { identity: identityOf(request), action: 'requeueJobs', ...subject };
          return options.audit.record(
            call,
            () => controller().requeueJobs(jobIds),
            () => endingBy(undefined),
          );
        },
      );
      app.all('/api/*', (_request, reply) => refuse(reply, 403, 'Jobs can only be read and requeued.'));
    },
    { prefix: '/jobs' },
  );
}
