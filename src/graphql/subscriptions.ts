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
import { unauthenticated, type Authenticator, type Identity } from './auth.js';
import type { GraphQLContext } from './context.js';
import { maskError } from './errors.js';

export interface SubscriptionOptions {
  schema: GraphQLSchema;
  production: boolean;
  authenticator: Authenticator;
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

/** Where no token came at all the socket is closed with 4401, where it is not a valid one with 4403. */
function admit({ connectionParams, extra }: Context<Init, Extra>, authenticator: Authenticator): boolean {
  const header = connectionParams?.authorization ?? connectionParams?.Authorization;
  extra.identity = authenticator.identify(header);
  if (header === undefined) extra.socket.close(CloseCode.Unauthorized, 'Unauthorized');
  return extra.identity !== undefined;
}

/** graphql-ws on the same schema, roles and errors as HTTP. */
export function subscriptionServerOptions(options: SubscriptionOptions): ServerOptions<Init, Extra> {
  const { schema, production, authenticator, contextFor, logger } = options;
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
    onConnect: (context) => admit(context, authenticator),
    onSubscribe: (context, _id, payload) => prepare(context, payload),
    onError: (_context, _id, _payload, errors) => errors.map((error) => maskError(error, logger)),
    onNext: (_context, _id, _payload, _args, result) =>
      result.errors ? { ...result, errors: result.errors.map((error) => maskError(error, logger)) } : result,
  };
}
