import { mapLimited } from '../../client/mapLimited';
import { RequestError } from '../../client/requestError';
import type { TrackingClient } from '../../client/types';
import { Coalescer } from '../../core/coalescer';
import { compareInt64 } from '../../core/int64';
import type { ArtifactEntry, Experiment, Run } from '../../core/model';
import type { ChangeBatch } from '../../protocol/extras';
import { ArtifactCache } from './artifactCache';
import type { ExperimentEntry, RunList, TreeModel } from './model';
import { primaryMetricOf } from './primaryMetric';
import { PendingChanges } from './pendingChanges';
import { parentIdOf, runForest } from './runForest';
import { compareBy, groupValue, serverOrder, type Grouping, type TreeQuery } from './treeQuery';

/** Runs that are read at first, and more with each "Load more runs". */
export const pageSize = 200;
/** Experiments whose runs are counted without anyone having opened them. */
const eagerExperiments = 20;
/** Beyond this many changed runs, reading the page again is cheaper than reading each. */
const singleReads = 40;
const parallelReads = 4;
/** Runs that are looked at for a filter that the server does not understand. */
const scannedRuns = 20_000;
const scanPage = 1000;
/**
 * Milliseconds between two refreshes; what a script logs meanwhile is read at once. VS Code holds changes of a tree back until
 * there was none for 200 ms, so at a shorter interval a script that logs all the time would freeze the tree.
 */
const refreshInterval = 300;

/** What must be drawn again. */
export interface Touched {
  /** The list of experiments changed: everything. */
  readonly all: boolean;
  /** Experiments whose runs came, went, or changed their state. */
  readonly experiments: ReadonlySet<string>;
  /** Runs whose contents changed, with their experiments; none of those in `experiments`. */
  readonly runs: ReadonlyMap<string, string>;
  /** Runs whose files changed, with their experiments. */
  readonly artifacts: ReadonlyMap<string, string>;
}

export interface CatalogOptions {
  /** Globs of `labbook.metrics.primary`. */
  readonly primaryPatterns: () => readonly string[];
  readonly onTouched: (touched: Touched) => void;
  readonly onError: (what: string, error: unknown) => void;
}

/**
 * What the tree shows of a server: experiments, the runs of those that somebody looked at, the artifact folders that were
 * opened. The change feed says what changed; only that is read again, by one reader at a time.
 */
export class Catalog implements TreeModel {
  #client: TrackingClient | undefined;
  #experiments: ExperimentEntry[] = [];
  /** Ends when the last reader is done; see `#alone`. */
  #turn: Promise<unknown> = Promise.resolve();
  readonly #artifacts = new ArtifactCache((runId, path) => this.#connected().listArtifacts(runId, path));
  /** Parents that are named by a tag but are not there, so that they are not asked for again and again. */
  readonly #missingParents = new Set<string>();
  readonly #pending = new PendingChanges();
  #query: TreeQuery = { sort: 'newest' };
  #lost: ReadonlySet<string> = new Set();
  readonly #refresher: Coalescer;

