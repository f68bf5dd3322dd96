import { Emitter } from '../../client/emitter';
import type { PanelNotices } from '../../protocol/panels';
import type { Connection, ServerState } from '../platform/connection';
import type { Translate } from '../platform/text';

type Notice = PanelNotices['connection'];

/** What panels are told of the server's comings and goings: also which one it was, since when it is away, and when the next try is. */
export class ConnectionNotices {
  readonly #onNotice = new Emitter<Notice>();
  readonly #states: { dispose(): void };
  #host: string | undefined;
  #awaySince: number | undefined;

  /** @param now Unix milliseconds */
  constructor(
    private readonly connection: Pick<Connection, 'state' | 'onState'>,
    private readonly t: Translate,
    private readonly now: () => number = Date.now,
  ) {
    this.#states = connection.onState((state) => {
      this.#follow(state);
      this.#onNotice.fire(this.current);
    });
    this.#follow(connection.state);
  }

  /** For a panel that opens. */
  get current(): Notice {
    return { ...this.#away(), ...this.#state(this.connection.state) };
  }

  onNotice(listener: (notice: Notice) => void): { dispose(): void } {
    return this.#onNotice.on(listener);
  }

  dispose(): void {
    this.#states.dispose();
    this.#onNotice.dispose();
  }

  #follow(state: ServerState): void {
    if (state.kind === 'ready') {
      this.#host = new URL(state.session.client.url).host;
      this.#awaySince = undefined;
    } else {
      this.#awaySince ??= this.now();
    }
  }

  #away(): Pick<Notice, 'host' | 'awayFor'> {
    return this.#host === undefined || this.#awaySince === undefined
      ? {}
      : { host: this.#host, awayFor: Math.max(0, this.now() - this.#awaySince) };
  }

  #state(state: ServerState): Notice {
    switch (state.kind) {
      case 'ready':
        return { state: 'connected' };
      case 'starting':
        return state.nextTry === undefined
          ? { state: 'connecting' }
          : { state: 'connecting', nextTryIn: Math.max(0, state.nextTry - this.now()) };
      case 'failed':
        return { state: 'disconnected', reason: state.reason };
      case 'stopped':
        return { state: 'disconnected', reason: this.t('The tracking server is stopped.') };
      case 'off':
        return { state: 'restricted' };
    }
  }
}
