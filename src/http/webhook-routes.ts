import type { FastifyInstance } from 'fastify';

/** What takes Telegram's deliveries. */
export interface WebhookInbox {
  isSecret(given: unknown): boolean;
  receive(body: unknown): Promise<'taken' | 'later' | 'unreadable'>;
}

const PATH = '/telegram';
const SECRET_HEADER = 'x-telegram-bot-api-secret-token';

function failure(code: string, message: string): object {
  return { errors: [{ message, extensions: { code } }] };
}

/**
 * Where Telegram delivers updates. The status says whether an update may be forgotten: 200 only when its effect is in the
 * database.
 */
export function addWebhookRoutes(app: FastifyInstance, inbox: WebhookInbox): void {
  app.post(PATH, {
    // Before the body is read.
    onRequest: async (request, reply) => {
      if (inbox.isSecret(request.headers[SECRET_HEADER])) return;
      await reply.code(401).send(failure('UNAUTHENTICATED', 'Only Telegram may deliver updates.'));
    },
    handler: async ({ body }, reply) => {
      const receipt = await inbox.receive(body);
      if (receipt === 'taken') return {};
      if (receipt === 'unreadable')
        return reply.code(400).send(failure('BAD_REQUEST', 'The body must be an update with an update_id.'));
      return reply
        .code(503)
        .header('retry-after', '1')
        .send(failure('SERVICE_UNAVAILABLE', 'The update cannot be handled now: deliver it again.'));
    },
  });
}
