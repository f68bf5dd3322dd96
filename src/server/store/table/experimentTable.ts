import type { Aspect, RunChange } from '../../../protocol/extras';
import type { Turn } from '../../../protocol/tableSelection';
import type { Catalog } from '../catalog';
import { real, type Row, text } from '../sqlite';
import { Cells } from './cells';

/** Milliseconds of reading that are aimed at before others get their turn; how many runs are read at once follows. */
const aim = 8;
const mostRunsAtOnce = 256;
/** Reading some runs by themselves is worth it where the table has so many times as many that are still to be read. */
const worthIt = 4;

/** The cells of an experiment's runs, deleted ones included, kept up with the catalog: what changed is read when it is asked for. */
export class ExperimentTable {
  readonly cells: Cells;
  /** By run id: what changed since the run was read. */
  #changed = new Map<string, Set<Aspect>>();
  /** Numbers of the runs that are still to be read for the first time; undefined until they are looked up. */
  #unread: number[] | undefined;
  #work: Promise<void> = Promise.resolve();

  constructor(
    private readonly catalog: Catalog,
    readonly experiment: number,
  ) {
    this.cells = new Cells(catalog);
  }

  note({ run_id, aspects }: Pick<RunChange, 'run_id' | 'aspects'>): void {
    const known = this.#changed.get(run_id) ?? new Set();
    this.#changed.set(run_id, known);
    aspects.forEach((aspect) => known.add(aspect));
  }

  /** Ends when the cells are as new as the catalog was when it was called. One call after the other, each in turns. */
  upToDate(turn: Turn): Promise<void> {
    const work = this.#work.then(() => this.#catchUp(turn));
    // Whoever waits is told; the next one tries again.
    this.#work = work.catch(() => undefined);
    return work;
  }

  /**
   * The cells of some runs as they are now, read by themselves and not kept: a few runs of a large experiment need not wait for its
   * table. Undefined where the table is read already, or nearly so.
   */
  async only(runs: Uint32Array, turn: Turn): Promise<Cells | undefined> {
    const unread = this.#unread?.length ?? this.#count();
    if (unread < runs.length * worthIt) {
      return undefined;
    }
    const cells = new Cells(this.catalog);
    await inTurns([...runs], turn, (some) => cells.load(some));
    return cells;
  }

  #count(): number {
    return real(this.catalog.db.row('SELECT count(*) FROM runs WHERE experiment = ?', this.experiment)?.[0]);
  }

  async #catchUp(turn: Turn): Promise<void> {
    this.#unread ??= [
      ...numbersOf(this.catalog.db.row('SELECT group_concat(id) FROM runs WHERE experiment = ?', this.experiment)),
    ];
    await turn();
    const unread = this.#unread;
    await inTurns(unread, turn, (runs) => this.cells.load(runs));
    this.#unread = [];
    const changed = this.#changed;
    this.#changed = new Map();
    try {
      for (const { aspects, runs } of this.#alike(changed)) {
        await inTurns(runs, turn, (some) => this.cells.refresh(some, aspects));
      }
    } catch (error) {
      changed.forEach((aspects, run_id) => this.note({ run_id, aspects: [...aspects] }));
      throw error;
    }
  }

  /** Runs, by number, that changed in the same aspects; those that were deleted for good are left out. */
  #alike(changed: ReadonlyMap<string, ReadonlySet<Aspect>>): { aspects: ReadonlySet<Aspect>; runs: number[] }[] {
    const groups = new Map<string, { aspects: ReadonlySet<Aspect>; runs: number[] }>();
    this.catalog.db.each(
      'SELECT id, run_id FROM runs WHERE run_id IN (SELECT value FROM json_each(?))',
      [JSON.stringify([...changed.keys()])],
      (row) => {
        const aspects = changed.get(text(row[1])) ?? new Set();
        const name = [...aspects].sort().join(' ');
        const group = groups.get(name) ?? { aspects, runs: [] };
        groups.set(name, group);
        group.runs.push(real(row[0]));
      },
    );
    return [...groups.values()].map(({ aspects, runs }) => ({ aspects, runs: runs.sort((a, b) => a - b) }));
  }
}

/** Numbers of runs that SQL answers as one text, in their order: a hundred thousand rows, one by one, take three times as long. */
export function numbersOf(row: Row | undefined): Uint32Array {
  const list = row?.[0] ?? '';
  return Uint32Array.from(list === '' ? [] : text(list).split(','), Number).sort();
}

/** Works through `runs`, which it empties from the front, a few at a time, as many as take about `aim`. */
async function inTurns(runs: number[], turn: Turn, work: (some: readonly number[]) => void): Promise<void> {
  let done = 0;
  let size = 1;
  try {
    while (done < runs.length) {
      const from = performance.now();
      work(runs.slice(done, done + size));
      done += size;
      const elapsed = performance.now() - from;
      size = Math.max(1, Math.min(mostRunsAtOnce, Math.round((size * aim) / Math.max(elapsed, aim / 4))));
      await turn();
    }
  } finally {
    runs.splice(0, done);
  }
}
