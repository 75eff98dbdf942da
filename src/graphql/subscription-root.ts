import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  OperationTypeNode,
  parse,
  type SelectionSetNode,
  validate,
  type ValidationRule,
} from 'graphql';
import { requestError } from './errors.js';
import { PARSE_OPTIONS } from './limits.js';

const CONDITIONS = ['skip', 'include'];

/**
 * Refuses `@skip` and `@include` on the root field of a subscription (GraphQL specification since 2023): without the field
 * there is nothing to subscribe to. graphql's own rule throws if the condition is a variable, so this runs first.
 */
const subscriptionRootRule: ValidationRule = (context) => {
  function check(selectionSet: SelectionSetNode, visited: ReadonlySet<string>): void {
    for (const selection of selectionSet.selections) {
      const condition = selection.directives?.find(({ name }) => CONDITIONS.includes(name.value));
      if (condition) {
        const message = `The root field of a subscription takes no @${condition.name.value}: leave the subscription out instead.`;
        context.reportError(new GraphQLError(message, { nodes: condition }));
      }
      if (selection.kind === Kind.INLINE_FRAGMENT) check(selection.selectionSet, visited);
      if (selection.kind !== Kind.FRAGMENT_SPREAD || visited.has(selection.name.value)) continue;
      const fragment = context.getFragment(selection.name.value);
      if (fragment) check(fragment.selectionSet, new Set([...visited, selection.name.value]));
    }
  }
  return {
    OperationDefinition: ({ operation, selectionSet }) => {
      if (operation === OperationTypeNode.SUBSCRIPTION) check(selectionSet, new Set());
    },
  };
};

/** @returns the errors that end the validation of the document */
export function subscriptionRootErrors(
  schema: GraphQLSchema,
  document: DocumentNode,
): readonly GraphQLError[] {
  return validate(schema, document, [subscriptionRootRule]);
}

/** The same for Apollo, which validates by itself. @throws GRAPHQL_VALIDATION_FAILED */
export function checkSubscriptionRoot(schema: GraphQLSchema, source: unknown): void {
  if (typeof source !== 'string' || !/\bsubscription\b/.test(source) || !/@\s*(skip|include)\b/.test(source))
    return;
  let document: DocumentNode;
  try {
    document = parse(source, PARSE_OPTIONS);
  } catch {
    // Apollo reports syntax errors.
    return;
  }
  const [error] = subscriptionRootErrors(schema, document);
  if (error) throw requestError('GRAPHQL_VALIDATION_FAILED', error.message);
}
