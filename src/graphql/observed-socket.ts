import { execute, getOperationAST, subscribe, type ExecutionArgs, type GraphQLError } from 'graphql';
import type { Context, ServerOptions } from 'graphql-ws';
import type { Extra } from 'graphql-ws/use/@fastify/websocket';
import { withLogFields, type LogFields } from '../config/log-context.js';
import type { OperationContext } from '../graphql-types/context.js';
import { toPublicCode } from './errors.js';
import { findRootField, type OperationObserver, type OperationReport } from './operation-report.js';

type Init = Record<string, unknown>;

/** An operation that was admitted. */
interface Started {
  at: number;
  fields: LogFields;
  report: Omit<OperationReport, 'durationMs' | 'errorCodes'>;
  /** Whether further results follow after the operation was reported. */
  goesOn: boolean;
}

/** The id of a socket is that of the request that opened it. */
function describeSocket({ extra }: Context<Init, Extra>, operationId?: string): LogFields {
  return { socketId: extra.request.id, ...(operationId !== undefined && { operationId }) };
}

function createReport(args: ExecutionArgs, knownFields: ReadonlySet<string>): Started['report'] {
  const operation = getOperationAST(args.document, args.operationName) ?? undefined;
  return {
    transport: 'websocket',
    name: operation?.name?.value,
    type: operation?.operation,
    field: findRootField(operation, knownFields),
    token: (args.contextValue as OperationContext).identity.name,
  };
}

const REFUSED = {
  transport: 'websocket',
  name: undefined,
  type: undefined,
  field: 'other',
  token: undefined,
} as const;

function listErrors(result: unknown): readonly GraphQLError[] {
  return (result as { errors?: readonly GraphQLError[] }).errors ?? [];
}

/**
 * Extends options of graphql-ws: operations are reported to the observer, and log lines carry the ids of socket and
 * operation.
 */
export function observeSocket<E extends Extra>(
  options: ServerOptions<Init, E>,
  knownFields: ReadonlySet<string>,
  observe: OperationObserver,
): ServerOptions<Init, E> {
  const started = new WeakMap<object, Started>();

  function withFields<T>(args: ExecutionArgs, work: () => T): T {
    const fields = started.get(args)?.fields;
    return fields ? withLogFields(fields, work) : work();
  }

  return {
    ...options,
    execute: (args: ExecutionArgs) => withFields(args, () => execute(args)),
    subscribe: (args: ExecutionArgs) => withFields(args, () => subscribe(args)),
    onConnect: (context) => withLogFields(describeSocket(context), () => options.onConnect?.(context)),
    onSubscribe: async (context, id, payload) => {
      const at = performance.now();
      const fields = describeSocket(context, id);
      return withLogFields(fields, async () => {
        const prepared = await options.onSubscribe?.(context, id, payload);
        if (prepared && !('document' in prepared)) {
          const errorCodes = prepared.map(toPublicCode);
          observe({ ...REFUSED, durationMs: performance.now() - at, errorCodes });
        } else if (prepared) {
          started.set(prepared, { at, fields, report: createReport(prepared, knownFields), goesOn: false });
        }
        return prepared;
      });
    },
    onOperation: (context, id, payload, args, result) =>
      withFields(args, () => {
        const operation = started.get(args);
        const errorCodes = listErrors(result).map(toPublicCode);
        if (operation) {
          operation.goesOn = Symbol.asyncIterator in result;
          const { call } = args.contextValue as OperationContext;
          observe({ ...operation.report, call, durationMs: performance.now() - operation.at, errorCodes });
        }
        return options.onOperation?.(context, id, payload, args, result);
      }),
    onNext: (context, id, payload, args, result) =>
      withFields(args, () => {
        const operation = started.get(args);
        const errorCodes = listErrors(result).map(toPublicCode);
        if (operation?.goesOn === true && errorCodes.length > 0)
          observe({ ...operation.report, durationMs: undefined, errorCodes });
        return options.onNext?.(context, id, payload, args, result);
      }),
    onError: (context, id, payload, errors) =>
      withLogFields(describeSocket(context, id), () => options.onError?.(context, id, payload, errors)),
  };
}
