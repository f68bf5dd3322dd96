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

/** What requests a side answers: for each method its parameters and its result. */
export type RequestMap<Map> = { [Method in keyof Map]: { params: unknown; result: unknown } };

/** No requests, or no notices, in that direction. */
export type None = Record<never, never>;

/**
 * The answers to the other side's requests. Parameters come as `unknown`, for they are to be validated; `signal` is aborted
 * when nobody waits for the answer any more.
 */
export type Handlers<Serves extends RequestMap<Serves>> = {
  [Method in keyof Serves]: (
    params: unknown,
    signal: AbortSignal,
  ) => Serves[Method]['result'] | Promise<Serves[Method]['result']>;
};

/** What to do when the other side's notices come. */
export type NoticeHandlers<Hears> = { [Name in keyof Hears]?: (data: Hears[Name]) => void };

/**
 * Why a request has no answer. `failed`: the handler threw, `message` is its error's; `unknown`: the other side has no such
 * method; `unsent`: the port did not take the message; the others say themselves.
 */
export type FailureReason = 'failed' | 'unknown' | 'unsent' | 'aborted' | 'timeout' | 'disposed';

export class RpcError extends Error {
  override readonly name = 'RpcError';

  constructor(
    readonly reason: FailureReason,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

export interface ChannelOptions<Serves extends RequestMap<Serves>, Hears> {
  handlers: Handlers<Serves>;
  notices: NoticeHandlers<Hears>;
  /** Told of errors of handlers, for the log; `what` names the method or notice. Errors of requests reach the caller anyway. */
  onError?: (what: string, error: unknown) => void;
}

/** What goes over the port. `from` names the channel that asked: a reloaded webview must not get its predecessor's answers. */
type Message =
  | { rpc: 'request'; from: string; id: number; method: string; params: unknown }
  | { rpc: 'abort'; from: string; id: number }
  | { rpc: 'answer'; to: string; id: number; result: unknown }
  | { rpc: 'error'; to: string; id: number; reason: FailureReason; message: string }
  | { rpc: 'notice'; name: string; data: unknown };

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: RpcError) => void;
}

const defaultTimeout = 30_000;

/**
 * One end. `Calls` and `Sends` are what this side asks and notifies, `Serves` and `Hears` what the other side does.
 * It belongs to whoever made it, and so is to be disposed by them.
 */
export class RpcChannel<Calls extends RequestMap<Calls>, Serves extends RequestMap<Serves>, Sends, Hears> {
  private readonly name = Math.random().toString(36).slice(2) + Math.random().toString(36).slice(2);
  private readonly pending = new Map<number, Pending>();
  private readonly running = new Map<number, AbortController>();
  private readonly subscription: { dispose(): void };
  private peer: string | undefined;
  private lastId = 0;
  private disposed = false;

  constructor(
    private readonly port: Port,
    private readonly options: ChannelOptions<Serves, Hears>,
  ) {
    this.subscription = port.listen((message) => this.receive(message));
  }

  /** Asks the other side. ArrayBuffers in parameters and results pass through untouched. @throws RpcError */
  request<Method extends keyof Calls & string>(
    method: Method,
    params: Calls[Method]['params'],
    { signal, timeout = defaultTimeout }: RequestOptions = {},
  ): Promise<Calls[Method]['result']> {
    const id = ++this.lastId;
    return new Promise<unknown>((resolve, reject) => {
      if (this.disposed) {
        reject(new RpcError('disposed', `${method}: the connection is closed.`));
        return;
      }
      if (signal?.aborted) {
        reject(new RpcError('aborted', `${method} was cancelled.`));
        return;
      }
      const end = (): void => {
        this.pending.delete(id);
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
      };
      const giveUp = (error: RpcError): void => {
        end();
        this.post({ rpc: 'abort', from: this.name, id });
        reject(error);
      };
      const onAbort = (): void => giveUp(new RpcError('aborted', `${method} was cancelled.`));
      const timer = setTimeout(
        () => giveUp(new RpcError('timeout', `${method}: no answer within ${timeout / 1000} s.`)),
        timeout,
      );
      signal?.addEventListener('abort', onAbort, { once: true });
      this.pending.set(id, {
        resolve: (result) => (end(), resolve(result)),
        reject: (error) => (end(), reject(error)),
      });
      const failure = this.post({ rpc: 'request', from: this.name, id, method, params });
      if (failure) {
        this.pending.get(id)?.reject(new RpcError('unsent', `${method}: ${failure.message}`, { cause: failure.cause }));
      }
    });
  }

