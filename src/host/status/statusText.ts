/** What the status bar says, as pure functions. `t` translates. */
import { formatCount, formatDuration, formatMetric } from '../../core/format';
import { compareInt64 } from '../../core/int64';
import type { Run } from '../../core/model';
import type { ServerState } from '../platform/connection';
import { inMarkdown, inPick, type Translate } from '../platform/text';
import type { OtherVersion } from '../platform/versions';
import type { ExperimentEntry } from '../tree/model';

/** A running run with what is told of it. */
export interface LiveRun {
  readonly run: Run;
  readonly experimentName: string;
  /** `val/acc 0.7574`; empty while nothing is logged. */
  readonly value: string;
  /** Nothing is heard of it any more. */
  readonly isLost: boolean;
}

export interface StatusView {
  readonly text: string;
  /** Markdown in which every name is harmless. */
  readonly tooltip: string;
  /** Scripts cannot log now. */
  readonly isProblem: boolean;
}

/** Running runs of the experiments that were read, newest first, lost ones last. */
export function liveRuns(experiments: readonly ExperimentEntry[], lost: ReadonlySet<string> = new Set()): LiveRun[] {
  const live = experiments.flatMap(({ experiment, list }) =>
    [...(list?.running ?? [])]
      .flatMap((id) => list?.runs.get(id) ?? [])
      .map((run) => {
        const metric = run.metrics.find(({ key }) => key === list?.primaryMetric) ?? run.metrics[0];
        return {
          run,
          experimentName: experiment.name,
          isLost: lost.has(run.info.id),
          value: metric === undefined ? '' : `${metric.key} ${formatMetric(metric.value)}`,
        };
      }),
  );
  return live.sort(
    (a, b) => Number(a.isLost) - Number(b.isLost) || compareInt64(b.run.info.startTime, a.run.info.startTime),
  );
}

/** Beside the runs that go on. */
export interface StatusFacts {
  readonly storeName: string;
  /** Of the whole store; undefined where that is not known. */
  readonly runs?: number | undefined;
  /** Where the server's version is another one than the extension's. */
  readonly versions?: OtherVersion | undefined;
}

/** All runs of the store; undefined where some were not counted, or a filter keeps them away. */
export function allRuns(experiments: readonly ExperimentEntry[], isFiltered: boolean): number | undefined {
  let sum = 0;
  for (const { total, list } of experiments) {
    const count = total ?? (isFiltered || list?.more !== false ? undefined : list.runs.size);
    if (count === undefined) {
      return undefined;
    }
    sum += count;
  }
  return sum;
}

export function statusView(
  state: ServerState,
  live: readonly LiveRun[],
  now: number,
  t: Translate,
  facts: StatusFacts,
): StatusView {
  const { versions } = facts;
  const view = (text: string, lines: readonly string[], isProblem = false): StatusView => ({
    text,
    tooltip: [`**Labbook** ${storeLine(facts, t)}`, ...lines].join('\n\n'),
    isProblem,
  });
  switch (state.kind) {
    case 'off':
      return view('Labbook', [t('Off in Restricted Mode')]);
    case 'starting':
      return view(`$(sync~spin) Labbook`, [t('Looking for the tracking server')]);
    case 'failed':
      return view(`$(debug-disconnect) Labbook`, [t('No tracking server: {0}', inMarkdown(state.reason, 400))], true);
    case 'stopped':
      return view(`$(debug-disconnect) Labbook`, [t('The tracking server is stopped; scripts cannot log.')], true);
    case 'ready':
      return readyView(live, now, t, (text, lines) =>
        view(text, versions === undefined ? lines : [...lines, inMarkdown(restartWords(versions, t))]),
      );
  }
}

function storeLine({ storeName, runs }: StatusFacts, t: Translate): string {
  const name = inMarkdown(storeName, 60);
  if (runs === undefined) {
    return name;
  }
  return runs === 1 ? t('{0}, 1 run', name) : t('{0}, {1} runs', name, formatCount(runs));
}

/** What a restart of the server is good for, where its version is not the extension's. */
export function restartWords({ server, own }: OtherVersion, t: Translate): string {
  return t('The server is version {0}; a restart takes version {1}.', server, own);
}

function readyView(
  live: readonly LiveRun[],
  now: number,
  t: Translate,
  view: (text: string, lines: readonly string[]) => StatusView,
): StatusView {
  const [newest] = live;
  if (newest === undefined) {
    return view('Labbook', [t('No run is running.'), t('Click for what you can do.')]);
  }
  // A lost run is none that goes on.
  const going = live.filter(({ isLost }) => !isLost).length;
  const count = t('{0} running', going);
  const text = newest.isLost || newest.value === '' ? count : `${count} · ${inPick(newest.value)}`;
  const rows = live
    .slice(0, 10)
    .map(({ run, experimentName, value, isLost }) =>
      [
        `**${inMarkdown(run.info.name || run.info.id, 60)}**`,
        inMarkdown(experimentName, 60),
        inMarkdown(value, 80),
        isLost ? t('lost') : inMarkdown(formatDuration(now - Number(run.info.startTime))),
      ]
        .filter((part) => part !== '')
        .join(' · '),
    );
  const more = live.length > rows.length ? [t('{0} more', live.length - rows.length)] : [];
  return view(going === 0 ? 'Labbook' : `$(record) ${text}`, [
    [...rows, ...more].join('  \n'),
    t('Click to list the running runs.'),
  ]);
}
