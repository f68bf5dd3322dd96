import type { Run } from '../../core/model';
import type { RunList } from './model';
import { parentIdOf, runForest, type RunForest } from './runForest';
import { compareBy, groupValue, type TreeQuery } from './treeQuery';

/** What became of a change. */
export interface Applied {
  /** A run came, went, changed its state or its place: its neighbours, or the counts above, are to be drawn again. */
  readonly structure: boolean;
  /** Runs whose rows changed and nothing else. */
  readonly changed: readonly string[];
}

/** Where a list of the server's goes on. */
export interface Bookmark {
  /** What asks for the next page; undefined where there is none. */
  readonly next: string | undefined;
  /** What asked for the last page; undefined where it was the first. */
  readonly last: string | undefined;
  /** The metric that the pages are ordered by, where they are. */
  readonly metric?: string | undefined;
}

/**
 * The runs of an experiment that were read, kept so that a change costs what it changes and not what is loaded. Pure: it
 * knows no server and reads nothing.
 */
export class LoadedRuns implements RunList {
  readonly #runs = new Map<string, Run>();
  readonly #slots = new Map<string, number>();
  readonly #running = new Set<string>();
  /** Every metric key that a run had; more than there are after a run went, until the list is read again. */
  readonly #keys = new Set<string>();
  readonly #children = new Map<string, Bookmark>();
  #keysPicked = 0;
  #forest: RunForest | undefined;
  #primary: string | undefined;
  #bookmark: Bookmark = { next: undefined, last: undefined };
  /** The last run of the last page, in the server's order: what comes after it was not read. */
  #end: Run | undefined;
  readonly #readFor: TreeQuery;
  #wentSincePage = 0;
  #cameByThemselves = 0;
  #pages = 0;

  /** @param pickPrimary which metric stands beside the runs, of all the keys that they have */
  constructor(
    private readonly query: () => TreeQuery,
    private readonly pickPrimary: (keys: ReadonlySet<string>) => string | undefined,
  ) {
    this.#readFor = query();
    this.repick();
  }

  /** Whether it was read for another filter or order than is wanted now, so that its pages do not go on. */
  get isOutdated(): boolean {
    const { filter, sort } = this.query();
    return filter !== this.#readFor.filter || sort !== this.#readFor.sort;
  }

  get runs(): ReadonlyMap<string, Run> {
    return this.#runs;
  }

  get forest(): RunForest {
    return (this.#forest ??= runForest(this.#runs, compareBy(this.query().sort, this.#primary)));
  }

  get slots(): ReadonlyMap<string, number> {
    return this.#slots;
  }

  get more(): boolean {
    return this.#bookmark.next !== undefined;
  }

  get primaryMetric(): string | undefined {
    return this.#primary;
  }

  get running(): ReadonlySet<string> {
    return this.#running;
  }

  /** Pages that were read. */
  get pages(): number {
    return this.#pages;
  }

  /** Where the server goes on. */
  get bookmark(): Bookmark {
    return this.#bookmark;
  }

  /** Runs that were taken out since the last page was read. */
  get wentSincePage(): number {
    return this.#wentSincePage;
  }

  /** Runs that are here because they changed or began, not because a page of them was asked for. */
  get cameByThemselves(): number {
    return this.#cameByThemselves;
  }

  childrenOf(runId: string): 'all' | 'more' | undefined {
    const bookmark = this.#children.get(runId);
    return bookmark && (bookmark.next === undefined ? 'all' : 'more');
  }

  /** Where a run's children go on; undefined where none were asked for. */
  childBookmark(runId: string): Bookmark | undefined {
    return this.#children.get(runId);
  }

  /** Adds a page in the server's order. */
  addPage(runs: readonly Run[], bookmark: Bookmark): void {
    this.#bookmark = bookmark;
    this.#end = runs.at(-1) ?? this.#end;
    this.#wentSincePage = 0;
    this.#pages += 1;
    this.add(runs);
  }

  /** Adds children of a run. */
  addChildren(runId: string, runs: readonly Run[], bookmark: Bookmark): void {
    this.#children.set(runId, bookmark);
    this.add(runs);
  }

  /** Adds runs that nobody asked for by page: parents, and those that are running. */
  add(runs: readonly Run[]): void {
    runs.forEach((run) => this.#put(run));
    this.#forest = undefined;
    this.#repickAmongNew();
  }

  addSlots(slots: ReadonlyMap<string, number>): void {
    slots.forEach((slot, id) => this.#slots.set(id, slot));
  }

  /**
   * Takes over how runs are now. What lies beyond the pages that were read is left out, unless it is running or was here
   * before.
   * @param now the runs as they are
   * @param gone ids of runs that are deleted, or not among what is shown any more
   */
  change(now: readonly Run[], gone: Iterable<string>): Applied {
    let structure = false;
    const changed: string[] = [];
    for (const id of gone) {
      if (this.#runs.delete(id)) {
        this.#running.delete(id);
        this.#wentSincePage += 1;
        structure = true;
      }
    }
    for (const run of now) {
      const before = this.#runs.get(run.info.id);
      if (before === undefined && this.#isBeyond(run)) {
        continue;
      }
      this.#cameByThemselves += before === undefined ? 1 : 0;
      structure ||= before === undefined || this.#movedOrTurned(before, run);
      changed.push(run.info.id);
      this.#put(run);
    }
    structure = this.#repickAmongNew() || structure;
    if (structure) {
      this.#forest = undefined;
    }
    return { structure, changed };
  }

  /** Looks again which metric stands beside the runs; settings and the experiment's tags decide it. @returns whether it is another */
  repick(): boolean {
    const before = this.#primary;
    this.#keysPicked = this.#keys.size;
    this.#primary = this.pickPrimary(this.#keys);
    return this.#primary !== before;
  }

  #repickAmongNew(): boolean {
    return this.#keys.size !== this.#keysPicked && this.repick();
  }

  #put(run: Run): void {
    const { id, status } = run.info;
    this.#runs.set(id, run);
    run.metrics.forEach(({ key }) => this.#keys.add(key));
    if (status === 'RUNNING') {
      this.#running.add(id);
    } else {
      this.#running.delete(id);
    }
  }

  #isBeyond(run: Run): boolean {
    const parent = parentIdOf(run);
    const isShownChild = parent !== undefined && this.childrenOf(parent) === 'all';
    return (
      this.more &&
      run.info.status !== 'RUNNING' &&
      !isShownChild &&
      this.#end !== undefined &&
      compareBy(this.query().sort, this.#primary)(run, this.#end) > 0
    );
  }

  #movedOrTurned(before: Run, after: Run): boolean {
    const { sort, grouping } = this.query();
    return (
      (grouping !== undefined && groupValue(before, grouping) !== groupValue(after, grouping)) ||
      before.info.status !== after.info.status ||
      before.info.startTime !== after.info.startTime ||
      (sort === 'name' && before.info.name !== after.info.name) ||
      parentIdOf(before) !== parentIdOf(after)
    );
  }
}
