import { Kind, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';
import type { Logger } from 'pino';
import type { CallSummary } from '../graphql-types/context.js';

/** The outcome of one operation, or of one failed event of a subscription. */
export interface OperationReport {
  transport: 'http' | 'websocket';
  /** As the client calls it. */
  name: string | undefined;
  type: string | undefined;
  /** The root field, or one of OTHER_FIELDS. */
  field: string;
  /** Undefined for what came after the operation had been reported. */
  durationMs: number | undefined;
  errorCodes: string[];
  /** How the token is called. */
  token: string | undefined;
  call?: CallSummary;
}

export type OperationObserver = (report: OperationReport) => void;

/** Values for operations without exactly one known root field. */
export const OTHER_FIELDS = ['several', 'introspection', 'other'] as const;

const INTROSPECTION = ['__schema', '__type', '__typename'];
const MAX_NAME_LENGTH = 100;

export function listRootFields(schema: GraphQLSchema): string[] {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  return roots.flatMap((root) => Object.keys(root?.getFields() ?? {}));
}

/** Maps any operation to one of a few values, for metrics. @param known the root fields of the schema */
export function findRootField(
  operation: OperationDefinitionNode | undefined,
  known: ReadonlySet<string>,
): string {
  const fields = new Set(
    operation?.selectionSet.selections.map((selection) =>
      selection.kind === Kind.FIELD ? selection.name.value : 'other',
    ),
  );
  if (fields.size > 1) return 'several';
  const [field = 'other'] = fields;
  if (INTROSPECTION.includes(field)) return 'introspection';
  return known.has(field) ? field : 'other';
}

/** The access log: mutations and errors at info, queries at debug. Never variables or the document. */
export function logOperation(
  { name, type, field, transport, durationMs, errorCodes, token, call }: OperationReport,
  logger: Logger,
): void {
  const level = type === 'mutation' || errorCodes.length > 0 ? 'info' : 'debug';
  logger[level](
    {
      transport,
      type,
      field,
      name: name?.slice(0, MAX_NAME_LENGTH),
      token,
      ...call,
      ms: durationMs === undefined ? undefined : Math.round(durationMs * 10) / 10,
      ...(errorCodes.length > 0 && { errorCodes }),
    },
    'operation',
  );
}