  /** Tells the other side, without an answer. Nothing happens when the channel is disposed. */
  notify<Name extends keyof Sends & string>(name: Name, data: Sends[Name]): void {
    if (!this.disposed) {
      const failure = this.post({ rpc: 'notice', name, data });
      if (failure) {
        this.options.onError?.(name, failure.cause);
      }
    }
  }

  /** Rejects what waits for an answer, aborts the handlers that run, stops listening. */
  dispose(): void {
    if (this.disposed) {
      return;
    }
    this.disposed = true;
    this.subscription.dispose();
    this.abortRunning();
    for (const { reject } of [...this.pending.values()]) {
      reject(new RpcError('disposed', 'The connection was closed before the answer came.'));
    }
  }

  private receive(message: unknown): void {
    if (this.disposed || !isMessage(message)) {
      return;
    }
    switch (message.rpc) {
      case 'request':
        void this.serve(message.from, message.id, message.method, message.params);
        break;
      case 'abort':
        if (message.from === this.peer) {
          this.running.get(message.id)?.abort();
        }
        break;
      case 'answer':
        if (message.to === this.name) {
          this.pending.get(message.id)?.resolve(message.result);
        }
        break;
      case 'error':
        if (message.to === this.name) {
          this.pending.get(message.id)?.reject(new RpcError(message.reason, message.message));
        }
        break;
      case 'notice':
        this.hear(message.name, message.data);
        break;
    }
  }

  private async serve(from: string, id: number, method: string, params: unknown): Promise<void> {
    if (this.peer !== from) {
      // The webview was loaded anew: nobody waits for what its predecessor asked.
      this.abortRunning();
      this.peer = from;
    }
    const handler = Object.hasOwn(this.options.handlers, method)
      ? this.options.handlers[method as keyof Serves]
      : undefined;
    if (!handler) {
      this.post({ rpc: 'error', to: from, id, reason: 'unknown', message: `There is no request named ${method}.` });
      return;
    }
    const controller = new AbortController();
    this.running.set(id, controller);
    let error: unknown;
    try {
      const result = await handler(params, controller.signal);
      error = this.reply(controller, { rpc: 'answer', to: from, id, result })?.cause;
    } catch (thrown) {
      error = thrown ?? new Error('It failed without a reason.');
    } finally {
      if (this.running.get(id) === controller) {
        this.running.delete(id);
      }
    }
    if (error !== undefined && !controller.signal.aborted) {
      this.options.onError?.(method, error);
      this.reply(controller, { rpc: 'error', to: from, id, reason: 'failed', message: messageOf(error) });
    }
  }

  private reply(controller: AbortController, message: Message): Failure | undefined {
    return controller.signal.aborted || this.disposed ? undefined : this.post(message);
  }

  private hear(name: string, data: unknown): void {
    const handler = Object.hasOwn(this.options.notices, name) ? this.options.notices[name as keyof Hears] : undefined;
    try {
      // Both ends are of one build, so the data is what the contract says.
      handler?.(data as Hears[keyof Hears]);
    } catch (error) {
      this.options.onError?.(name, error);
    }
  }

  private abortRunning(): void {
    for (const controller of [...this.running.values()]) {
      controller.abort();
    }
    this.running.clear();
  }

  /** @returns what went wrong: a port throws when it is closed or a value cannot be cloned. */
  private post(message: Message): Failure | undefined {
    try {
      this.port.post(message);
      return undefined;
    } catch (cause) {
      return { message: messageOf(cause), cause: cause ?? new Error('The port refused the message.') };
    }
  }
}

interface Failure {
  readonly message: string;
  readonly cause: unknown;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Only the envelope: parameters are the handlers' to validate. */
function isMessage(value: unknown): value is Message {
  if (typeof value !== 'object' || value === null) {
    return false;
  }
  const { rpc, from, to, id, method, name, reason, message } = value as Partial<Record<string, unknown>>;
  switch (rpc) {
    case 'request':
      return typeof from === 'string' && typeof id === 'number' && typeof method === 'string';
    case 'abort':
      return typeof from === 'string' && typeof id === 'number';
    case 'answer':
      return typeof to === 'string' && typeof id === 'number';
    case 'error':
      return (
        typeof to === 'string' && typeof id === 'number' && typeof reason === 'string' && typeof message === 'string'
      );
    case 'notice':
      return typeof name === 'string';
    default:
      return false;
  }
}
