import { CloseCode, type Context } from 'graphql-ws';
import type { Extra as SocketExtra } from 'graphql-ws/use/@fastify/websocket';
import type { Logger } from 'pino';
import type { Authenticator } from '../../access/authenticator.js';
import type { Identity } from '../../access/identity.js';
import type { TokenWatch } from '../../access/token-watch.js';
import { isDatabaseAway } from '../../kernel/database-away.js';
import { requestError } from '../../graphql/errors.js';
import type { RequestRates } from '../../graphql/request-rates.js';

/** The socket, and the client's identity once it has connected. */
export interface Extra extends SocketExtra {
  identity?: Identity | undefined;
}
export type Init = Record<string, unknown>;

export interface AdmissionDeps {
  authenticator: Authenticator;
  tokenWatch: TokenWatch;
  logger: Logger;
}

/** WebSocket close code "try again later". */
const TRY_AGAIN_LATER = 1013;

/** Limit per socket. Queries count while they run. */
const MAX_SUBSCRIPTIONS = 100;

/** How long a client has to answer the closing of its socket, in milliseconds. */
const CLOSING_TIME_MS = 1000;

/** Closes a socket whose token is no longer valid. Messages that still arrive have no identity. */
function closeForbidden(extra: Extra): void {
  extra.identity = undefined;
  extra.socket.close(CloseCode.Forbidden, 'Forbidden');
  setTimeout(() => {
    extra.socket.terminate();
  }, CLOSING_TIME_MS).unref();
}

/** Closes the socket with 4401 if it came without a token, with 4403 if the token is not valid. */
export async function admitClient(
  { connectionParams, extra }: Context<Init, Extra>,
  { authenticator, tokenWatch, logger }: AdmissionDeps,
): Promise<boolean> {
  const header = connectionParams?.authorization ?? connectionParams?.Authorization;
  const { socket } = extra;
  try {
    extra.identity = await authenticator.identify(header);
  } catch (error) {
    logger.error({ err: error }, 'a client could not be identified');
    // Clients retry after this code, but not after 4500.
    if (isDatabaseAway(error)) socket.close(TRY_AGAIN_LATER, 'Database unavailable');
    else socket.close(CloseCode.InternalServerError, 'Internal server error');
  }
  if (header === undefined && socket.readyState === socket.OPEN)
    socket.close(CloseCode.Unauthorized, 'Unauthorized');
  if (extra.identity === undefined || socket.readyState !== socket.OPEN) return false;
  socket.once(
    'close',
    tokenWatch.add(extra.identity, () => {
      closeForbidden(extra);
    }),
  );
  return true;
}

/** @throws RATE_LIMITED, TOO_MANY_SUBSCRIPTIONS */
export async function admitOperation(
  { subscriptions, extra }: Context<Init, Extra>,
  token: string,
  rates: RequestRates,
): Promise<void> {
  // Includes the new one.
  if (Object.keys(subscriptions).length > MAX_SUBSCRIPTIONS) {
    const message = `At most ${MAX_SUBSCRIPTIONS} subscriptions on one connection: complete one first.`;
    throw requestError('TOO_MANY_SUBSCRIPTIONS', message);
  }
  await rates.countAddress(extra.request.ip);
  await rates.countToken(token);
}