  constructor(private readonly options: CatalogOptions) {
    this.#refresher = new Coalescer(() => this.#refresh(), {
      minInterval: refreshInterval,
      onError: (error) => {
        // What was taken and not shown is not known any more.
        this.#pending.addAll();
        options.onError('refreshing the tree', error);
      },
    });
  }

  get experiments(): readonly ExperimentEntry[] {
    return this.#experiments;
  }

  get query(): TreeQuery {
    return this.#query;
  }

  get grouping(): Grouping | undefined {
    return this.#query.grouping;
  }

  get isFiltered(): boolean {
    return this.#query.filter !== undefined;
  }

  isLost(runId: string): boolean {
    return this.#lost.has(runId);
  }

  /** Says which running runs are lost; rows of which that changed are drawn again. */
  setLost(runIds: readonly string[]): void {
    const before = this.#lost;
    this.#lost = new Set(runIds);
    const changed = [...runIds.filter((id) => !before.has(id)), ...[...before].filter((id) => !this.#lost.has(id))];
    const runs = new Map<string, string>();
    for (const { experiment, list } of this.#experiments) {
      changed.filter((id) => list?.runs.has(id)).forEach((id) => runs.set(id, experiment.id));
    }
    if (runs.size > 0) {
      this.#touch({ runs });
    }
  }

  /** Shows other runs, or the same in another order. What is loaded is read again, and shown until then. */
  setQuery(query: TreeQuery): void {
    const { filter, sort } = this.#query;
    this.#query = query;
    if (filter === query.filter && sort === query.sort) {
      this.#touch({ all: true });
    } else {
      this.reload();
    }
  }

  get runningRuns(): number {
    return this.#experiments.reduce((sum, { list }) => sum + (list?.running ?? 0), 0);
  }

  experiment(id: string): ExperimentEntry | undefined {
    return this.#experiments.find(({ experiment }) => experiment.id === id);
  }

  artifacts(runId: string, path: string): readonly ArtifactEntry[] | undefined {
    return this.#artifacts.get(runId, path);
  }

  /** Reads from another server from now on; undefined: nothing is read, what is there stays until `clear`. */
  connect(client: TrackingClient | undefined): void {
    this.#client = client;
    this.reload();
  }

  clear(): void {
    this.#experiments = [];
    this.#artifacts.clear();
    this.#missingParents.clear();
    this.options.onTouched({ all: true, experiments: new Set(), runs: new Map(), artifacts: new Map() });
  }

  /** Reads everything that is shown afresh. */
  reload(): void {
    this.#pending.addAll();
    this.#refresher.request();
  }

  apply(batch: ChangeBatch): void {
    this.#pending.add(batch);
    this.#refresher.request();
  }

  /** Loads the newest runs of an experiment unless they are loaded. */
  async load(experimentId: string): Promise<void> {
    await this.#alone(async () => {
      if (this.experiment(experimentId)?.list === undefined) {
        await this.#read(experimentId, pageSize);
      }
    });
  }

  async loadMore(experimentId: string): Promise<void> {
    await this.#alone(async () => {
      const loaded = this.experiment(experimentId)?.list?.runs.size ?? 0;
      await this.#read(experimentId, loaded + pageSize);
    });
    this.#touch({ experiments: new Set([experimentId]) });
  }

  /** The entries of a folder of a run; listed once, until its files change. */
  loadArtifacts(runId: string, path: string): Promise<readonly ArtifactEntry[]> {
    return this.#artifacts.load(runId, path);
  }

  dispose(): void {
    this.#refresher.dispose();
  }

  /** One reader at a time: an older answer must never be written over a newer one. */
  #alone<T>(read: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(read);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  #connected(): TrackingClient {
    if (this.#client === undefined) {
      throw new Error('The tracking server is not connected.');
    }
    return this.#client;
  }

  #touch(touched: Partial<Touched>): void {
    this.options.onTouched({ all: false, experiments: new Set(), runs: new Map(), artifacts: new Map(), ...touched });
  }

  async #refresh(): Promise<void> {
    if (this.#client === undefined) {
      return;
    }
    const changes = this.#pending.take();
    if (changes.all) {
      await this.#refreshAll();
      return;
    }
    const experiments = new Set<string>();
    const listChanged = await this.#alone(() => this.#refreshExperiments([...changes.experiments]));
    const runs = new Map<string, string>();
    for (const [experimentId, runIds] of changes.runs) {
      const { structure, changed } = await this.#alone(() => this.#refreshRuns(experimentId, runIds));
      if (structure) {
        experiments.add(experimentId);
      } else {
        changed.forEach((id) => runs.set(id, experimentId));
      }
    }
    for (const runId of changes.artifacts.keys()) {
      this.#artifacts.forget(runId);
    }
    this.#touch({ all: listChanged, experiments, runs, artifacts: changes.artifacts });
  }

  async #refreshAll(): Promise<void> {
    this.#artifacts.clear();
    this.#missingParents.clear();
    await this.#alone(() => this.#readExperiments());
    const byActivity = [...this.#experiments].sort((a, b) =>
      compareInt64(b.experiment.updatedAt, a.experiment.updatedAt),
    );
    const [only] = byActivity;
    // Whether a store with one experiment is empty decides between tree and welcome text, so look before drawing.
    const drawFirst = byActivity.length > 1;
    if (drawFirst) {
      this.#touch({ all: true });
    }
    for (const [place, { experiment, list }] of byActivity.entries()) {
      if (list !== undefined || place < eagerExperiments) {
        await this.#alone(() => this.#read(experiment.id, Math.max(pageSize, list?.runs.size ?? 0)));
        if (drawFirst) {
          this.#touch({ experiments: new Set([experiment.id]) });
        }
      }
    }
    if (!drawFirst || only === undefined) {
      this.#touch({ all: true });
    }
  }

  async #readExperiments(): Promise<void> {
    const experiments = await this.#connected().allExperiments();
    this.#setExperiments(experiments.map((experiment) => ({ experiment, list: this.experiment(experiment.id)?.list })));
  }

  #setExperiments(entries: ExperimentEntry[]): void {
    this.#experiments = entries.sort(
      (a, b) =>
        compareInt64(b.experiment.createdAt, a.experiment.createdAt) ||
        Number(b.experiment.id) - Number(a.experiment.id),
    );
  }

  /** @returns whether the list of experiments, or what is written beside one, changed */
  async #refreshExperiments(ids: readonly string[]): Promise<boolean> {
    if (ids.length > singleReads) {
      await this.#readExperiments();
      return true;
    }
    let changed = false;
    for (const id of ids) {
      const experiment = await gone(this.#connected().getExperiment(id));
      const before = this.experiment(id);
      const others = this.#experiments.filter((each) => each.experiment.id !== id);
      const now: Experiment | undefined = experiment?.stage === 'active' ? experiment : undefined;
      changed ||= now?.name !== before?.experiment.name || tagsDiffer(now, before?.experiment);
      if (now) {
        this.#setExperiments([...others, { experiment: now, list: before?.list }]);
        if (before === undefined) {
          await this.#read(id, pageSize);
        } else if (before.list) {
          this.#setList(id, before.list.runs, before.list.slots, before.list.more);
        }
      } else {
        this.#setExperiments(others);
      }
    }
    return changed;
  }

  async #refreshRuns(
    experimentId: string,
    runIds: ReadonlySet<string>,
  ): Promise<{ structure: boolean; changed: readonly string[] }> {
    const list = this.experiment(experimentId)?.list;
    if (list === undefined || runIds.size > singleReads) {
      await this.#read(experimentId, Math.max(pageSize, list?.runs.size ?? 0));
      return { structure: true, changed: [] };
    }
    const runs = new Map(list.runs);
    await mapLimited([...runIds], parallelReads, async (id) => {
      const run = await gone(this.#connected().getRun(id));
      const isShown = run?.info.stage === 'active' && run.info.experimentId === experimentId;
      if (isShown && this.#query.filter?.matches(run) !== false) {
        runs.set(id, run);
      } else {
        runs.delete(id);
      }
    });
    await this.#addParents(experimentId, runs);
    const slots = await this.#slotsOf(runs, list.slots);
    const after = this.#setList(experimentId, runs, slots, list.more);
    const structure =
      after === undefined ||
      after.primaryMetric !== list.primaryMetric ||
      [...new Set([...runs.keys(), ...list.runs.keys()])].some((id) =>
        movedOrTurned(list.runs.get(id), runs.get(id), this.grouping),
      );
    return { structure, changed: [...runIds] };
  }

  /** Reads the first `limit` runs of an experiment that the query wants. */
  async #read(experimentId: string, limit: number): Promise<void> {
    const metric = this.experiment(experimentId)?.list?.primaryMetric;
    const { items, more } = await this.#search(experimentId, limit, metric);
    const runs = new Map(items.map((run) => [run.info.id, run]));
    await this.#addParents(experimentId, runs);
    const slots = await this.#slotsOf(runs, new Map());
    const list = this.#setList(experimentId, runs, slots, more);
    // Which metric orders the runs is known only when there are some; only then is a page of many the right one.
    const isByMetric = serverOrder(this.#query.sort, list?.primaryMetric).length > 0;
    if (more && isByMetric && list?.primaryMetric !== metric) {
      const again = await this.#search(experimentId, limit, list?.primaryMetric);
      this.#setList(experimentId, new Map(again.items.map((run) => [run.info.id, run])), slots, again.more);
    }
  }

  /** One page from the start: a token of an earlier page would skip runs when some were deleted since. */
  async #search(
    experimentId: string,
    limit: number,
    metric: string | undefined,
  ): Promise<{ items: readonly Run[]; more: boolean }> {
    const { filter, sort } = this.#query;
    const client = this.#connected();
    const query = { experimentIds: [experimentId], orderBy: serverOrder(sort, metric) };
    if (filter === undefined || filter.forServer !== undefined) {
      const wanted = filter?.forServer === undefined ? {} : { filter: filter.forServer };
      const page = await client.searchRuns({ ...query, ...wanted, maxResults: limit });
      return { items: page.items, more: page.nextPageToken !== undefined };
    }
    const items: Run[] = [];
    let pageToken: string | undefined;
    let scanned = 0;
    do {
      const token = pageToken === undefined ? {} : { pageToken };
      const page = await client.searchRuns({ ...query, ...token, maxResults: scanPage });
      items.push(...page.items.filter((run) => filter.matches(run)));
      scanned += page.items.length;
      pageToken = page.nextPageToken;
    } while (pageToken !== undefined && items.length <= limit && scanned < scannedRuns);
    return { items: items.slice(0, limit), more: pageToken !== undefined || items.length > limit };
  }

  /** Parents are older than their children, so they are often on a later page; without them children would lie about. */
  async #addParents(experimentId: string, runs: Map<string, Run>): Promise<void> {
    if (this.isFiltered) {
      // What was not asked for is not shown; a child without its parent then stands at the top.
      return;
    }
    for (let depth = 0; depth < 10; depth += 1) {
      const wanted = [...runs.values()]
        .map(parentIdOf)
        .filter((id): id is string => id !== undefined && !runs.has(id) && !this.#missingParents.has(id));
      if (wanted.length === 0) {
        return;
      }
      await mapLimited([...new Set(wanted)].slice(0, pageSize), parallelReads, async (id) => {
        const run = await gone(this.#connected().getRun(id));
        if (run?.info.stage === 'active' && run.info.experimentId === experimentId) {
          runs.set(id, run);
        } else {
          this.#missingParents.add(id);
        }
      });
    }
  }

  async #slotsOf(
    runs: ReadonlyMap<string, Run>,
    known: ReadonlyMap<string, number>,
  ): Promise<ReadonlyMap<string, number>> {
    const unknown = [...runs.keys()].filter((id) => !known.has(id));
    if (unknown.length === 0) {
      return known;
    }
    const slots = await this.#connected().slots(unknown);
    return new Map([...known, ...(slots ?? [])]);
  }

  #setList(
    experimentId: string,
    runs: ReadonlyMap<string, Run>,
    slots: ReadonlyMap<string, number>,
    more: boolean,
  ): RunList | undefined {
    const at = this.#experiments.findIndex(({ experiment }) => experiment.id === experimentId);
    const entry = this.#experiments[at];
    if (entry === undefined) {
      return undefined;
    }
    const keys = new Set<string>();
    let running = 0;
    for (const run of runs.values()) {
      run.metrics.forEach(({ key }) => keys.add(key));
      running += run.info.status === 'RUNNING' ? 1 : 0;
    }
    const primaryMetric = primaryMetricOf(entry.experiment, keys, this.options.primaryPatterns());
    const forest = runForest(runs, compareBy(this.#query.sort, primaryMetric));
    const list: RunList = { runs, forest, slots, more, primaryMetric, running };
    this.#experiments[at] = { experiment: entry.experiment, list };
    return list;
  }
}

/** True where a run came, went, changed its state or its place; its row's neighbours or the counts above change then. */
function movedOrTurned(before: Run | undefined, after: Run | undefined, grouping: Grouping | undefined): boolean {
  return (
    (grouping && before && groupValue(before, grouping)) !== (grouping && after && groupValue(after, grouping)) ||
    before?.info.status !== after?.info.status ||
    before?.info.startTime !== after?.info.startTime ||
    (before && parentIdOf(before)) !== (after && parentIdOf(after))
  );
}

function tagsDiffer(a: Experiment | undefined, b: Experiment | undefined): boolean {
  return JSON.stringify(a?.tags) !== JSON.stringify(b?.tags);
}

/** The answer, or undefined where the thing does not exist (any more). */
async function gone<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof RequestError && error.status === 404) {
      return undefined;
    }
    throw error;
  }
}
