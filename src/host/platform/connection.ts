import { Emitter } from '../../client/emitter';
import type { RunningServer, ServerPhase } from '../../client/serverTypes';
import type { ChangeFeed, TrackingClient } from '../../client/types';
import type { ChangeBatch } from '../../protocol/extras';
import { Disposables } from './disposables';
import { reasonOf } from './reasons';
import { english, type Translate } from './text';
import { otherVersion, type OtherVersion } from './versions';

/** A server that answers, and the ways to it. Ends with the server. */
export interface Session {
  readonly server: RunningServer;
  readonly client: TrackingClient;
  readonly feed: ChangeFeed;
}

export type ServerState =
  /** Not allowed to start yet: the workspace is not trusted. */
  | { readonly kind: 'off' }
  /** `lost`: it was there and went away. `nextTry`: when that begins, Unix milliseconds; absent while one is under way. */
  | { readonly kind: 'starting'; readonly phase: ServerPhase | 'lost'; readonly nextTry?: number }
  | { readonly kind: 'ready'; readonly session: Session }
  /** Given up; `reason` is fit to show. */
  | { readonly kind: 'failed'; readonly reason: string }
  /** By the user. */
  | { readonly kind: 'stopped' };

export interface Log {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

export interface ConnectionOptions {
  /** Finds or starts the server and connects to it. */
  readonly open: (signal: AbortSignal, onProgress: (phase: ServerPhase) => void) => Promise<Session>;
  /** Ends the server's process. */
  readonly stop: (session: Session) => Promise<void>;
  readonly log: Log;
  /** The extension's. */
  readonly version: string;
  /** Milliseconds before each further try to get a server; as many tries as there are numbers, then it has failed. */
  readonly retryDelays: readonly number[];
  /** Milliseconds for one try. */
  readonly tryLimit: number;
  /** Translates the reasons that are shown. */
  readonly t?: Translate;
}

/**
 * Keeps the window connected to its store's server: finds or starts it, notices when it goes away, finds or starts it again,
 * and gives up with a reason after some tries. Whoever needs the server waits for `ready()`.
 */
export class Connection {
  #state: ServerState = { kind: 'off' };
  #attempt: AbortController | undefined;
  readonly #owned = new Disposables();
  #session = new Disposables();
  readonly #onState = this.#owned.add(new Emitter<ServerState>());
  readonly #onChange = this.#owned.add(new Emitter<ChangeBatch>());
  readonly #onReset = this.#owned.add(new Emitter<void>());

  constructor(private readonly options: ConnectionOptions) {}

  get state(): ServerState {
    return this.#state;
  }

  get session(): Session | undefined {
    return this.#state.kind === 'ready' ? this.#state.session : undefined;
  }

  /** The versions of the server and of the extension, where they differ. */
  get otherVersion(): OtherVersion | undefined {
    return this.session && otherVersion(this.session.server, this.options.version);
  }

  onState(listener: (state: ServerState) => void): { dispose(): void } {
    return this.#onState.on(listener);
  }

  /** What changed on the server, whichever session told it. */
  onChange(listener: (batch: ChangeBatch) => void): { dispose(): void } {
    return this.#onChange.on(listener);
  }

  /** What changed is not known: read afresh. Also told when a new session begins. */
  onReset(listener: () => void): { dispose(): void } {
    return this.#onReset.on(listener);
  }

