import type { TrackingClient } from '../../client/types';
import { mapLimited } from '../../client/mapLimited';
import type { Better } from '../../core/metricDirection';
import type { ArtifactEntry, Experiment, Run } from '../../core/model';
import type { ShownRuns } from '../../core/shownRuns';
import type { ChangeBatch } from '../../protocol/extras';
import { ArtifactCache } from './artifactCache';
import { ArtifactTotals, type ArtifactTotal } from './artifactTotals';
import { untouched, type CatalogOptions, type Touched } from './catalogOptions';
import { ExperimentList, looksDiffer, type Entry } from './experimentList';
import { ListReader } from './listReader';
import { rowsPerPage, type ExperimentEntry, type RunRef, type TreeModel } from './model';
import type { Changes } from './pendingChanges';
import { primaryMetricOf } from './primaryMetric';
import { Refresher } from './refresher';
import { RunFigures, type Extremes } from './runFigures';
import { RunModels, type RunModel } from './runModels';
import { gone, RunReader } from './runReader';
import type { Grouping, TreeQuery } from './treeQuery';

/** Experiments that are looked into without anyone having opened them: the ones that something happened in last. */
const eagerExperiments = 5;
/** Experiments whose runs are counted without anyone having opened them. */
const countedExperiments = 50;
/** Beyond this many changed experiments, reading the list again is cheaper than reading each. */
const singleReads = 40;
const parallelCounts = 4;

/**
 * What the tree shows of a server: experiments, the runs of those that somebody looked at, the artifact folders that were
 * opened. The change feed says what changed; only that is read again, by one reader at a time.
 */
export class Catalog implements TreeModel {
  #client: TrackingClient | undefined;
  readonly #experiments = new ExperimentList();
  /** Ends when the last reader is done; see `#alone`. */
  #turn: Promise<unknown> = Promise.resolve();
  readonly #models = new RunModels(() => this.#connected());
  readonly #artifacts = new ArtifactCache((runId, path) => this.#connected().listArtifacts(runId, path));
  readonly totals = new ArtifactTotals(
    this.#artifacts,
    // Of other servers, each folder may lie in a store far away.
    () => this.#client?.has('events') === true,
    (runId) => this.#touch({ elements: [`artifacts:${runId}`] }),
  );
  /** Of metrics that somebody looks at. */
  readonly figures = new RunFigures(() => this.#client);
  readonly #lists = new ListReader(
    () => this.#connected(),
    () => this.#query,
  );
  #query: TreeQuery = { sort: 'newest' };
  #lost: ReadonlySet<string> = new Set();
  /** How many rows of long lists are shown, where it is not the first page, by the id of the element above. */
  readonly #rows = new Map<string, number>();
  readonly #refresher: Refresher;

