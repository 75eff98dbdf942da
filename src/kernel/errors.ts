import type { ErrorCode } from './error-codes.js';

/** An error that a client gets to see as it is. GraphQL looks for the code under `extensions`. */
export class CodedError extends Error {
  override readonly name = 'CodedError';
  readonly extensions: { readonly code: ErrorCode };

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.extensions = { code };
  }
}

/** An argument that cannot be used; unlike a userError it is the program that has to be put right. */
export function badUserInput(message: string): CodedError {
  return new CodedError('BAD_USER_INPUT', message);
}

/** The code of an error that has one, whoever raised it. */
export function findCode(error: unknown): string | undefined {
  const { extensions } = (error ?? {}) as { extensions?: { code?: unknown } };
  return typeof extensions?.code === 'string' ? extensions.code : undefined;
}
