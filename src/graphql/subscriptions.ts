import {
  type ExecutionArgs,
  getOperationAST,
  GraphQLError,
  type GraphQLSchema,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { CloseCode, type Context, type ServerOptions, type SubscribePayload } from 'graphql-ws';
import type { Extra as SocketExtra } from 'graphql-ws/use/@fastify/websocket';
import type { Logger } from 'pino';
import type { Authenticator } from '../access/authenticator.js';
import type { TokenWatch } from '../access/token-watch.js';
import { unauthenticated, type Identity } from './auth.js';
import type { GraphQLContext } from './context.js';
import { maskError } from './errors.js';

export interface SubscriptionOptions {
  schema: GraphQLSchema;
  production: boolean;
  authenticator: Authenticator;
  tokenWatch: TokenWatch;
  contextFor: (identity: Identity) => GraphQLContext;
  logger: Logger;
}

/** Beside the socket: what the client has shown of itself when it connected. */
interface Extra extends SocketExtra {
  identity?: Identity | undefined;
}
type Init = Record<string, unknown>;

function codedErrors(errors: readonly GraphQLError[], code: string): GraphQLError[] {
  return errors.map(
    (error) =>
      new GraphQLError(error.message, { nodes: error.nodes, source: error.source, extensions: { code } }),
  );
}

/** How long a client has to answer the closing of its socket, in milliseconds. */
const CLOSING_TIME_MS = 1000;

/** What still comes in while the socket closes is from nobody, and a client that does not answer is cut off. */
function shutOut(extra: Extra): void {
  extra.identity = undefined;
  extra.socket.close(CloseCode.Forbidden, 'Forbidden');
  setTimeout(() => {
    extra.socket.terminate();
  }, CLOSING_TIME_MS).unref();
}

/** Where no token came at all the socket is closed with 4401, where it is not a valid one with 4403. */
async function admit(
  { connectionParams, extra }: Context<Init, Extra>,
  { authenticator, tokenWatch, logger }: SubscriptionOptions,
): Promise<boolean> {
  const header = connectionParams?.authorization ?? connectionParams?.Authorization;
  const { socket } = extra;
  try {
    extra.identity = await authenticator.identify(header);
  } catch (error) {
    logger.error({ err: error }, 'a client could not be let in');
    socket.close(CloseCode.InternalServerError, 'Internal server error');
  }
  if (header === undefined) socket.close(CloseCode.Unauthorized, 'Unauthorized');
  if (extra.identity === undefined || socket.readyState !== socket.OPEN) return false;
  socket.once(
    'close',
    tokenWatch.add(extra.identity, () => {
      shutOut(extra);
    }),
  );
  return true;
}

/** graphql-ws on the same schema, roles and errors as HTTP. */
export function subscriptionServerOptions(options: SubscriptionOptions): ServerOptions<Init, Extra> {
  const { schema, production, contextFor, logger } = options;
  const hints = { hideSuggestions: production };

  function prepare(context: Context<Init, Extra>, payload: SubscribePayload): ExecutionArgs | GraphQLError[] {
    const { identity } = context.extra;
    if (identity === undefined) return [unauthenticated()];
    let document;
    try {
      document = parse(payload.query);
    } catch (error) {
      return codedErrors([error as GraphQLError], 'GRAPHQL_PARSE_FAILED');
    }
    const invalid = validate(schema, document, specifiedRules, hints);
    if (invalid.length > 0) return codedErrors(invalid, 'GRAPHQL_VALIDATION_FAILED');
    if (!getOperationAST(document, payload.operationName)) {
      const error = new GraphQLError('Name one of the operations of the document.');
      return codedErrors([error], 'OPERATION_RESOLUTION_FAILURE');
    }
    return {
      ...hints,
      schema,
      document,
      operationName: payload.operationName,
      variableValues: payload.variables,
      contextValue: contextFor(identity),
    };
  }

  return {
    schema,
    onConnect: (context) => admit(context, options),
    onSubscribe: (context, _id, payload) => prepare(context, payload),
    onError: (_context, _id, _payload, errors) => errors.map((error) => maskError(error, logger)),
    onNext: (_context, _id, _payload, _args, result) =>
      result.errors ? { ...result, errors: result.errors.map((error) => maskError(error, logger)) } : result,
  };
}
