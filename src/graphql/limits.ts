import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth';
import { maxDirectivesRule } from '@escape.tech/graphql-armor-max-directives';
import { GraphQLError, type ParseOptions, type ValidationContext, type ValidationRule } from 'graphql';
import type { ErrorCode } from '../kernel/error-codes.js';

/**
 * Limits of an operation on both transports. The introspection query of tools has 184 tokens, the largest operation of
 * schema/operations 65, and neither uses directives or aliases. From polls to the recipients of their campaigns there are 11
 * levels.
 */
export const LIMITS = {
  tokens: 1000,
  depth: 12,
  aliases: 30,
  directives: 30,
  /** See cost.ts. */
  cost: 10_000,
  /** Cost limit of a subscription, which is executed for each event. All plain fields cost about half of it. */
  subscriptionCost: 100,
  /** Errors of one document that are told; looking for more costs time. */
  errors: 20,
} as const;

export const PARSE_OPTIONS: ParseOptions = { maxLexicalTokens: LIMITS.tokens };

/** Gives the errors of the library's rules a code. */
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

/** Validation rules that apply the limits to an operation and its fragments. */
export const LIMIT_RULES: readonly ValidationRule[] = [
  // Introspection is deep by nature; graphql's own rule prevents cycles in it.
  maxDepthRule({
    n: LIMITS.depth,
    ignoreIntrospection: true,
    flattenFragments: true,
    ...refuseWith('QUERY_TOO_DEEP'),
  }),
  maxAliasesRule({ n: LIMITS.aliases, ...refuseWith('TOO_MANY_ALIASES') }),
  maxDirectivesRule({ n: LIMITS.directives, ...refuseWith('TOO_MANY_DIRECTIVES') }),
];
