import type { ErrorCode } from './error-codes.js';

/** An error that clients see unchanged. GraphQL looks for the code under `extensions`. */
export class CodedError extends Error {
  override readonly name = 'CodedError';
  readonly extensions: { readonly code: ErrorCode };

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.extensions = { code };
  }
}

/** An invalid argument. Unlike a userError, it is a mistake of the calling program. */
export function badUserInput(message: string): CodedError {
  return new CodedError('BAD_USER_INPUT', message);
}

/** Reads the code of any error that has one. */
export function findCode(error: unknown): string | undefined {
  const { extensions } = (error ?? {}) as { extensions?: { code?: unknown } };
  return typeof extensions?.code === 'string' ? extensions.code : undefined;
}
