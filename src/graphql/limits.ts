import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth';
import { maxDirectivesRule } from '@escape.tech/graphql-armor-max-directives';
import { GraphQLError, type ParseOptions, type ValidationContext, type ValidationRule } from 'graphql';
import type { ErrorCode } from '../kernel/error-codes.js';

/**
 * How large an operation may be, on both transports. The introspection query of tools has 184 tokens, the largest of
 * schema/operations 65, and neither a directive or an alias; the way from polls over edges and nodes to the recipients of
 * their campaigns is 11 fields deep.
 */
export const LIMITS = {
  tokens: 1000,
  depth: 12,
  aliases: 30,
  directives: 30,
  /** See cost.ts. */
  cost: 10_000,
  /** Of a subscription, which is executed anew for each event; all plain fields cost about half of it. */
  subscriptionCost: 100,
  /** Errors of one document that are told; looking for more costs time. */
  errors: 20,
} as const;

export const PARSE_OPTIONS: ParseOptions = { maxLexicalTokens: LIMITS.tokens };

/** The code under which the rules of the library refuse an operation, in place of an error without one. */
function refuseWith(code: ErrorCode) {
  return {
    propagateOnRejection: false,
    onReject: [
      (context: ValidationContext | null, { message }: GraphQLError): void => {
        const sentence = message.replace('Syntax Error: ', '');
        context?.reportError(new GraphQLError(sentence, { extensions: { code } }));
      },
    ],
  };
}

/** Validation rules that hold an operation, fragments included, against the limits. */
export const LIMIT_RULES: readonly ValidationRule[] = [
  // Introspection is deep by nature; a rule of graphql itself keeps it from going in circles.
  maxDepthRule({
    n: LIMITS.depth,
    ignoreIntrospection: true,
    flattenFragments: true,
    ...refuseWith('QUERY_TOO_DEEP'),
  }),
  maxAliasesRule({ n: LIMITS.aliases, ...refuseWith('TOO_MANY_ALIASES') }),
  maxDirectivesRule({ n: LIMITS.directives, ...refuseWith('TOO_MANY_DIRECTIVES') }),
];
