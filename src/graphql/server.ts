import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { GraphQLError, type GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import type { GraphQLContext } from './context.js';
import { maskError } from './errors.js';
import { sandboxPage } from './sandbox-page.js';

export interface GraphQLServerOptions {
  schema: GraphQLSchema;
  production: boolean;
  /** The token that the Sandbox page is to be filled in with, where that is safe. */
  sandboxToken: string | undefined;
  plugins: ApolloServerPlugin<GraphQLContext>[];
  logger: Logger;
}

/** Apollo Server, not started yet. */
export function createGraphQLServer(options: GraphQLServerOptions): ApolloServer<GraphQLContext> {
  const { schema, production, sandboxToken, plugins, logger } = options;
  return new ApolloServer<GraphQLContext>({
    schema,
    introspection: true,
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: production,
    stopOnTerminationSignals: false,
    logger: logger.child({ part: 'apollo' }),
    formatError: (_formatted, error) =>
      maskError(
        error instanceof GraphQLError ? error : new GraphQLError('', { originalError: asError(error) }),
        logger,
      ),
    plugins: [...plugins, production ? ApolloServerPluginLandingPageDisabled() : sandboxPage(sandboxToken)],
  });
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
