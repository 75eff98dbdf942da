import {
  type DocumentNode,
  getNamedType,
  getNullableType,
  getVariableValues,
  type GraphQLError,
  type GraphQLSchema,
  isCompositeType,
  isListType,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';
// The entry for ES modules would load a second graphql.
import { type ComplexityEstimatorArgs, getComplexity } from 'graphql-query-complexity/cjs';
import { turnedAway } from './errors.js';
import { LIMITS } from './limits.js';

/** What a list of objects without `first` counts for: the questions of a poll, the options of a question. */
const PLAIN_LIST_LENGTH = 10;
/** The whole schema as it is, however much of it is selected. */
const INTROSPECTION_COST = 100;
/** Fields whose value takes a statement that reads many rows. */
const COUNTED_FIELDS: ReadonlySet<string> = new Set([
  'audienceSize',
  'completedCount',
  'answerCount',
  'totalCount',
  'standstill',
]);
/** Selections looked at, fragments expanded at each use: what a document may grow into. */
const MAX_SELECTIONS = 2000;
const TOO_MANY_SELECTIONS = 'Query exceeds the maximum allowed number of nodes.';

/**
 * A field costs 1, and an object what is selected of it; a list multiplies that by its `first`, given or default. A
 * list of objects that takes none counts as 10, but the nodes and edges of a connection are counted by its `first`.
 */
function costOf({ field, args, childComplexity, type }: ComplexityEstimatorArgs): number {
  if (field.name === '__schema' || field.name === '__type') return INTROSPECTION_COST;
  const { first } = args as { first?: unknown };
  // One that cannot be used is refused when the list is read; here it must not lower the cost.
  if (typeof first === 'number') return 1 + Math.max(1, first) * childComplexity;
  const isPlainList =
    isListType(getNullableType(field.type)) &&
    isCompositeType(getNamedType(field.type)) &&
    !type.name.endsWith('Connection');
  return 1 + (isPlainList ? PLAIN_LIST_LENGTH : 1) * childComplexity;
}

/** A list, or what is counted or looked for in large tables, is too much for each event of a subscription. */
function eventCostOf({ field, args }: ComplexityEstimatorArgs): number | undefined {
  const isList = isListType(getNullableType(field.type)) || 'first' in args;
  return isList || COUNTED_FIELDS.has(field.name) ? LIMITS.subscriptionCost : undefined;
}

export interface CostedOperation {
  schema: GraphQLSchema;
  document: DocumentNode;
  operation: OperationDefinitionNode;
  variables: Record<string, unknown> | null | undefined;
}

/** @returns why an operation is not executed, if it costs too much or its cost cannot be told */
export function costProblem(costed: CostedOperation): GraphQLError | undefined {
  const { schema, document, operation } = costed;
  const variables = costed.variables ?? {};
  const { errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variables, {
    maxErrors: LIMITS.errors,
  });
  if (errors) return tooManyErrors(errors);
  try {
    const cost = getComplexity({
      schema,
      query: document,
      operationName: operation.name?.value,
      variables,
      estimators: operation.operation === OperationTypeNode.SUBSCRIPTION ? [eventCostOf, costOf] : [costOf],
      maxQueryNodes: MAX_SELECTIONS,
    });
    const isSubscription = operation.operation === OperationTypeNode.SUBSCRIPTION;
    if (isSubscription && cost > LIMITS.subscriptionCost) return tooCostlyToFollow(cost);
    return cost > LIMITS.cost ? tooCostly(`costs ${cost}, more than ${LIMITS.cost}`) : undefined;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return message === TOO_MANY_SELECTIONS
      ? tooCostly(`selects more than ${MAX_SELECTIONS} fields`)
      : turnedAway('BAD_USER_INPUT', message);
  }
}

/** Nothing is executed when variables cannot be used, and the execution says why. Of very many errors, one is enough. */
function tooManyErrors(errors: readonly GraphQLError[]): GraphQLError | undefined {
  if (errors.length <= LIMITS.errors) return undefined;
  const first = errors[0]?.message ?? '';
  return turnedAway(
    'BAD_USER_INPUT',
    `More than ${LIMITS.errors} values cannot be used. The first: ${first}`,
  );
}

function tooCostlyToFollow(cost: number): GraphQLError {
  const advice = 'ask for lists and counts by a query, when an event says that there is something new.';
  const message = `The subscription costs ${cost} for each event, more than ${LIMITS.subscriptionCost}: ${advice}`;
  return turnedAway('SUBSCRIPTION_TOO_COSTLY', message);
}

function tooCostly(why: string): GraphQLError {
  const advice = 'ask for fewer fields, or for shorter lists with first.';
  return turnedAway('QUERY_TOO_COSTLY', `The operation ${why}: ${advice}`);
}
