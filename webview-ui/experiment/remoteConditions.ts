import { Coalescer } from '../../src/core/coalescer';
import type { PanelChannel } from '../../src/protocol/panelChannel';

/** Milliseconds between two readings while runs change: what these conditions ask about rarely does. */
const interval = 2000;
/** Conditions that were asked for lately; others are forgotten. */
const mostKept = 20;
/** All runs may have to be read for the answer. Milliseconds. */
const patience = 120_000;

/** Which runs meet conditions on what the table does not have, as the host says; asked again when runs change. */
export class RemoteConditions {
  /** By the condition's text; the newest last. */
  readonly #known = new Map<string, ReadonlySet<string>>();
  #needed: readonly string[] = [];
  #isStale = false;
  /** Another one with every answer. */
  version = 0;
  readonly #reader: Coalescer;

  constructor(
    private readonly channel: PanelChannel,
    private readonly onRead: () => void,
    onError: (error: unknown) => void,
  ) {
    this.#reader = new Coalescer(() => this.#read(), { minInterval: interval, onError });
  }

  /** Conditions that the filter has from now on. @returns whether all of them are known */
  need(conditions: readonly string[]): boolean {
    this.#needed = conditions;
    const isKnown = conditions.every((each) => this.#known.has(each));
    if (!isKnown) {
      this.#reader.request();
    }
    return isKnown;
  }

  holds(condition: string, runId: string): boolean {
    return this.#known.get(condition)?.has(runId) ?? false;
  }

  /** Runs changed. */
  invalidate(): void {
    if (this.#needed.length > 0) {
      this.#isStale = true;
      this.#reader.request();
    }
  }

  async #read(): Promise<void> {
    const isStale = this.#isStale;
    this.#isStale = false;
    const conditions = this.#needed.filter((each) => isStale || !this.#known.has(each));
    if (conditions.length === 0) {
      return;
    }
    try {
      const params = { conditions: [...conditions] };
      const { matches } = await this.channel.request('matchingRuns', params, { timeout: patience });
      conditions.forEach((each, i) => {
        this.#known.delete(each);
        this.#known.set(each, new Set(matches[i]));
      });
    } catch (error) {
      this.#isStale = isStale;
      throw error;
    }
    const old = [...this.#known.keys()].filter((each) => !this.#needed.includes(each));
    old.slice(0, Math.max(0, this.#known.size - mostKept)).forEach((each) => this.#known.delete(each));
    this.version++;
    this.onRead();
  }
}
