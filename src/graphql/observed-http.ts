import type { ApolloServerPlugin, GraphQLRequestContext } from '@apollo/server';
import { GraphQLError } from 'graphql';
import type { OperationContext } from './context.js';
import { publicCodeOf } from './errors.js';
import { fieldOf, type OperationObserver } from './operation-report.js';

function codesOf({ response }: GraphQLRequestContext<OperationContext>): string[] {
  const { body } = response;
  const errors = body?.kind === 'single' ? (body.singleResult.errors ?? []) : [];
  return errors.map(({ extensions }) => String(extensions?.code));
}

/** Tells the observer of every operation that comes over HTTP, also of those that are turned away. */
export function observeHttp(
  knownFields: ReadonlySet<string>,
  observe: OperationObserver,
): ApolloServerPlugin<OperationContext> {
  return {
    contextCreationDidFail: ({ error }) => {
      const errorCodes = [error instanceof GraphQLError ? publicCodeOf(error) : 'INTERNAL_SERVER_ERROR'];
      const unknown = { name: undefined, type: undefined, token: undefined, durationMs: undefined };
      observe({ ...unknown, transport: 'http', field: 'other', errorCodes });
      return Promise.resolve();
    },
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
          });
          return Promise.resolve();
        },
      });
    },
  };
}
