import type { ApolloServerPlugin, GraphQLRequestContext } from '@apollo/server';
import type { OperationContext } from '../graphql-types/context.js';
import { fieldOf, type OperationObserver } from './operation-report.js';

function codesOf({ response }: GraphQLRequestContext<OperationContext>): string[] {
  const { body } = response;
  const errors = body?.kind === 'single' ? (body.singleResult.errors ?? []) : [];
  return errors.map(({ extensions }) => String(extensions?.code));
}

/** Tells the observer of every operation that comes over HTTP with a valid token. */
export function observeHttp(
  knownFields: ReadonlySet<string>,
  observe: OperationObserver,
): ApolloServerPlugin<OperationContext> {
  return {
    requestDidStart: () => {
      const startedAt = performance.now();
      return Promise.resolve({
        willSendResponse: (context) => {
          const { operation, request, contextValue } = context;
          observe({
            transport: 'http',
            name: operation?.name?.value ?? request.operationName,
            type: operation?.operation,
            field: fieldOf(operation, knownFields),
            durationMs: performance.now() - startedAt,
            errorCodes: codesOf(context),
            token: contextValue.identity.name,
            call: contextValue.call,
          });
          return Promise.resolve();
        },
      });
    },
  };
}
