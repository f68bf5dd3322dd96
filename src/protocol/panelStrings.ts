import { plainMessages } from '../core/search/plainMessages';
import { chartStrings } from './chartStrings';
import { tableStrings } from './tableStrings';

/**
 * The texts of the panels: key -> English text, with `{0}`, `{1}` … where values go. The host translates each with
 * `vscode.l10n.t` and hands the result to the panel as JSON; panels use the English text where none was handed over.
 * Whole sentences only: pieces that are glued together cannot be translated.
 */
export const panelStrings = {
  ...tableStrings,
  ...chartStrings,
  ...plainMessages,
  // Everywhere
  loading: 'Loading…',
  tryAgain: 'Try Again',
  tryNow: 'Try Now',
  showLog: 'Show Log',
  clearFind: 'Clear',
  nothingFound: 'Nothing matches “{0}”.',
  panelBroken: 'This part of the panel could not be drawn',
  runsFailed: 'The runs could not be read',
  staleSince: 'Showing what was read at {0}. {1}',
  connecting: 'Connecting to the tracking server…',
  disconnected: 'Not connected to the tracking server since {0}.',
  disconnectedFrom: 'Not connected to {0} since {1}.',
  showingBefore: 'Showing what was read before.',
  nextTry: 'Next try in {0} s.',
  trying: 'Trying to connect…',
  restricted: 'Labbook is off in Restricted Mode',
  restrictedHint: 'It would start a server and read files of this folder.',
  manageTrust: 'Manage Workspace Trust',
  running: 'Running',
  scheduled: 'Scheduled',
  finished: 'Finished',
  failed: 'Failed',
  killed: 'Killed',
  lost: 'Lost',
  oneRun: '{0} run',
  manyRuns: '{0} runs',
  charts: 'Charts',

  // Run
  overview: 'Overview',
  artifacts: 'Artifacts',
  runGone: 'This run is no longer there',
  runGoneHint: 'It was deleted for good.',
  rename: 'Rename',
  inTrash: 'In the trash',
  started: 'Started {0}',
  duration: 'Duration',
  durationSeconds: 'Duration (s)',
  copyId: 'Copy run ID',
  metricsTitle: 'Metrics',
  findMetrics: 'Find metrics',
  name: 'Name',
  trend: 'Trend',
  last: 'Last',
  min: 'Min',
  max: 'Max',
  notes: 'Notes',
  parameters: 'Parameters',
  findParameters: 'Find parameters',
  noParameters: 'No parameters.',
  tags: 'Tags',
  findTags: 'Find tags',
  noTags: 'No tags.',
  showMlflowTag: 'Show {0} tag of MLflow',
  showMlflowTags: 'Show {0} tags of MLflow',
  hideMlflowTags: 'Hide the tags of MLflow',
  empty: 'empty',
  moreLines: '⏎ {0} lines',
  artifactsFailed: 'The artifacts could not be read',
  noArtifacts: 'No artifacts',
  noArtifactsHint: 'Files appear here that a script logs, for example with mlflow.log_artifact.',
  chooseArtifact: 'Choose a file to see it here.',
  openInEditor: 'Open in Editor',
  artifactFailed: '{0} could not be read',
  textCut: 'The first {0} of {1}; the editor has all.',
  noPreview: 'There is no preview of this kind of file.',
  tooLarge: 'This file is too large for a preview.',
  brokenPicture: 'This file is no picture that can be shown.',

  // Compare
  differences: 'Differences',
  tooFewRuns: 'There is nothing to compare',
  tooFewRunsHint: 'Choose two or more runs in the sidebar and compare them.',
  openRun: 'Open {0}',
  compare: 'Compare',
  findRows: 'Find rows',
  metricsDiffer: '{0} of {1} differ',
  showEqual: 'Show {0} equal rows',
  hideEqual: 'Hide {0} equal rows',
  allEqual: 'All are equal.',

  // Experiment
  noRuns: 'No runs yet',
  noRunsHint: 'A run appears here as soon as a script starts one in this experiment.',
  showAll: 'Show all in charts',
  noneShown: 'No run is shown in the charts',
  noneShownHint: 'Show runs by the eye beside their names, or with the Space key.',
} as const satisfies Record<string, string>;

export type PanelStringKey = keyof typeof panelStrings;
