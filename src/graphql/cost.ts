import {
  type DocumentNode,
  type FragmentDefinitionNode,
  getNamedType,
  getNullableType,
  getVariableValues,
  type GraphQLField,
  type GraphQLError,
  type GraphQLSchema,
  isCompositeType,
  isListType,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionSetNode,
} from 'graphql';
// The ESM entry would load a second copy of graphql.
import { type ComplexityEstimatorArgs, getComplexity } from 'graphql-query-complexity/cjs';
import type { CountCost } from '../graphql-types/cost.js';
import { PAGE_SIZE } from '../kernel/pages.js';
import { requestError } from './errors.js';
import { LIMITS } from './limits.js';

/** Assumed length of a list without pages, such as the questions of a poll. */
const PLAIN_LIST_LENGTH = 10;
/** Flat cost of introspection, however much of the schema is selected. */
const INTROSPECTION_COST = 100;
/** Fields that need a statement which reads many rows. */
const COUNTED_FIELDS: ReadonlySet<string> = new Set([
  'audienceSize',
  'completedCount',
  'participantCount',
  'startedCount',
  'memberCount',
  'reachableCount',
  'answerCount',
  'totalCount',
]);
/** Limit of selections after every fragment is expanded where it is used. */
const MAX_SELECTIONS = 2000;
const TOO_MANY_SELECTIONS = 'Query exceeds the maximum allowed number of nodes.';

function isConnection({ type }: GraphQLField<unknown, unknown>): boolean {
  return getNamedType(type).name.endsWith('Connection');
}

/** An invalid length is refused when the list is read. Here it must not lower the cost. */
function pageSize(field: GraphQLField<unknown, unknown>, args: Readonly<Record<string, unknown>>): number {
  const given = [args.first, args.last].filter((size) => typeof size === 'number');
  return given.length > 0
    ? Math.max(1, ...given)
    : ((field.extensions.pageSize as number | undefined) ?? PAGE_SIZE);
}

/** Whether a connection has to count what its filter leaves, given that its length is asked for. */
function filters({ knownBy }: CountCost, { filter }: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(filter ?? {}).some(([name, value]) => value != null && !knownBy.includes(name));
}

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

/** @param seen fragments that were looked at, since one may be used very often */
function selectsLength(
  of: SelectionSetNode | undefined,
  fragments: Fragments,
  seen = new Set<string>(),
): boolean {
  return (of?.selections ?? []).some((selection) => {
    if (selection.kind === Kind.FIELD) return selection.name.value === 'totalCount';
    if (selection.kind === Kind.INLINE_FRAGMENT)
      return selectsLength(selection.selectionSet, fragments, seen);
    const name = selection.name.value;
    if (seen.has(name)) return false;
    seen.add(name);
    return selectsLength(fragments.get(name)?.selectionSet, fragments, seen);
  });
}

/** What a field costs itself: 1, and what stands beside it (@Cost, @FilteredCountCost). */
function ownCost({ field, args, node }: ComplexityEstimatorArgs, fragments: Fragments): number {
  const { cost = 0, countCost } = field.extensions as { cost?: number; countCost?: CountCost };
  const counts = countCost && filters(countCost, args) && selectsLength(node.selectionSet, fragments);
  return 1 + cost + (counts ? countCost.cost : 0);
}

/**
 * A field costs 1, or what stands beside it, plus the cost of its selection; a connection multiplies that by the length of its
 * page, given or default. A list of objects without pages counts as 10; nodes and edges are counted by their connection.
 */
function computeCost(estimated: ComplexityEstimatorArgs, fragments: Fragments): number {
  const { field, args, childComplexity, type } = estimated;
  if (field.name === '__schema' || field.name === '__type') return INTROSPECTION_COST;
  const own = ownCost(estimated, fragments);
  const { ids } = args as { ids?: unknown };
  // Of `nodes`, which reads one object for each.
  if (Array.isArray(ids)) return own + Math.max(1, ids.length) * childComplexity;
  if (isConnection(field)) return own + pageSize(field, args) * childComplexity;
  const isPlainList =
    isListType(getNullableType(field.type)) &&
    isCompositeType(getNamedType(field.type)) &&
    !type.name.endsWith('Connection');
  return own + (isPlainList ? PLAIN_LIST_LENGTH : 1) * childComplexity;
}

/** Lists, counts and searches in large tables are too costly for each event of a subscription. */
function computeEventCost({ field }: ComplexityEstimatorArgs): number | undefined {
  const isList = isListType(getNullableType(field.type)) || isConnection(field);
  return isList || COUNTED_FIELDS.has(field.name) ? LIMITS.subscriptionCost : undefined;
}

export interface CostedOperation {
  schema: GraphQLSchema;
  document: DocumentNode;
  operation: OperationDefinitionNode;
  variables: Record<string, unknown> | null | undefined;
}

/** @returns the error of an operation whose cost is too high or unknown */
export function costProblem(costed: CostedOperation): GraphQLError | undefined {
  const { schema, document, operation } = costed;
  const variables = costed.variables ?? {};
  const { errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variables, {
    maxErrors: LIMITS.errors,
  });
  if (errors) return tooManyErrors(errors);
  const fragments = new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [],
    ),
  );
  const estimate = (estimated: ComplexityEstimatorArgs) => computeCost(estimated, fragments);
  try {
    const cost = getComplexity({
      schema,
      query: document,
      operationName: operation.name?.value,
      variables,
      estimators:
        operation.operation === OperationTypeNode.SUBSCRIPTION ? [computeEventCost, estimate] : [estimate],
      maxQueryNodes: MAX_SELECTIONS,
    });
    const isSubscription = operation.operation === OperationTypeNode.SUBSCRIPTION;
    if (isSubscription && cost > LIMITS.subscriptionCost) return tooCostlyToFollow(cost);
    return cost > LIMITS.cost ? tooCostly(`costs ${cost}, more than ${LIMITS.cost}`) : undefined;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return message === TOO_MANY_SELECTIONS
      ? tooCostly(`selects more than ${MAX_SELECTIONS} fields`)
      : requestError('BAD_USER_INPUT', message);
  }
}

/** Invalid variables prevent execution, which reports each of them. Very many errors are reduced to one. */
function tooManyErrors(errors: readonly GraphQLError[]): GraphQLError | undefined {
  if (errors.length <= LIMITS.errors) return undefined;
  const first = errors[0]?.message ?? '';
  return requestError(
    'BAD_USER_INPUT',
    `More than ${LIMITS.errors} values cannot be used. The first: ${first}`,
  );
}

function tooCostlyToFollow(cost: number): GraphQLError {
  const advice = 'ask for lists and counts by a query, when an event says that there is something new.';
  const message = `The subscription costs ${cost} for each event, more than ${LIMITS.subscriptionCost}: ${advice}`;
  return requestError('SUBSCRIPTION_TOO_COSTLY', message);
}

function tooCostly(why: string): GraphQLError {
  const advice = 'ask for fewer fields, or for shorter lists with first.';
  return requestError('QUERY_TOO_COSTLY', `The operation ${why}: ${advice}`);
}
