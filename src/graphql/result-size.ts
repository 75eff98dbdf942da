import type { GraphQLError } from 'graphql';
import { turnedAway } from './errors.js';

/**
 * Of one result as JSON, on both transports: the cost of an operation counts its fields and not their length. A page of
 * 100 campaigns whose texts are as long as they may be has 1.7 MB.
 */
export const MAX_RESULT_BYTES = 2 * 1024 * 1024;

export function resultTooLarge(bytes: number): GraphQLError {
  const message = `The result has ${bytes} bytes, more than ${MAX_RESULT_BYTES}: ask for fewer fields, or for shorter lists with first.`;
  return turnedAway('RESULT_TOO_LARGE', message);
}
