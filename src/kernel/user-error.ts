/** Codes of errors that a user can correct. Everything else is a GraphQL error. */
export enum UserErrorCode {
  NOT_FOUND = 'NOT_FOUND',
  INVALID = 'INVALID',
  INVALID_STATE = 'INVALID_STATE',
  IDEMPOTENCY_CONFLICT = 'IDEMPOTENCY_CONFLICT',
  POLL_CLOSED = 'POLL_CLOSED',
  TELEGRAM_REJECTED = 'TELEGRAM_REJECTED',
  TEMPLATE_INVALID = 'TEMPLATE_INVALID',
  TOO_LONG = 'TOO_LONG',
  TAKEN = 'TAKEN',
  ANOTHER_CAMPAIGN_RUNS = 'ANOTHER_CAMPAIGN_RUNS',
}

/** An error that a user can correct. */
export interface UserError {
  /** Path into the arguments, such as ["input", "messageTemplate"]. */
  field: string[] | null;
  code: UserErrorCode;
  message: string;
}

export function userError(code: UserErrorCode, message: string, field?: string[]): UserError {
  return { code, message, field: field ?? null };
}

/** A value, or the errors that prevented it. */
export type Result<T> = { ok: true; value: T } | { ok: false; errors: UserError[] };

export function success<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function refusal(...errors: UserError[]): { ok: false; errors: UserError[] } {
  return { ok: false, errors };
}