  /** The session, as soon as there is one. @throws Error when there will be none, with the reason, or after `timeout` ms. */
  async ready(timeout = 60_000): Promise<Session> {
    if (this.#state.kind === 'ready') {
      return this.#state.session;
    }
    const waiting = new Disposables();
    const { t = english } = this.options;
    try {
      return await new Promise<Session>((resolve, reject) => {
        const look = (state: ServerState): void => {
          if (state.kind === 'ready') resolve(state.session);
          if (state.kind === 'failed') reject(new Error(state.reason));
          if (state.kind === 'stopped') reject(new Error(t('The tracking server is stopped.')));
        };
        waiting.add(this.onState(look));
        const timer = setTimeout(() => reject(new Error(t('The tracking server did not start in time.'))), timeout);
        waiting.add({ dispose: () => clearTimeout(timer) });
        look(this.#state);
      });
    } finally {
      waiting.dispose();
    }
  }

  /** Finds or starts the server; nothing happens where that is under way or done. */
  start(): void {
    if (this.#attempt === undefined && this.#state.kind !== 'ready') {
      void this.#connect('starting');
    }
  }

  /** Ends the server's process and stays without one. @throws Error where it does not end */
  async stop(): Promise<void> {
    const session = this.session;
    this.#attempt?.abort();
    this.#attempt = undefined;
    // First, so that its going away is not taken for an accident.
    this.#set({ kind: 'stopped' });
    this.#endSession();
    if (session) {
      await this.options.stop(session);
    }
  }

  /** Another server for the store. What is shown stays meanwhile. @throws Error where the one that is there does not end */
  async restart(): Promise<void> {
    const session = this.session;
    this.#attempt?.abort();
    const attempt = new AbortController();
    this.#attempt = attempt;
    this.#set({ kind: 'starting', phase: 'starting' });
    this.#endSession();
    try {
      await (session && this.options.stop(session));
    } catch (error) {
      if (!attempt.signal.aborted) {
        this.#attempt = undefined;
        this.#set({ kind: 'failed', reason: reasonOf(error, this.options.t ?? english) });
      }
      throw error;
    }
    if (!attempt.signal.aborted) {
      void this.#connect('starting');
    }
  }

  /** Has everything that is shown read afresh. */
  readAgain(): void {
    if (this.session) {
      this.#onReset.fire();
    }
  }

  /** Leaves the server running: other windows and scripts use it. */
  dispose(): void {
    this.#attempt?.abort();
    this.#endSession();
    this.#owned.dispose();
  }

  async #connect(phase: ServerPhase | 'lost'): Promise<void> {
    const attempt = new AbortController();
    this.#attempt = attempt;
    const progress = (now: ServerPhase | 'lost'): void => {
      if (!attempt.signal.aborted) {
        this.#set({ kind: 'starting', phase: now });
      }
    };
    progress(phase);
    let reason = '';
    let failure: unknown;
    for (const delay of [0, ...this.options.retryDelays]) {
      if (!(await this.#pause(delay, phase, attempt.signal))) {
        return;
      }
      try {
        const session = await this.#open(attempt.signal, progress);
        if (attempt.signal.aborted) {
          endSession(session);
          return;
        }
        this.#attempt = undefined;
        this.#begin(session);
        return;
      } catch (error) {
        failure = error;
        reason = describe(error);
        this.options.log.warn(`No tracking server: ${reason}`);
      }
    }
    if (!attempt.signal.aborted) {
      this.#attempt = undefined;
      this.options.log.error(`Gave up: ${reason}`);
      this.#set({ kind: 'failed', reason: reasonOf(failure, this.options.t ?? english) });
    }
  }

  /** Waits for the next try, and tells when that is. @returns whether there is to be one */
  async #pause(delay: number, phase: ServerPhase | 'lost', signal: AbortSignal): Promise<boolean> {
    if (signal.aborted || delay === 0) {
      return !signal.aborted;
    }
    this.#set({ kind: 'starting', phase, nextTry: Date.now() + delay });
    await sleep(delay, signal);
    if (signal.aborted) {
      return false;
    }
    this.#set({ kind: 'starting', phase });
    return true;
  }

  /** One try, which ends within the limit whatever it hangs on; what comes later is ended at once. */
  #open(signal: AbortSignal, progress: (phase: ServerPhase) => void): Promise<Session> {
    const { tryLimit, t = english } = this.options;
    const limit = AbortSignal.timeout(tryLimit);
    const opening = this.options.open(AbortSignal.any([signal, limit]), progress);
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        reject(new Error(t('There was no answer within {0} s.', tryLimit / 1000)));
        opening.then(endSession, () => undefined);
      };
      limit.addEventListener('abort', giveUp, { once: true });
      void opening.then(resolve, reject).finally(() => limit.removeEventListener('abort', giveUp));
    });
  }

  #begin(session: Session): void {
    const { client, feed, server } = session;
    this.#session = new Disposables();
    this.#session.add(client);
    this.#session.add(feed);
    this.#session.add(feed.onChange((batch) => this.#onChange.fire(batch)));
    this.#session.add(feed.onReset(() => this.#onReset.fire()));
    this.#session.add(
      feed.onState((state) => {
        if (state.state === 'disconnected') {
          this.#lost(state.reason);
        }
      }),
    );
    this.options.log.info(
      `${server.started ? 'Started' : 'Found'} the tracking server ${client.url}, process ${server.pid}, of the store ${server.info.store}.`,
    );
    const versions = otherVersion(server, this.options.version);
    if (versions) {
      this.options.log.info(
        `It is version ${versions.server} and goes on until nobody needs it; this window has version ${versions.own}, which Restart Server takes.`,
      );
    }
    this.#set({ kind: 'ready', session });
    this.#onReset.fire();
    if (feed.state.state === 'disconnected') {
      this.#lost(feed.state.reason);
    }
  }

  #lost(reason: string): void {
    if (this.#state.kind !== 'ready') {
      return;
    }
    this.options.log.warn(`Lost the tracking server: ${reason}`);
    this.#endSession();
    void this.#connect('lost');
  }

  #endSession(): void {
    this.#session.dispose();
  }

  #set(state: ServerState): void {
    this.#state = state;
    this.#onState.fire(state);
  }
}

function endSession({ client, feed }: Session): void {
  feed.dispose();
  client.dispose();
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done);
  });
}

/** An error in words that can be shown. */
export function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
