import type { FastifyInstance } from 'fastify';
import type { SignIn } from '../access/sign-in.js';
import { requestError } from '../graphql/errors.js';
import type { RequestRates } from '../graphql/request-rates.js';

const MAX_BODY_BYTES = 1024;

/** `POST /session {"code": "..."}` exchanges the code of a sign-in link for a token: `{"token", "role", "expiresAt"}`. */
export function addSignInRoutes(
  app: FastifyInstance,
  { signIn, rates }: { signIn: SignIn; rates: RequestRates },
): void {
  app.route({
    method: 'POST',
    url: '/session',
    bodyLimit: MAX_BODY_BYTES,
    onRequest: (request) => rates.countAddress(request.ip),
    handler: async (request, reply) => {
      const { code } = (request.body ?? {}) as { code?: unknown };
      const signedIn = typeof code === 'string' ? await signIn.exchange(code) : undefined;
      if (signedIn) return reply.header('cache-control', 'no-store').send(signedIn);
      const message =
        'This link has been used, or is older than an hour: restart Pollcast for a new one, or enter an API token.';
      throw requestError('SIGN_IN_LINK_INVALID', message, { status: 401 });
    },
  });
}
