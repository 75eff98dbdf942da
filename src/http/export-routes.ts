import type { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { Identity } from '../access/identity.js';
import { requestError } from '../graphql/errors.js';
import type { RequestRates } from '../graphql/request-rates.js';
import type { RequestIdentities } from './request-identities.js';

const MAX_BODY_BYTES = 1024;
/** Each reads the database as fast as its client reads: more of them would slow the API down. */
const MAX_AT_ONCE = 8;
/** How long a client may read nothing. */
const STILL_TIMEOUT_MS = 30_000;

/** What writes exports. */
export interface Exports {
  createLink(identity: Identity, kind: unknown, id: unknown): Promise<{ code: string; expiresAt: Date }>;
  open(code: string): Promise<{ name: string; content: Readable } | undefined>;
}

export interface ExportRoutesOptions {
  exports: Exports;
  identities: RequestIdentities;
  rates: RequestRates;
}

/**
 * `POST /exports {"kind": "deliveries", "id": "campaign_1"}` with a token answers `{"path", "expiresAt"}`; `GET` of that path
 * is the file, once, within 60 s: a link in a browser cannot carry a token.
 */
export function addExportRoutes(
  app: FastifyInstance,
  { exports, identities, rates }: ExportRoutesOptions,
): void {
  let open = 0;
  app.route({
    method: 'POST',
    url: '/exports',
    bodyLimit: MAX_BODY_BYTES,
    onRequest: async (request) => {
      await rates.countAddress(request.ip);
      await identities.identify(request);
    },
    handler: async (request, reply) => {
      const { kind, id } = (request.body ?? {}) as { kind?: unknown; id?: unknown };
      const { code, expiresAt } = await exports.createLink(identities.of(request), kind, id);
      return reply
        .code(201)
        .header('cache-control', 'no-store')
        .send({ path: `/exports/${code}`, expiresAt });
    },
  });
  app.route<{ Params: { code: string } }>({
    method: 'GET',
    url: '/exports/:code',
    exposeHeadRoute: false,
    onRequest: (request) => rates.countAddress(request.ip),
    handler: async (request, reply) => {
      if (open >= MAX_AT_ONCE) {
        const message = 'This process writes as many exports as it can: try again later.';
        throw requestError('SERVICE_UNAVAILABLE', message, { status: 503, headers: { 'retry-after': '5' } });
      }
      const file = await exports.open(request.params.code);
      if (!file) {
        const message = 'This address was used, or is older than 60 s: ask for another by POST /exports.';
        throw requestError('NOT_FOUND', message, { status: 404 });
      }
      open += 1;
      const { socket } = request.raw;
      const onStill = () => socket.destroy();
      socket.setTimeout(STILL_TIMEOUT_MS, onStill);
      file.content.once('close', () => {
        open -= 1;
        socket.setTimeout(0).off('timeout', onStill);
      });
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="${file.name}"`)
        .header('cache-control', 'no-store')
        .send(file.content);
    },
  });
}
