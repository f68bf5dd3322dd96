/**
 * Why a call has no answer. `status`: the server refused, see `status` and `code`; `unreachable`: no connection, or it broke;
 * `timeout`; `aborted` by the caller; `malformed`: the answer is not what the protocol says.
 */
export type RequestFailure = 'status' | 'unreachable' | 'timeout' | 'aborted' | 'malformed';

/** `message` is fit to show: the server's words, or what happened in plain words; never a secret. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  /** HTTP status, where the server answered. */
  readonly status: number | undefined;
  /** MLflow's error_code, e.g. RESOURCE_DOES_NOT_EXIST, where the server sent one. */
  readonly code: string | undefined;

  constructor(
    readonly failure: RequestFailure,
    message: string,
    details: { status?: number; code?: string | undefined; cause?: unknown } = {},
  ) {
    super(message, { cause: details.cause });
    this.status = details.status;
    this.code = details.code;
  }
}