  constructor(private readonly options: CatalogOptions) {
    this.#refresher = new Refresher({
      refresh: (changes) => this.#refresh(changes),
      isConnected: () => this.#client !== undefined,
      onError: (error) => options.onError('refreshing the tree', error),
    });
  }

  get experiments(): readonly ExperimentEntry[] {
    return this.#experiments.all;
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

  /** Ids of running runs of which nothing is heard any more. */
  get lost(): ReadonlySet<string> {
    return this.#lost;
  }

  isLost(runId: string): boolean {
    return this.#lost.has(runId);
  }

  /** Says which running runs are lost; their rows, and what counts them, are drawn again. @returns whether it is another set */
  setLost(runIds: readonly string[]): boolean {
    const before = this.#lost;
    this.#lost = new Set(runIds);
    const changed = [...runIds.filter((id) => !before.has(id)), ...[...before].filter((id) => !this.#lost.has(id))];
    const runs = this.#experiments.withTheirs(changed);
    if (runs.size > 0) {
      this.#touch({ experiments: new Set(runs.values()) });
    }
    return changed.length > 0;
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

  /** Runs that go on; lost ones do not. */
  get runningRuns(): number {
    return this.#experiments.running().filter((id) => !this.#lost.has(id)).length;
  }

  experiment(id: string): Entry | undefined {
    return this.#experiments.get(id);
  }

  better(key: string): Better | undefined {
    return this.options.better?.(key);
  }

  extremes(run: Run, key: string): Extremes | undefined {
    return this.figures.get(run, key);
  }

  shownIn(experimentId: string): ShownRuns | undefined {
    const entry = this.experiment(experimentId);
    const isNewest = !this.isFiltered && (this.#query.sort === 'newest' || entry?.list?.more === false);
    return entry && this.options.shownIn?.(entry, isNewest);
  }

  artifacts(runId: string, path: string): readonly ArtifactEntry[] | undefined {
    return this.#artifacts.get(runId, path);
  }

  artifactTotal(runId: string): ArtifactTotal | undefined {
    return this.totals.get(runId);
  }

  rowsOf(elementId: string): number | undefined {
    return this.#rows.get(elementId);
  }

  /** Reads from another server from now on; undefined: nothing is read, what is there stays until `clear`. */
  connect(client: TrackingClient | undefined): void {
    this.#client = client;
    this.reload();
  }

  clear(): void {
    this.#experiments.clear();
    this.#artifacts.clear();
    this.totals.clear();
    this.#models.clear();
    this.figures.clear();
    this.#lists.forget();
    this.#rows.clear();
    this.#touch({ all: true });
  }

  /** Reads everything that is shown afresh. */
  reload(): void {
    this.#refresher.addAll();
  }

  apply(batch: ChangeBatch): void {
    this.#refresher.add(batch);
  }

  /** Loads the newest runs of an experiment unless they are loaded. */
  async load(experimentId: string): Promise<void> {
    await this.#alone(async () => {
      if (this.experiment(experimentId)?.list === undefined) {
        await this.#read(experimentId);
      }
    });
  }

  /** Loads the first of a run's children, unless they are loaded: those of an experiment's first pages may not be all. */
  async loadChildren(experimentId: string, runId: string): Promise<void> {
    await this.#alone(async () => {
      const list = this.experiment(experimentId)?.list;
      if (list !== undefined && list.childrenOf(runId) === undefined) {
        await this.#lists.readChildren(list, experimentId, runId);
      }
    });
  }

  /**
   * Shows more of a list that is not shown whole.
   * @param within the id of the element above it: an experiment (the default), a run with children, a group or a folder of a run
   */
  async loadMore(experimentId: string, within = `experiment:${experimentId}`): Promise<void> {
    const runId = /^run:(.*)$/s.exec(within)?.[1];
    if (within === `experiment:${experimentId}`) {
      await this.#alone(async () => {
        const list = this.experiment(experimentId)?.list;
        await (list?.isOutdated === false ? this.#lists.readMore(list, experimentId) : this.#read(experimentId));
      });
      this.#touch({ experiments: new Set([experimentId]) });
    } else if (runId !== undefined) {
      await this.#alone(async () => {
        const list = this.experiment(experimentId)?.list;
        await (list && this.#lists.readChildren(list, experimentId, runId));
      });
      this.#touch({ runs: new Map([[runId, experimentId]]) });
    } else {
      this.#rows.set(within, (this.#rows.get(within) ?? rowsPerPage) + rowsPerPage);
      this.#touch({ elements: [within] });
    }
  }

  /** The entries of a folder of a run; listed once, until its files change. */
  loadArtifacts(runId: string, path: string): Promise<readonly ArtifactEntry[]> {
    return this.#artifacts.load(runId, path);
  }

  /** The models that a run logged, and what they were registered as. */
  async loadModels({ experimentId, runId }: RunRef): Promise<void> {
    const run = this.experiment(experimentId)?.list?.runs.get(runId);
    await (run && this.#models.load(run));
  }

  models(run: Run): readonly RunModel[] | undefined {
    return this.#models.get(run);
  }

  dispose(): void {
    this.#refresher.dispose();
    this.totals.dispose();
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
    this.options.onTouched({ ...untouched, ...touched });
  }

  async #refresh(changes: Changes): Promise<void> {
    if (changes.all) {
      await this.#refreshAll();
      return;
    }
    const experiments = new Set<string>();
    const listChanged = await this.#alone(() => this.#refreshExperiments([...changes.experiments]));
    const runs = new Map<string, string>();
    for (const [experimentId, runIds] of changes.runs) {
      const changed = await this.#alone(() => this.#refreshRuns(experimentId, runIds));
      if (changed === undefined) {
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
    this.#models.clear();
    this.#lists.forget();
    await this.#alone(() => this.#readExperiments());
    const ids = this.#experiments.byActivity();
    // Whether a store with one experiment is empty decides between tree and welcome text, so look before drawing.
    const drawFirst = ids.length > 1;
    if (drawFirst) {
      this.#touch({ all: true });
    }
    const running = await this.#experimentsWithRunning(ids.slice(0, countedExperiments));
    for (const [place, id] of ids.entries()) {
      if (this.experiment(id)?.list !== undefined || place < eagerExperiments || running.has(id)) {
        await this.#alone(() => this.#read(id));
        if (drawFirst) {
          this.#touch({ experiments: new Set([id]) });
        }
      }
    }
    await this.#countOthers(ids.slice(0, countedExperiments));
    this.#touch(drawFirst ? { experiments: new Set(ids) } : { all: true });
  }

  async #experimentsWithRunning(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const wanted = ids.length > 0 && !this.isFiltered;
    const running = wanted ? await new RunReader(this.#connected(), this.#query).running(ids) : [];
    return new Set(running.map(({ info }) => info.experimentId));
  }

  async #countOthers(ids: readonly string[]): Promise<void> {
    const others = ids.filter((id) => this.experiment(id)?.list === undefined);
    await mapLimited(others, parallelCounts, (id) => this.#count(id));
  }

  /** @returns whether it is another number than before */
  async #count(experimentId: string): Promise<boolean> {
    const before = this.experiment(experimentId)?.total;
    const total = await this.#connected().countRuns([experimentId], 'active');
    this.#experiments.change(experimentId, { total });
    return total !== before;
  }

  async #readExperiments(): Promise<void> {
    this.#experiments.replace(await this.#connected().allExperiments());
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
      const now: Experiment | undefined = experiment?.stage === 'active' ? experiment : undefined;
      changed ||= looksDiffer(now, before?.experiment);
      if (now === undefined) {
        this.#experiments.remove(id);
      } else if (before === undefined) {
        this.#experiments.add(now);
        await this.#read(id);
      } else {
        this.#experiments.change(id, { experiment: now });
        before.list?.repick();
      }
    }
    return changed;
  }

  /** @returns the runs whose rows changed; undefined where the experiment's rows did */
  async #refreshRuns(experimentId: string, runIds: ReadonlySet<string>): Promise<readonly string[] | undefined> {
    const list = this.experiment(experimentId)?.list;
    // Those that are not loaded are counted none the less: they may have gone to the trash, or come back.
    const isBeyond = list?.more === true && [...runIds].some((id) => !list.runs.has(id));
    const applied = list && (await this.#lists.renew(list, experimentId, runIds));
    if (applied === undefined) {
      await this.#read(experimentId);
      return undefined;
    }
    const isCount = (isBeyond || (applied.structure && list?.more === true)) && (await this.#count(experimentId));
    return applied.structure || isCount ? undefined : applied.changed;
  }

  /** Reads as many pages of an experiment as are shown, of another query the first. */
  async #read(experimentId: string): Promise<void> {
    const before = this.experiment(experimentId)?.list;
    const pickPrimary = (keys: ReadonlySet<string>): string | undefined => {
      const experiment = this.experiment(experimentId)?.experiment;
      return experiment && primaryMetricOf(experiment, keys, this.options.primaryPatterns());
    };
    const pages = before?.isOutdated === false ? before.pages : 1;
    const list = await this.#lists.read(experimentId, pages, pickPrimary, before?.primaryMetric);
    this.#experiments.change(experimentId, { list });
    if (list.more) {
      await this.#count(experimentId);
    }
  }
}
