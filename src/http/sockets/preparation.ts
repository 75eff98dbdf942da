import {
  type DocumentNode,
  type ExecutionArgs,
  getOperationAST,
  GraphQLError,
  type GraphQLSchema,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import type { OperationContext } from '../../graphql-types/context.js';
import { costProblem } from '../../graphql/cost.js';
import type { ErrorCode } from '../../kernel/error-codes.js';
import { subscriptionRootErrors } from '../../graphql/subscription-root.js';
import { LIMIT_RULES, LIMITS, PARSE_OPTIONS } from '../../graphql/limits.js';

const RULES = [...specifiedRules, ...LIMIT_RULES];

/** Gives errors that come without a code this one. */
function codedErrors(errors: readonly GraphQLError[], code: ErrorCode): GraphQLError[] {
  return errors.map(({ message, nodes, source, positions, extensions }) => {
    return new GraphQLError(message, { nodes, source, positions, extensions: { code, ...extensions } });
  });
}

function parsed(query: string): DocumentNode | GraphQLError[] {
  try {
    return parse(query, PARSE_OPTIONS);
  } catch (error) {
    return codedErrors([error as GraphQLError], 'GRAPHQL_PARSE_FAILED');
  }
}

export interface PreparationOptions {
  schema: GraphQLSchema;
  production: boolean;
}

/**
 * Parses and validates an operation by the same rules as over HTTP.
 * @returns the arguments for its execution, or errors
 */
export function prepare(
  { query, operationName, variables }: SubscribePayload,
  contextValue: OperationContext,
  { schema, production }: PreparationOptions,
): ExecutionArgs | GraphQLError[] {
  const hints = { hideSuggestions: production };
  const document = parsed(query);
  if (Array.isArray(document)) return document;
  const unsound = subscriptionRootErrors(schema, document);
  if (unsound.length > 0) return codedErrors(unsound, 'GRAPHQL_VALIDATION_FAILED');
  const invalid = validate(schema, document, RULES, { ...hints, maxErrors: LIMITS.errors });
  if (invalid.length > 0) return codedErrors(invalid, 'GRAPHQL_VALIDATION_FAILED');
  const operation = getOperationAST(document, operationName);
  if (!operation) {
    const error = new GraphQLError('Name one of the operations of the document.');
    return codedErrors([error], 'OPERATION_RESOLUTION_FAILURE');
  }
  const problem = costProblem({ schema, document, operation, variables });
  if (problem) return [problem];
  return { ...hints, schema, document, operationName, variableValues: variables, contextValue };
}
