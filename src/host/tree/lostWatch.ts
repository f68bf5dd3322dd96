import type { Run } from '../../core/model';
import { describe, type Connection, type Log } from '../platform/connection';
import { Disposables } from '../platform/disposables';
import type { Catalog } from './catalog';
import { AwakeTime, LostMemory } from './lostRuns';

/** Milliseconds between two looks. */
const interval = 15_000;
/** As many runs as the server tells of at once. */
const maxRuns = 1000;

/** Looks from time to time, and when running runs were read that it does not know, which of them are lost, and has the tree say so. */
export class LostWatch {
  readonly #owned = new Disposables();
  readonly #awake = new AwakeTime(interval);
  readonly #memory = new LostMemory();
  #looking = false;
  #readMeanwhile = false;
  /** Ids of the running runs that it looked at last. */
  #seen: ReadonlySet<string> = new Set();

  /** @param onChanged the lost runs are others */
  constructor(
    private readonly catalog: Pick<Catalog, 'experiments' | 'isLost' | 'setLost'>,
    private readonly connection: Pick<Connection, 'session' | 'onChange'>,
    private readonly log: Pick<Log, 'warn'>,
    private readonly onChanged: () => void,
  ) {
    const timer = setInterval(() => void this.look(), interval);
    this.#owned.add({ dispose: () => clearInterval(timer) });
    // A lost run that logs again is none, at once.
    const listener = connection.onChange(({ runs }) => {
      if (runs.some((run) => catalog.isLost(run.run_id))) {
        void this.look();
      }
    });
    this.#owned.add(listener);
  }

  /** To be called when runs were read: after a reload one that was lost long ago should not count as running until the next look. */
  onRead(): void {
    this.#readMeanwhile = this.#looking;
    if (!this.#looking && this.#running().some(({ info }) => !this.#seen.has(info.id))) {
      void this.look();
    }
  }

  async look(): Promise<void> {
    const now = Date.now();
    const awakeSince = this.#awake.look(now);
    const client = this.connection.session?.client;
    if (client === undefined || this.#looking) {
      return;
    }
    this.#looking = true;
    try {
      const all = this.#running();
      const running = all.slice(0, maxRuns);
      const known = await client.liveness(running.map(({ info }) => info.id));
      this.#seen = new Set(all.map(({ info }) => info.id));
      const lost = this.#memory.lost(running, known, now, awakeSince);
      if (this.catalog.setLost(lost.map(({ info }) => info.id))) {
        this.onChanged();
      }
    } catch (error) {
      this.log.warn(`looking for lost runs: ${describe(error)}`);
    } finally {
      this.#looking = false;
    }
    if (this.#readMeanwhile) {
      this.#readMeanwhile = false;
      this.onRead();
    }
  }

  #running(): Run[] {
    return this.catalog.experiments.flatMap(({ list }) =>
      [...(list?.running ?? [])].flatMap((id) => list?.runs.get(id) ?? []),
    );
  }

  dispose(): void {
    this.#owned.dispose();
  }
}
