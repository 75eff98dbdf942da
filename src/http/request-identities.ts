import type { FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import type { Authenticator } from '../access/authenticator.js';
import type { Identity } from '../access/identity.js';
import { isDatabaseAway } from '../kernel/database-away.js';
import { databaseUnavailable, toPublicCode, unauthenticated } from '../graphql/errors.js';
import type { OperationObserver } from '../graphql/operation-report.js';
import type { RequestRates } from '../graphql/request-rates.js';

/** The report of a request that is refused before its operation is known. */
const REFUSED = {
  transport: 'http',
  field: 'other',
  name: undefined,
  type: undefined,
  token: undefined,
  durationMs: undefined,
} as const;

/** Identifies the sender of each request before its body is read. */
export class RequestIdentities {
  private readonly known = new WeakMap<FastifyRequest, Identity>();

  constructor(
    private readonly options: {
      authenticator: Authenticator;
      rates: RequestRates;
      /** Called for each refused request. */
      observe: OperationObserver;
    },
  ) {}

  /** @throws UNAUTHENTICATED, RATE_LIMITED, DATABASE_UNAVAILABLE */
  async identify(request: FastifyRequest): Promise<void> {
    const { authenticator, rates, observe } = this.options;
    try {
      const identity = await authenticator.identify(request.headers.authorization);
      if (identity === undefined) throw unauthenticated();
      await rates.countToken(identity.name);
      this.known.set(request, identity);
    } catch (error) {
      const reported = isDatabaseAway(error) ? databaseUnavailable() : error;
      const errorCodes = [
        reported instanceof GraphQLError ? toPublicCode(reported) : 'INTERNAL_SERVER_ERROR',
      ];
      observe({ ...REFUSED, errorCodes });
      throw reported;
    }
  }

  of(request: FastifyRequest): Identity {
    const identity = this.known.get(request);
    if (!identity) throw unauthenticated();
    return identity;
  }
}
