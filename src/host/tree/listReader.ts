import type { TrackingClient } from '../../client/types';
import type { Run } from '../../core/model';
import { LoadedRuns, type Applied } from './loadedRuns';
import { rowsPerPage } from './model';
import { RunReader } from './runReader';
import { serverOrder, type TreeQuery } from './treeQuery';

/** Pages that are read for one more row at the top: runs of a sweep all stand below one that is there already. */
const maxPagesWithoutRow = 10;

/** Fills and renews the lists of runs that the tree shows. */
export class ListReader {
  /** Parents that are named by a tag but are not there, so that they are not asked for again and again. */
  readonly #missingParents = new Set<string>();

  constructor(
    private readonly client: () => TrackingClient,
    private readonly query: () => TreeQuery,
  ) {}

  /** Everything may be another. */
  forget(): void {
    this.#missingParents.clear();
  }

  /**
   * The first pages of an experiment, read afresh.
   * @param metric the primary metric as it was known so far, for orders by it
   */
  async read(
    experimentId: string,
    pages: number,
    pickPrimary: (keys: ReadonlySet<string>) => string | undefined,
    metric: string | undefined,
  ): Promise<LoadedRuns> {
    let list = new LoadedRuns(this.query, pickPrimary);
    await this.#readPage(list, experimentId, metric, undefined);
    // Which metric orders the runs is known only when there are some; only then is a page of many the right one.
    const known = list.primaryMetric;
    if (list.more && known !== metric && serverOrder(this.query().sort, known).length > 0) {
      list = new LoadedRuns(this.query, pickPrimary);
      await this.#readPage(list, experimentId, known, undefined);
    }
    while (list.pages < pages && list.more) {
      await this.#readPage(list, experimentId, list.bookmark.metric, list.bookmark.next);
    }
    if (list.more && !this.#isFiltered) {
      await this.#add(list, experimentId, await this.#reader.running([experimentId]), (runs) => list.add(runs));
    }
    return list;
  }

  /** Reads the next page, and further ones until the experiment has a row more at its top. */
  async readMore(list: LoadedRuns, experimentId: string): Promise<void> {
    const { next, last, metric } = list.bookmark;
    // Tokens of Labbook's server name the last run of a page. MLflow's count runs, and would skip as many as were deleted.
    let after = this.client().info === undefined && list.wentSincePage > 0 ? last : next;
    for (let page = 0; page < maxPagesWithoutRow && list.more; page += 1) {
      if ((await this.#readPage(list, experimentId, metric, after)) > 0) {
        return;
      }
      after = list.bookmark.next;
    }
  }

  /** Reads the children of a run, a page at a time. */
  async readChildren(list: LoadedRuns, experimentId: string, runId: string): Promise<void> {
    const after = list.childBookmark(runId)?.next;
    const page = await this.#reader.children(experimentId, runId, after);
    const bookmark = { next: page.next, last: after };
    await this.#add(list, experimentId, page.runs, (runs) => list.addChildren(runId, runs, bookmark));
  }

  /** Reads what changed. @returns undefined where so much did that the pages are better read afresh */
  async renew(list: LoadedRuns, experimentId: string, ids: ReadonlySet<string>): Promise<Applied | undefined> {
    const tooMany = Math.max(2, list.pages) * rowsPerPage;
    if (ids.size > tooMany || list.cameByThemselves > 2 * rowsPerPage) {
      return undefined;
    }
    const now = await this.#reader.changed(experimentId, [...ids]);
    const there = new Set(now.map(({ info }) => info.id));
    const applied = list.change(
      now,
      [...ids].filter((id) => !there.has(id)),
    );
    const shown = now.filter(({ info }) => list.runs.has(info.id));
    const before = list.runs.size;
    await this.#add(list, experimentId, shown, () => undefined);
    return { ...applied, structure: applied.structure || list.runs.size !== before };
  }

  get #reader(): RunReader {
    return new RunReader(this.client(), this.query());
  }

  get #isFiltered(): boolean {
    return this.query().filter !== undefined;
  }

  /** @returns how many rows the experiment has more at its top */
  async #readPage(
    list: LoadedRuns,
    experimentId: string,
    metric: string | undefined,
    after: string | undefined,
  ): Promise<number> {
    const before = list.forest.roots.length;
    const page = await this.#reader.page(experimentId, metric, after);
    const bookmark = { next: page.next, last: after, metric };
    await this.#add(list, experimentId, page.runs, (runs) => list.addPage(runs, bookmark));
    return list.forest.roots.length - before;
  }

  /** Adds runs together with their parents, and with their places in the order of creation. */
  async #add(
    list: LoadedRuns,
    experimentId: string,
    runs: readonly Run[],
    add: (runs: readonly Run[]) => void,
  ): Promise<void> {
    // What was not asked for by a filter is not shown; a child without its parent then stands at the top.
    const parents = this.#isFiltered
      ? []
      : await this.#reader.parentsOf(experimentId, runs, list.runs, this.#missingParents);
    const unknown = [...runs, ...parents].map(({ info }) => info.id).filter((id) => !list.slots.has(id));
    const slots = unknown.length === 0 ? undefined : await this.client().slots(unknown);
    list.addSlots(slots ?? new Map());
    if (parents.length > 0) {
      list.add(parents);
    }
    add(runs);
  }
}
