import type * as vscode from 'vscode';
import { mostHistories } from '../../client/searchedTable';
import { Coalescer } from '../../core/coalescer';
import type { Experiment, LifecycleStage } from '../../core/model';
import { pickMetric } from '../../core/primaryMetric';
import type { MetricFacts, TableFacts } from '../../protocol/experimentPanel';
import type { PanelSubject } from '../../protocol/panels';
import { readSetting } from '../contributions';
import type { Session } from '../platform/connection';
import type { ExperimentMarks, PrimaryMetric } from '../platform/experimentMarks';
import { keepDirection, readDirections } from '../platform/directions';
import { experimentIdsOf } from './subjects';

type Direction = TableFacts['directions'][string];

/** Settings that `TableFacts` has, and with it `MetricFacts`. */
export const factSettings = [
  'labbook.metrics.lowerIsBetter',
  'labbook.metrics.higherIsBetter',
  'labbook.metrics.primary',
  'labbook.table.digits',
  'labbook.charts.initialRuns',
] as const;

/** Milliseconds between two looks: logged models change their experiment, too, and often. */
const checkInterval = 500;

/** What decides which metric a panel of runs looks at first. */
interface ToldPrimary {
  readonly experimentId: string;
  readonly by: string;
}

interface Told {
  readonly facts: TableFacts;
  readonly stages: readonly LifecycleStage[];
}

/** What the host knows of a panel's experiments; tells when it is no longer what the panel was told. */
export class ExperimentFacts {
  #told: Told | undefined;
  #toldPrimary: ToldPrimary | undefined;
  readonly #checks: Coalescer;

  constructor(
    private readonly parts: {
      readonly subject: PanelSubject;
      readonly session: () => Promise<Session>;
      readonly marks: ExperimentMarks;
      readonly memory: vscode.Memento;
      readonly workspace: Pick<typeof vscode.workspace, 'getConfiguration'>;
      readonly onFacts: () => void;
      /** The user said which values of a metric are better: of interest to other panels and the tree, too. */
      readonly onDirection: () => void;
      /** An experiment, and with it its runs, was deleted or restored. */
      readonly onStages: () => void;
      readonly onError: (error: unknown) => void;
    },
  ) {
    this.#checks = new Coalescer(() => this.#check(), { minInterval: checkInterval, onError: parts.onError });
  }

  dispose(): void {
    this.#checks.dispose();
  }

  /** To be called when something may have changed. */
  check(): void {
    this.#checks.request();
  }

  async read(signal?: AbortSignal): Promise<TableFacts> {
    this.#told = await this.#read(signal);
    return this.#told.facts;
  }

  /** Of the first experiment; undefined: none any more. */
  async setBaseline(runId: string | undefined): Promise<void> {
    await this.parts.marks.setBaseline(await this.parts.session(), this.#first(), runId);
    // What only this workspace remembers makes no change on the server that would tell.
    this.check();
  }

  async setPrimaryMetric(metric: PrimaryMetric | undefined): Promise<void> {
    await this.parts.marks.setPrimaryMetric(await this.parts.session(), this.#first(), metric);
    this.check();
  }

  async setDirection(key: string, better: Direction | undefined): Promise<void> {
    await keepDirection(this.parts.memory, key, better);
    this.check();
    this.parts.onDirection();
  }

  /** Key of the metric that is looked at first: the experiment's own, else the first of `keys` that the setting names. */
  primaryOf(experiment: Experiment, keys: Iterable<string>): string | undefined {
    this.#toldPrimary = this.#primaryBy(experiment);
    const own = this.parts.marks.primaryMetric(experiment);
    return own?.key ?? pickMetric(keys, this.#patterns());
  }

  /** Whether the panel was told something that changes with one of these experiments. */
  isOf(experimentIds: readonly string[]): boolean {
    const own = [...experimentIdsOf(this.parts.subject), this.#toldPrimary?.experimentId];
    return experimentIds.some((id) => own.includes(id));
  }

  #patterns(): readonly string[] {
    return readSetting(this.parts.workspace, 'labbook.metrics.primary');
  }

  #primaryBy(experiment: Experiment): ToldPrimary {
    const own = this.parts.marks.primaryMetric(experiment);
    return { experimentId: experiment.id, by: JSON.stringify([own, this.#patterns()]) };
  }

  /** Panels of runs are told no facts but the primary metric, with their runs. */
  async #checkPrimary(): Promise<void> {
    const before = this.#toldPrimary;
    if (before) {
      const { client } = await this.parts.session();
      const now = this.#primaryBy(await client.getExperiment(before.experimentId));
      this.#toldPrimary = now;
      if (now.by !== before.by) {
        this.parts.onFacts();
      }
    }
  }

  /** What the settings, and the user, say of metrics' values. */
  ofMetrics(): MetricFacts {
    const setting = <Id extends (typeof factSettings)[number]>(id: Id) => readSetting(this.parts.workspace, id);
    const digits = Math.round(setting('labbook.table.digits'));
    return {
      lowerIsBetter: [...setting('labbook.metrics.lowerIsBetter')],
      higherIsBetter: [...setting('labbook.metrics.higherIsBetter')],
      directions: readDirections(this.parts.memory),
      digits: Math.min(17, Math.max(2, digits)),
    };
  }

  async #check(): Promise<void> {
    const before = this.#told;
    if (before === undefined) {
      await this.#checkPrimary();
      return;
    }
    const now = await this.#read();
    this.#told = now;
    if (JSON.stringify(now.facts) !== JSON.stringify(before.facts)) {
      this.parts.onFacts();
    }
    if (String(now.stages) !== String(before.stages)) {
      this.parts.onStages();
    }
  }

  async #read(signal?: AbortSignal): Promise<Told> {
    const { marks, subject } = this.parts;
    const { client, server } = await this.parts.session();
    const experiments = await Promise.all(
      experimentIdsOf(subject).map((id) => client.getExperiment(id, signal ? { signal } : {})),
    );
    const [first] = experiments;
    const baseline = first && marks.baseline(first);
    const primaryMetric = first && marks.primaryMetric(first);
    const setting = <Id extends (typeof factSettings)[number]>(id: Id) => readSetting(this.parts.workspace, id);
    return {
      facts: {
        experiments: experiments.map(({ id, name, stage }) => ({
          id,
          name,
          ...(stage === 'deleted' ? { isDeleted: true as const } : {}),
        })),
        ...(baseline === undefined ? {} : { baseline }),
        ...(primaryMetric === undefined ? {} : { primaryMetric }),
        primary: [...setting('labbook.metrics.primary')],
        initialRuns: Math.max(0, Math.round(setting('labbook.charts.initialRuns'))),
        ...this.ofMetrics(),
        canWrite: !server.info.read_only,
        ...(client.has('table') ? {} : { figuresOfNewest: mostHistories }),
      },
      stages: experiments.map(({ stage }) => stage),
    };
  }

  #first(): string {
    const [first] = experimentIdsOf(this.parts.subject);
    if (first === undefined) {
      throw new Error('This panel shows no experiment.');
    }
    return first;
  }
}
