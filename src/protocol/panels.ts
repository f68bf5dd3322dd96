/**
 * The contracts between the extension host and each panel. Everything here survives VS Code's message channel, which is JSON
 * plus ArrayBuffers: doubles are `WireDouble`s, steps and times beyond 2^53 decimal strings, series are one ArrayBuffer in the
 * form of `seriesCodec.ts`.
 */
import type { RunStatus, LifecycleStage } from '../core/model';
import type { ExperimentRequests, ExperimentShown, MetricFacts } from './experimentPanel';
import type { Smoothing, XSource } from './extras';
import type { WireDouble } from './mlflow';

export type PanelInt64 = number | string;

export interface PanelMetric {
  key: string;
  value: WireDouble;
  step: PanelInt64;
  timestamp: PanelInt64;
}

export interface PanelRun {
  id: string;
  experimentId: string;
  experimentName: string;
  name: string;
  status: RunStatus;
  stage: LifecycleStage;
  startTime: PanelInt64;
  endTime?: PanelInt64;
  /** Place in the experiment's order of creation; gives colour and dash (`core/runColour.ts`). */
  slot: number;
  /** CSS colour from the tag `mlflow.runColor`, validated by the host; overrides the slot's. */
  colour?: string;
  parentId?: string;
  metrics: PanelMetric[];
  params: { key: string; value: string }[];
  tags: { key: string; value: string }[];
}

export interface PanelArtifact {
  path: string;
  isDirectory: boolean;
  size?: number;
}

/** What a panel shows; also what its state is restored from after a reload. */
export type PanelSubject =
  /** One experiment, or several in one table; edits of baseline and primary metric go to the first. */
  | { panel: 'experiment'; experimentId: string; moreExperimentIds?: string[] | undefined }
  /** One large chart. */
  | { panel: 'chart'; metric: string; runIds: string[] }
  | { panel: 'run'; runId: string }
  | { panel: 'compare'; runIds: string[] };

/** Charts before anything is arranged in them: `labbook.charts.*`. */
export interface ChartDefaults {
  x: 'step' | 'relative' | 'time';
  /** From 0 (none) to 1, as a place on the panel's slider. */
  smoothing: number;
  smoothingKind: Smoothing['kind'];
  clip: boolean;
  bands: boolean;
}

/** Requests from a panel to the host. Each is answered or refused; the host validates `params` before it acts. */
export interface PanelRequests extends ExperimentRequests {
  /** First call of a panel: what it shows, and the texts in the user's language. */
  subject: { params: Record<string, never>; result: PanelSubject };
  chartDefaults: { params: Record<string, never>; result: ChartDefaults };
  /** Running runs of which nothing is heard any more, of any experiment. */
  lostRuns: { params: Record<string, never>; result: { runIds: string[] } };
  /** The runs of the subject, newest first (experiment: the newest `limit`, default 20; total says how many there are). */
  runs: {
    params: { limit?: number };
    /** `primary`: key of the first experiment's primary metric, its own or the settings'. */
    result: { runs: PanelRun[]; total: number; experimentName: string; primary?: string; metricFacts: MetricFacts };
  };
  /** Curves as one ArrayBuffer (`decodeSeries`). */
  series: {
    params: {
      runIds: string[];
      keys: string[];
      x: XSource;
      maxPoints: number;
      range?: { min: number; max: number };
      smoothing?: Smoothing;
      known?: { runId: string; key: string; version: string }[];
    };
    result: ArrayBuffer;
  };
  artifacts: { params: { runId: string; path: string }; result: { entries: PanelArtifact[] } };
  /** The bytes of an artifact for a preview, at most `limit`; `size` is the whole file's. */
  artifact: { params: { runId: string; path: string; limit: number }; result: { bytes: ArrayBuffer; size: number } };
  openArtifact: { params: { runId: string; path: string }; result: null };
  openRun: { params: { runId: string; toSide: boolean }; result: null };
  /**
   * How the panel was arranged (JSON), as the workspace keeps it. Of a panel that has an id (`panel`), what is later than `at`; of a new one
   * what it begins with. Nothing where the page has the latest, or nothing is kept.
   */
  readArrangement: { params: { panel?: string; at?: number }; result: { arrangement?: string; at?: number } };
  /** `at`: when that was, later than any time before of the same panel. */
  keepArrangement: { params: { panel: string; at: number; arrangement: string }; result: null };
  /** Runs a Labbook command on runs of this panel (see `panelCommands`). */
  command: { params: { command: PanelCommand; runIds: string[] }; result: null };
  log: { params: { level: 'info' | 'warn' | 'error'; message: string }; result: null };
}

export const panelCommands = [
  'rename',
  'addTag',
  'moveToTrash',
  'undo',
  'restore',
  'copyId',
  'compareSelected',
  'compareWith',
  'openCode',
  'changesSinceRun',
  'openCodeChanges',
  'showArtifacts',
  'changeColour',
  'compareParams',
  'editNotes',
  'registerVersion',
  'markAsEnded',
  'saveViewAs',
  'showLog',
  'restartServer',
  'manageTrust',
] as const;
export type PanelCommand = (typeof panelCommands)[number];

/** Notices from the host to a panel. They say what changed; the panel refetches what it shows. */
export interface PanelNotices {
  /**
   * Runs of the subject changed, are new, or are gone (deleted): asked for again by their ids, `tableRows` leaves those out that are
   * no longer there. `metrics` = curves grew; `runs` = anything else in PanelRun; `artifacts` = files. With `all`, what changed is not
   * known (`runIds` may be empty): read everything afresh.
   */
  changed: { runIds: string[]; metrics: boolean; runs: boolean; artifacts: boolean; all?: boolean };
  /** How many rows of `tableRows` were read so far, while it has no answer; `total` where it is known. */
  tableRead: { read: number; total?: number };
  /** `tableFacts`, or what `runs` tells of metrics, has another answer: a setting, a tag of the experiment. */
  factsChanged: Record<string, never>;
  /** `chartDefaults` has another answer. */
  chartDefaultsChanged: Record<string, never>;
  /** `lostRuns` has another answer, which is here. */
  lostChanged: { runIds: string[] };
  /** Arrange the panel as a saved view says. */
  showView: { name: string };
  /** Save how the panel is arranged; without a name as the view that it shows, else ask for one (the command `saveViewAs`). */
  saveView: { name?: string };
  /** `listViews` has another answer: a file was written, changed or removed, by whomever. */
  viewsChanged: Record<string, never>;
  /** Other runs are shown in charts, by whomever (tree, command, another panel). All of the panel's experiments. */
  shownChanged: { experiments: ExperimentShown[] };
  /** Runs were selected elsewhere (tree, another panel). */
  selected: { runIds: string[] };
  /** The server went away or is back; data stays, with the time of the last answer. */
  connection: {
    /** `restricted`: nothing may start, as the workspace is not trusted. */
    state: 'connected' | 'connecting' | 'disconnected' | 'restricted';
    reason?: string;
    /** Host and port of the server that went away; absent where there was none yet. */
    host?: string;
    /** Milliseconds since it went away; not a time, as the panel's machine may have another clock. */
    awayFor?: number;
    /** Milliseconds until the next try; absent while one is under way, and where there will be none. */
    nextTryIn?: number;
  };
}
