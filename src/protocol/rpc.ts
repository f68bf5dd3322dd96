/**
 * One channel for requests in both directions over any message port (webview, worker). A request has an id and ends in exactly
 * one of: an answer, an error reply, an abort, a time-out, or the disposal of the channel.
 */

/** Where messages go out and come in; `dispose` stops listening. */
export interface Port {
  post(message: unknown): void;
  listen(handler: (message: unknown) => void): { dispose(): void };
}

export interface RequestOptions {
  signal?: AbortSignal;
  /** Milliseconds; default 30,000. */
  timeout?: number;
}
