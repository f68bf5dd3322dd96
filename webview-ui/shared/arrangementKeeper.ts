import type { Host } from './hostBridge';
import { isPanelState, readStamp } from './panelState';

/** Milliseconds between two times while one change follows the other, as with scrolling. */
const rest = 250;

/**
 * Keeps how a panel is arranged at two places. VS Code's own state brings the panel back, but is written to the disk about once a minute and
 * when the window goes in order, so after a kill it may be an older one. The workspace's copy is written at once: it counts where it is of
 * the same panel and later. New panels of an experiment begin with it, too.
 */
export class ArrangementKeeper {
  readonly #isNew: boolean;
  /** Of this panel, over all its pages. */
  readonly #panel: string;
  /** When it was changed last. */
  #at: number;
  /** What was kept last, without what it shows: that is the panel's own, the rest is how. */
  #text: string | undefined;
  #timer: number | undefined;
  #savedAt = -Infinity;

  /** @param arranged all that is to be kept, as JSON */
  constructor(
    private readonly host: Host,
    private readonly arranged: () => Readonly<Record<string, unknown>>,
  ) {
    const left = host.getState();
    this.#isNew = !isPanelState(left);
    ({ panel: this.#panel, at: this.#at } = readStamp(left) ?? { panel: newId(), at: 0 });
  }

  get hasBegun(): boolean {
    return this.#text !== undefined;
  }

  /** What the workspace kept for this panel; undefined where the page's own is the latest, or the host does not answer. */
  async read(): Promise<unknown> {
    try {
      const asked = this.#isNew ? {} : { panel: this.#panel, at: this.#at };
      const { arrangement, at } = await this.host.channel.request('readArrangement', asked);
      const read: unknown = arrangement === undefined ? undefined : JSON.parse(arrangement);
      this.#at = at ?? this.#at;
      return read;
    } catch (error) {
      this.host.logError('reading the arrangement', error);
      return undefined;
    }
  }

  /**
   * Keeps what is arranged from now on. To be called when what was kept is back: an older arrangement may not get a later time. What it
   * begins with is VS Code's at once, so that a window that is reloaded right away finds it.
   */
  begin(subscribe: (listener: () => void) => void): void {
    const { text, state } = this.#look();
    this.#text = text;
    this.host.setState(state);
    subscribe(() => {
      this.#timer ??= window.setTimeout(() => this.#save(), Math.max(0, this.#savedAt + rest - performance.now()));
    });
    const flush = (): void => {
      if (this.#timer !== undefined) {
        this.#save();
      }
    };
    window.addEventListener('pagehide', flush);
    document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && flush());
  }

  #look(): { text: string; state: Readonly<Record<string, unknown>> } {
    const arranged = this.arranged();
    return {
      text: JSON.stringify({ ...arranged, subject: undefined }),
      state: { ...arranged, panel: this.#panel, at: this.#at },
    };
  }

  /** What reaches the host is kept, whatever becomes of the panel. */
  #save(): void {
    window.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#savedAt = performance.now();
    const { text, state } = this.#look();
    if (text === this.#text) {
      return;
    }
    this.#text = text;
    // A change is later than the one before also where the clock was set back.
    this.#at = Math.max(Date.now(), this.#at + 1);
    this.host.setState({ ...state, at: this.#at });
    this.host.channel
      .request('keepArrangement', { panel: this.#panel, at: this.#at, arrangement: text })
      .catch((error: unknown) => this.host.logError('keeping the arrangement', error));
  }
}

/** Tells apart the few panels of a workspace. */
function newId(): string {
  return Math.random().toString(36).slice(2);
}
