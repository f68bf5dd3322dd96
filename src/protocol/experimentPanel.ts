/** What the experiment panel asks of the host beside `PanelRequests`: the table, edits, saved views. */
import type { KeptShown, ShownChange } from '../core/shownRuns';
import type { ExportFormat } from '../core/tableText';
import type { ColumnId } from './tableTypes';

export interface ExperimentRequests {
  /** Every run of the experiment panel's experiments that is not deleted, as columns (`decodeTableRows`); with `runIds` only these. */
  tableRows: { params: { runIds?: string[] }; result: ArrayBuffer };
  /** Columns of the same runs (`decodeTableColumns`). */
  tableColumns: { params: { columns: ColumnId[]; runIds?: string[] }; result: ArrayBuffer };
  /**
   * For each condition of a filter, as it is written, the ids of the runs that meet it: for what the table's columns do not have, datasets
   * and the artifacts' URI.
   */
  matchingRuns: { params: { conditions: string[] }; result: { matches: string[][] } };
  /** Facts that the host knows about the experiments: settings, what is written in their tags, what can be edited. */
  tableFacts: { params: Record<string, never>; result: TableFacts };
  /** Edits in place. `undefined` as the value of a tag removes it. */
  setName: { params: { runId: string; name: string }; result: null };
  setTag: { params: { runIds: string[]; key: string; value?: string }; result: null };
  /** Baseline and primary metric: tags of the experiment, or the workspace's memory where the server is read-only. */
  setBaseline: { params: { runId?: string }; result: null };
  setPrimaryMetric: { params: { key?: string; aggregate?: 'last' | 'min' | 'max' }; result: null };
  setDirection: { params: { key: string; better?: 'lower' | 'higher' }; result: null };
  /**
   * Moves runs to the trash, and back: the panel offers undo itself. Asks only where scripts still log to some of them, as no undo helps a
   * script that failed meanwhile: `running` is the name of the first of these; the answer tells where the user kept them all.
   */
  trashRuns: { params: { runIds: string[]; running?: string }; result: null | { kept: true } };
  restoreRuns: { params: { runIds: string[] }; result: null };
  /**
   * Writes runs, in this order, to a file where the user says (a dialog, in which `format` stands first); false where the user gave up.
   * The host reads them, and shows how far it is.
   */
  exportRuns: {
    params: { name: string; format: ExportFormat; runIds: string[]; columns: { name: string; field: ExportField }[] };
    result: { saved: boolean };
  };
  /** Writes a file where the user says (a dialog); false where the user gave up. */
  saveFile: { params: { name: string; content: string | ArrayBuffer }; result: { saved: boolean } };
  /** UTF-8 in parts: of a long string VS Code would make JSON, in one piece. */
  copyText: { params: { parts: ArrayBuffer[] }; result: null };
  /** Which runs charts draw and which are selected: one state for tree, table and charts, which the host has. */
  readShown: { params: Record<string, never>; result: { experiments: ExperimentShown[]; selected: string[] } };
  /** Answered with what holds after it; the panel's own changes come back as a notice, too. */
  changeShown: {
    params: { changes: { experimentId: string; change: ShownChange }[] };
    result: { experiments: ExperimentShown[] };
  };
  /** Says what the user selected here: the runs of each of the panel's experiments, also where there are none. */
  select: { params: { selection: { experimentId: string; runIds: string[] }[] }; result: null };
  /** Saved views: JSON files in the folder of `labbook.views.folder`. */
  listViews: {
    params: Record<string, never>;
    result: { views: { name: string; content: string; problem?: string }[] };
  };
  /**
   * `was`: what the file holds as far as the panel knows, as `listViews` told; null for a file that is not there. Refused where it holds
   * something else, which somebody wrote meanwhile. Answered with what `listViews` tells from now on.
   */
  saveView: { params: { name: string; content: string; was: string | null }; result: { content: string } };
  /** Shows a view's file in an editor, at the place where it is wrong. */
  openViewFile: { params: { name: string }; result: null };
  deleteView: { params: { name: string }; result: null };
  /** A chart in an editor tab of its own. */
  openChart: { params: { metric: string; runIds: string[] }; result: null };
}

/** What is known of a run beside its values. */
export const attributeKeys = ['name', 'state', 'experiment', 'started', 'ended', 'duration', 'id'] as const;
export type AttributeKey = (typeof attributeKeys)[number];

/** What stands in a column of a file. */
export type ExportField = ColumnId | { readonly kind: 'attribute'; readonly key: AttributeKey };

/** The runs of an experiment that charts draw. */
export interface ExperimentShown {
  experimentId: string;
  /** Absent until the experiment is opened for the first time: the panel, which has all runs, then says what is shown first. */
  shown?: KeptShown;
}

/** What decides how the values of metrics are written, and which of them are better. */
export interface MetricFacts {
  /** Globs of the settings, and what the user said of single metrics, which wins. */
  lowerIsBetter: string[];
  higherIsBetter: string[];
  directions: Record<string, 'lower' | 'higher'>;
  /** `labbook.table.digits` */
  digits: number;
}

export interface TableFacts extends MetricFacts {
  experiments: { id: string; name: string; isDeleted?: true }[];
  baseline?: string;
  primaryMetric?: { key: string; aggregate: 'last' | 'min' | 'max' };
  /** Globs of `labbook.metrics.primary`, for experiments without a primary metric of their own. */
  primary: string[];
  /** `labbook.charts.initialRuns` */
  initialRuns: number;
  canWrite: boolean;
  /**
   * Set where the server cannot tell the least, greatest and mean value of a metric, its value at a step and its number of points: of
   * how many of the newest runs such a column has a value all the same.
   */
  figuresOfNewest?: number;
}
