/**
 * MLflow's error codes that Labbook answers with, and their HTTP status (MLflow's `ERROR_CODE_TO_HTTP_STATUS`).
 * Clients retry 408, 429, 500, 502, 503 and 504 for minutes, so what cannot succeed by waiting is never one of these.
 */
export const httpStatusOf = {
  BAD_REQUEST: 400,
  INVALID_PARAMETER_VALUE: 400,
  RESOURCE_ALREADY_EXISTS: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  RESOURCE_DOES_NOT_EXIST: 404,
  ENDPOINT_NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  REQUEST_TIMEOUT: 408,
  REQUEST_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  RANGE_NOT_SATISFIABLE: 416,
  /** MLflow says 500, which clients repeat for minutes. */
  DATA_LOSS: 422,
  REQUEST_HEADERS_TOO_LARGE: 431,
  INVALID_STATE: 500,
  INTERNAL_ERROR: 500,
  NOT_IMPLEMENTED: 501,
  INSUFFICIENT_STORAGE: 507,
} as const;

export type ErrorCode = keyof typeof httpStatusOf;

/** An error with an answer for the caller: `message` is shown to people as it is, so it says what happened to what. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  get status(): number {
    return httpStatusOf[this.code];
  }
}
