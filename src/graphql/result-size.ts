import type { GraphQLError } from 'graphql';
import { requestError } from './errors.js';

/**
 * Limit of one result as JSON on both transports, since the cost of an operation does not count the length of fields. A page
 * of 100 campaigns with texts of the greatest length has 1.7 MB.
 */
export const MAX_RESULT_BYTES = 2 * 1024 * 1024;

export function resultTooLarge(bytes: number): GraphQLError {
  const message = `The result has ${bytes} bytes, more than ${MAX_RESULT_BYTES}: ask for fewer fields, or for shorter lists with first.`;
  return requestError('RESULT_TOO_LARGE', message);
}
