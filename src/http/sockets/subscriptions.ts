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
import type { Authenticator } from '../../access/authenticator.js';
import type { TokenWatch } from '../../access/token-watch.js';
import { unauthenticated, type Identity } from '../../access/identity.js';
import type { OperationContext } from '../../graphql/context.js';
import { costProblem } from '../../graphql/cost.js';
import { maskError, turnedAway } from '../../graphql/errors.js';
import { LIMIT_RULES, LIMITS, PARSE_OPTIONS } from '../../graphql/limits.js';
import type { RequestRates } from '../../graphql/request-rates.js';

export interface SubscriptionOptions {
  schema: GraphQLSchema;
  production: boolean;
  authenticator: Authenticator;
  tokenWatch: TokenWatch;
  contextFor: (identity: Identity) => OperationContext;
  rates: RequestRates;
  logger: Logger;
}

/** Beside the socket: what the client has shown of itself when it connected. */
interface Extra extends SocketExtra {
  identity?: Identity | undefined;
}
type Init = Record<string, unknown>;

/** Of one socket at a time; queries count while they run. */
const MAX_SUBSCRIPTIONS = 100;
/** How long a client may take to say who it is; then the socket is closed with 4408. */
const INIT_TIMEOUT_MS = 3000;

const RULES = [...specifiedRules, ...LIMIT_RULES];

/** Gives errors that come without a code this one. */
function codedErrors(errors: readonly GraphQLError[], code: string): GraphQLError[] {
  return errors.map(({ message, nodes, source, positions, extensions }) => {
    return new GraphQLError(message, { nodes, source, positions, extensions: { code, ...extensions } });
  });
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

/** graphql-ws on the same schema, roles, limits and errors as HTTP. */
export function subscriptionServerOptions(options: SubscriptionOptions): ServerOptions<Init, Extra> {
  const { schema, production, contextFor, rates, logger } = options;
  const hints = { hideSuggestions: production };

  /** @throws RATE_LIMITED, TOO_MANY_SUBSCRIPTIONS */
  async function admitOperation({ subscriptions, extra }: Context<Init, Extra>, name: string): Promise<void> {
    // The one that asks is among them already.
    if (Object.keys(subscriptions).length > MAX_SUBSCRIPTIONS) {
      const message = `At most ${MAX_SUBSCRIPTIONS} subscriptions on one connection: complete one first.`;
      throw turnedAway('TOO_MANY_SUBSCRIPTIONS', message);
    }
    await rates.countAddress(extra.request.ip);
    await rates.countToken(name);
  }

  function prepare(identity: Identity, payload: SubscribePayload): ExecutionArgs | GraphQLError[] {
    let document;
    try {
      document = parse(payload.query, PARSE_OPTIONS);
    } catch (error) {
      return codedErrors([error as GraphQLError], 'GRAPHQL_PARSE_FAILED');
    }
    const invalid = validate(schema, document, RULES, { ...hints, maxErrors: LIMITS.errors });
    if (invalid.length > 0) return codedErrors(invalid, 'GRAPHQL_VALIDATION_FAILED');
    const operation = getOperationAST(document, payload.operationName);
    if (!operation) {
      const error = new GraphQLError('Name one of the operations of the document.');
      return codedErrors([error], 'OPERATION_RESOLUTION_FAILURE');
    }
    const problem = costProblem({ schema, document, operation, variables: payload.variables });
    if (problem) return [problem];
    return {
      ...hints,
      schema,
      document,
      operationName: payload.operationName,
      variableValues: payload.variables,
      contextValue: contextFor(identity),
    };
  }

  async function onSubscribe(
    context: Context<Init, Extra>,
    payload: SubscribePayload,
  ): Promise<ExecutionArgs | GraphQLError[]> {
    const { identity } = context.extra;
    if (identity === undefined) return [unauthenticated()];
    try {
      await admitOperation(context, identity.name);
    } catch (error) {
      if (error instanceof GraphQLError) return [error];
      throw error;
    }
    return prepare(identity, payload);
  }

  return {
    schema,
    connectionInitWaitTimeout: INIT_TIMEOUT_MS,
    onConnect: (context) => admit(context, options),
    onSubscribe: (context, _id, payload) => onSubscribe(context, payload),
    onError: (_context, _id, _payload, errors) => errors.map((error) => maskError(error, logger)),
    onNext: (_context, _id, _payload, _args, result) =>
      result.errors ? { ...result, errors: result.errors.map((error) => maskError(error, logger)) } : result,
  };
}
