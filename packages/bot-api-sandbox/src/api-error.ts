/** The `parameters` of a refusal, as the Bot API names them. */
export interface ResponseParameters {
  /** Whole seconds to wait before the next request. */
  retry_after?: number;
  /** The supergroup that a group became. */
  migrate_to_chat_id?: number;
}

/** A refusal as the Bot API words it; `errorCode` is the HTTP status too. */
export class ApiError extends Error {
  constructor(
    readonly errorCode: number,
    readonly description: string,
    readonly parameters?: ResponseParameters,
  ) {
    super(description);
    this.name = 'ApiError';
  }
}

export function badRequest(reason: string): ApiError {
  return new ApiError(400, `Bad Request: ${reason}`);
}

export function forbidden(reason: string): ApiError {
  return new ApiError(403, `Forbidden: ${reason}`);
}

export function conflict(reason: string): ApiError {
  return new ApiError(409, `Conflict: ${reason}`);
}

/** @param seconds whole seconds to wait, at least 1 */
export function tooManyRequests(seconds: number): ApiError {
  return new ApiError(429, `Too Many Requests: retry after ${seconds}`, { retry_after: seconds });
}
