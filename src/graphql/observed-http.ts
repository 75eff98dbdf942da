import type { ApolloServerPlugin, GraphQLRequestContext } from '@apollo/server';
import type { OperationContext } from '../graphql-types/context.js';
import { findRootField, type OperationObserver } from './operation-report.js';

function listCodes({ response }: GraphQLRequestContext<OperationContext>): string[] {
  const { body } = response;
  const errors = body?.kind === 'single' ? (body.singleResult.errors ?? []) : [];
  return errors.map(({ extensions }) => String(extensions?.code));
}

/** Reports every operation that arrives over HTTP with a valid token. */
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
            field: findRootField(operation, knownFields),
            durationMs: performance.now() - startedAt,
            errorCodes: listCodes(context),
            token: contextValue.identity.name,
            call: contextValue.call,
          });
          return Promise.resolve();
        },
      });
    },
  };
}
