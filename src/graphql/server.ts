import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { GraphQLError, type GraphQLFormattedError, type GraphQLSchema, OperationTypeNode } from 'graphql';
import type { Logger } from 'pino';
import type { OperationContext } from '../graphql-types/context.js';
import { costProblem } from './cost.js';
import { maskError, requestError } from './errors.js';
import { LIMIT_RULES, LIMITS, PARSE_OPTIONS } from './limits.js';

export interface GraphQLServerOptions {
  schema: GraphQLSchema;
  production: boolean;
  plugins: ApolloServerPlugin<OperationContext>[];
  logger: Logger;
}

/** Creates an Apollo Server without starting it. */
export function createGraphQLServer(options: GraphQLServerOptions): ApolloServer<OperationContext> {
  const { schema, production, plugins, logger } = options;
  return new ApolloServer<OperationContext>({
    schema,
    introspection: true,
    // A browser never attaches a bearer token by itself. Basic is refused before, and cookies do not count.
    csrfPrevention: {
      requestHeaders: ['authorization', 'apollo-require-preflight', 'x-apollo-operation-name'],
    },
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    parseOptions: PARSE_OPTIONS,
    validationRules: [...LIMIT_RULES],
    validationOptions: { maxErrors: LIMITS.errors },
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: production,
    stopOnTerminationSignals: false,
    logger: logger.child({ part: 'apollo' }),
    formatError: (_formatted, error) => {
      const raised =
        error instanceof GraphQLError ? error : new GraphQLError('', { originalError: asError(error) });
      const told = maskError(raised, logger);
      return production ? withoutHint(told) : told;
    },
    plugins: [...plugins, costLimit(schema), unavailableStatus(), ApolloServerPluginLandingPageDisabled()],
  });
}

function needsSocket(): GraphQLError {
  const message = 'Subscribe over a WebSocket to the same address, by the protocol graphql-transport-ws.';
  return requestError('SUBSCRIPTION_NEEDS_WEBSOCKET', message);
}

/** Refuses subscriptions, and operations that cost too much, before they are executed. */
function costLimit(schema: GraphQLSchema): ApolloServerPlugin<OperationContext> {
  return {
    requestDidStart: () =>
      Promise.resolve({
        didResolveOperation: ({ document, operation, request: { variables } }) => {
          if (operation?.operation === OperationTypeNode.SUBSCRIPTION) return Promise.reject(needsSocket());
          const problem = operation ? costProblem({ schema, document, operation, variables }) : undefined;
          return problem ? Promise.reject(problem) : Promise.resolve();
        },
      }),
  };
}

/** Answers 503 while the database cannot be reached, so that proxies and clients know that they may retry. */
function unavailableStatus(): ApolloServerPlugin<OperationContext> {
  const isAway = ({ extensions }: GraphQLFormattedError) => extensions?.code === 'DATABASE_UNAVAILABLE';
  return {
    requestDidStart: () =>
      Promise.resolve({
        willSendResponse: ({ response: { body, http } }) => {
          if (body.kind === 'single' && body.singleResult.errors?.some(isAway)) {
            http.status = 503;
            http.headers.set('retry-after', '1');
          }
          return Promise.resolve();
        },
      }),
  };
}

/** Apollo hides graphql's suggestions about documents, but not those about variables. */
function withoutHint(error: GraphQLFormattedError): GraphQLFormattedError {
  const { message } = error;
  const hint = message.endsWith('?') ? message.lastIndexOf('Did you mean ') : -1;
  return hint < 0 ? error : { ...error, message: message.slice(0, hint).trimEnd() };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
