import { describe, type Connection, type Log } from '../platform/connection';
import { Disposables } from '../platform/disposables';
import type { Catalog } from './catalog';
import { isLost } from './lostRuns';

/** Milliseconds between two looks. */
const interval = 15_000;
/** As many runs as the server tells of at once. */
const maxRuns = 1000;

/** Looks from time to time which of the running runs are lost, and has the tree say so. */
export class LostWatch {
  readonly #owned = new Disposables();
  #looking = false;

  constructor(
    private readonly catalog: Catalog,
    private readonly connection: Connection,
    private readonly log: Log,
  ) {
    const timer = setInterval(() => void this.look(), interval);
    this.#owned.add({ dispose: () => clearInterval(timer) });
  }

  async look(): Promise<void> {
    const client = this.connection.session?.client;
    if (client === undefined || this.#looking) {
      return;
    }
    this.#looking = true;
    try {
      const running = this.catalog.experiments
        .flatMap(({ list }) => [...(list?.running ?? [])].flatMap((id) => list?.runs.get(id) ?? []))
        .slice(0, maxRuns);
      const known = await client.liveness(running.map(({ info }) => info.id));
      const now = Date.now();
      this.catalog.setLost(
        running.filter((run) => isLost(run, known.get(run.info.id), now)).map(({ info }) => info.id),
      );
    } catch (error) {
      this.log.warn(`looking for lost runs: ${describe(error)}`);
    } finally {
      this.#looking = false;
    }
  }

  dispose(): void {
    this.#owned.dispose();
  }
}
