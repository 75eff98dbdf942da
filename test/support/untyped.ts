import type { ApiDocument, ResultOf } from '../../src/cli/graphql.js';

type Anything = Record<string, unknown>;

/**
 * A document that the schema does not type: it is wrong on purpose, or put together while the test runs, which then may say
 * what it answers.
 */
export function untyped<Result = Anything>(text: string): ApiDocument<Result, Anything> {
  return text as ApiDocument<Result, Anything>;
}

/** A document with the types of its result, for variables that the API is to refuse. */
export function withAnyVariables<Document extends ApiDocument<unknown, never>>(
  document: Document,
): ApiDocument<ResultOf<Document>, Anything> {
  return document as string as ApiDocument<ResultOf<Document>, Anything>;
}
