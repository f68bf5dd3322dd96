import type { Better } from '../../core/metricDirection';
import type { ArtifactEntry, Experiment, Run } from '../../core/model';
import type { ShownRuns } from '../../core/shownRuns';
import type { Extremes } from './runFigures';
import type { RunForest } from './runForest';
import type { RunModel } from './runModels';
import type { Grouping } from './treeQuery';

/** The loaded runs of an experiment. What it holds changes; it is another object when everything was read afresh. */
export interface RunList {
  readonly runs: ReadonlyMap<string, Run>;
  /** Another object whenever a run came, went, or changed its place. */
  readonly forest: RunForest;
  /** Place of each run in its experiment's order of creation; gives the colour. */
  readonly slots: ReadonlyMap<string, number>;
  /** True where the server has more runs that are not loaded. */
  readonly more: boolean;
  /** The metric that stands beside each run. */
  readonly primaryMetric: string | undefined;
  /** Ids of the loaded runs that are running. */
  readonly running: ReadonlySet<string>;
  /** What is known of a run's children: all are loaded, or more are to be had; undefined where nobody asked. */
  childrenOf(runId: string): 'all' | 'more' | undefined;
}

export interface ExperimentEntry {
  readonly experiment: Experiment;
  /** Undefined until somebody looks at it. */
  readonly list: RunList | undefined;
  /** All of its runs, loaded or not; undefined where the server does not count. */
  readonly total?: number | undefined;
}

/** What the tree shows of the store. */
export interface TreeModel {
  /** Newest first. */
  readonly experiments: readonly ExperimentEntry[];
  experiment(id: string): ExperimentEntry | undefined;
  /** By what the runs of an experiment are put together. */
  readonly grouping?: Grouping | undefined;
  /** Whether a running run's script went away. */
  isLost?(runId: string): boolean;
  /** Which runs of an experiment charts draw; undefined where that is not known. */
  shownIn?(experimentId: string): ShownRuns | undefined;
  /** Which values of a metric are better. */
  better?(key: string): Better | undefined;
  /** Least and greatest value of a run's metric, where they were read. */
  extremes?(run: Run, key: string): Extremes | undefined;
  /** True where only some runs are shown. */
  readonly isFiltered?: boolean;
  /** How many rows of a long list (the id of the element above them) are shown; absent: `rowsPerPage`. */
  rowsOf?(elementId: string): number | undefined;
  /** Entries of a folder of a run ('' is the root); undefined until it was listed. */
  artifacts(runId: string, path: string): readonly ArtifactEntry[] | undefined;
  /** All files of a run, as they were counted last. */
  artifactTotal?(runId: string): { readonly files: number; readonly bytes: number } | undefined;
  /** The models that a run logged; undefined until they were read. */
  models?(run: Run): readonly RunModel[] | undefined;
}

/** Rows that a long list shows at first, and more with each click on its last one. */
export const rowsPerPage = 200;

export type RunGroup = 'metrics' | 'params' | 'tags' | 'artifacts' | 'models';

/** What an element of the tree stands for. `id` is the same for the same thing for ever, so expansion and selection stay. */
export type NodeRef =
  | { readonly kind: 'experiment'; readonly id: string; readonly experimentId: string }
  | RunRef
  | { readonly kind: 'group'; readonly id: string; readonly run: RunRef; readonly group: RunGroup }
  | { readonly kind: 'metric' | 'param' | 'tag'; readonly id: string; readonly run: RunRef; readonly key: string }
  | ArtifactRef
  | RunModelRef
  | {
      readonly kind: 'runGroup';
      readonly id: string;
      readonly experimentId: string;
      /** Undefined for the runs that lack what is grouped by. */
      readonly value: string | undefined;
    }
  | {
      readonly kind: 'more';
      readonly id: string;
      readonly experimentId: string;
      readonly parent: NodeRef;
      /** The id of `parent`. */
      readonly within: string;
    }
  | { readonly kind: 'wayOut'; readonly id: string; readonly way: 'tryAgain' | 'showLog' }
  | { readonly kind: 'failure'; readonly id: string; readonly parent: string; readonly message: string };

export interface RunRef {
  readonly kind: 'run';
  readonly id: string;
  readonly experimentId: string;
  readonly runId: string;
}

export interface ArtifactRef {
  readonly kind: 'artifact';
  readonly id: string;
  readonly run: RunRef;
  readonly runId: string;
  readonly experimentId: string;
  readonly path: string;
  readonly isDirectory: boolean;
  readonly size: number | undefined;
}

/** A model that a run logged; a command that is given one finds run and model in it. */
export interface RunModelRef {
  readonly kind: 'runModel';
  readonly id: string;
  readonly run: RunRef;
  readonly runId: string;
  readonly path: string;
}

/** How an element looks; `host/tree/treeItems.ts` makes a `vscode.TreeItem` of it. */
export interface NodeView {
  readonly id: string;
  readonly label: string;
  readonly description?: string;
  /** A codicon and, for runs, the id of its colour. */
  readonly icon?: { readonly name: string; readonly colour?: string };
  /** Of a run: whether charts draw it; its row then has a box for that. */
  readonly shown?: boolean;
  /** What a run's row is marked with. */
  readonly mark?: 'failed' | 'lost';
  /** `fileIcon`: the icon that the user's theme has for this kind of file. */
  readonly fileIcon?: 'file' | 'folder';
  readonly expandable: boolean;
  /** Open the first time it is drawn; from then on the user decides. */
  readonly startsOpen?: boolean;
  /** Grammar: the kind, then flags, each closed by `;`, e.g. `run;status=running;nested;`. */
  readonly contextValue: string;
  /** What a screen reader says, where the label and description do not say it all. */
  readonly accessibleName?: string;
}
