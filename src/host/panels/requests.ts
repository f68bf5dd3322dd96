import * as vscode from 'vscode';
import { RequestError } from '../../client/requestError';
import type { TrackingClient } from '../../client/types';
import type { Experiment, Run } from '../../core/model';
import type { PanelRequests, PanelSubject } from '../../protocol/panels';
import type { Handlers } from '../../protocol/rpc';
import { commands, manageTrust, readSetting } from '../contributions';
import { arrangementRequests, type ArrangementContext } from './arrangementRequests';
import { readChartDefaults } from './chartDefaults';
import { experimentRequests, type ExperimentContext } from './experimentRequests';
import { requests } from './messages';
import { experimentIdsOf } from './subjects';
import { panelTitle } from './titles';
import { toPanelRun } from './panelRun';

/** A panel as the handlers of its requests see it. */
export interface PanelContext extends ExperimentContext, ArrangementContext {
  /** Ids of running runs of which nothing is heard any more. */
  readonly lost: () => ReadonlySet<string>;
  /** Told when a page begins: also one that is shown again, or after a reload. */
  readonly onPage: () => void;
  readonly log: vscode.LogOutputChannel;
}

type Answers<Method extends keyof PanelRequests> = Pick<Handlers<PanelRequests>, Method>;

/**
 * All requests of the panels. Each feature answers its own; a request that none answers does not compile.
 */
export function panelRequests(panel: PanelContext): Handlers<PanelRequests> {
  return {
    ...readRequests(panel),
    ...artifactRequests(panel),
    ...actionRequests(panel),
    ...arrangementRequests(panel),
    ...experimentRequests(panel),
  };
}

function readRequests(panel: PanelContext): Answers<'subject' | 'chartDefaults' | 'lostRuns' | 'runs' | 'series'> {
  return {
    subject: () => {
      panel.onPage();
      return panel.subject;
    },
    chartDefaults: () => readChartDefaults(vscode.workspace),
    lostRuns: () => ({ runIds: [...panel.lost()] }),
    runs: async (params, signal) => {
      const { limit = readSetting(vscode.workspace, 'labbook.charts.initialRuns') } = requests.runs.parse(params);
      return readRuns(panel, await panel.client(), limit, signal);
    },
    series: async (params, signal) => {
      const { runIds, keys, x, maxPoints, range, smoothing, known } = requests.series.parse(params);
      const client = await panel.client();
      return client.seriesBuffer(
        {
          run_ids: runIds,
          keys,
          x,
          max_points: maxPoints,
          ...(range === undefined ? {} : { range }),
          ...(smoothing === undefined ? {} : { smoothing }),
          ...(known === undefined
            ? {}
            : { known: known.map(({ runId, key, version }) => ({ run_id: runId, key, version })) }),
        },
        { signal },
      );
    },
  };
}

function artifactRequests(panel: PanelContext): Answers<'artifacts' | 'artifact' | 'openArtifact'> {
  return {
    artifacts: async (params, signal) => {
      const { runId, path } = requests.artifacts.parse(params);
      const entries = await (await panel.client()).listArtifacts(runId, path, { signal });
      return {
        entries: entries.map(({ size, ...entry }) => ({ ...entry, ...(size === undefined ? {} : { size }) })),
      };
    },
    artifact: async (params, signal) => {
      const { runId, path, limit } = requests.artifact.parse(params);
      const client = await panel.client();
      const run = await client.getRun(runId, { signal });
      const { bytes, size } = await client.readArtifact(run.info, path, { limit, signal });
      const { buffer, byteOffset, byteLength } = bytes;
      const whole = byteLength === buffer.byteLength;
      return { bytes: whole ? buffer : buffer.slice(byteOffset, byteOffset + byteLength), size };
    },
    openArtifact: async (params) => {
      await vscode.commands.executeCommand(commands.openArtifact, requests.openArtifact.parse(params));
      return null;
    },
  };
}

function actionRequests(panel: PanelContext): Answers<'openRun' | 'command' | 'log'> {
  return {
    openRun: async (params) => {
      const { runId, toSide } = requests.openRun.parse(params);
      await vscode.commands.executeCommand(toSide ? commands.openRunToSide : commands.openRun, { runId });
      return null;
    },
    command: async (params) => {
      const { command, runIds } = requests.command.parse(params);
      if (command === 'manageTrust') {
        await vscode.commands.executeCommand(manageTrust);
        return null;
      }
      const targets = runIds.map((runId) => ({ runId }));
      await vscode.commands.executeCommand(commands[command], targets[0], targets);
      return null;
    },
    log: (params) => {
      const { level, message } = requests.log.parse(params);
      panel.log[level](`panel ${panel.subject.panel}: ${message}`);
      return null;
    },
  };
}

async function readRuns(
  panel: PanelContext,
  client: TrackingClient,
  limit: number,
  signal: AbortSignal,
): Promise<PanelRequests['runs']['result']> {
  const { subject } = panel;
  const { runs, more } = await runsOf(subject, client, limit, signal);
  const slots = await client.slots(
    runs.map(({ info }) => info.id),
    { signal },
  );
  const experimentIds = new Set(runs.map(({ info }) => info.experimentId));
  experimentIdsOf(subject).forEach((id) => experimentIds.add(id));
  const experiments: Experiment[] = [];
  for (const id of experimentIds) {
    experiments.push(await client.getExperiment(id, { signal }));
  }
  const names = new Map(experiments.map(({ id, name }) => [id, name]));
  const slotOf = (run: Run, place: number): number => slots?.get(run.info.id) ?? runs.length - 1 - place;
  const [first] = experiments;
  const experimentName = (subject.panel === 'experiment' ? names.get(subject.experimentId) : first?.name) ?? '';
  const keys = new Set(runs.flatMap(({ metrics }) => metrics.map(({ key }) => key)));
  const primary = first && panel.facts.primaryOf(first, keys);
  panel.setTitle(panelTitle(subject, runs[0]?.info.name, experimentName));
  return {
    runs: runs.map((run, place) => toPanelRun(run, slotOf(run, place), names.get(run.info.experimentId) ?? '')),
    // MLflow's API does not count runs: of a server that has no more than that it is known only that there are more.
    total: more
      ? Math.max(runs.length + 1, (await client.countRuns(experimentIdsOf(subject), 'active', { signal })) ?? 0)
      : runs.length,
    experimentName,
    ...(primary === undefined ? {} : { primary }),
    metricFacts: panel.facts.ofMetrics(),
  };
}

async function runsOf(
  subject: PanelSubject,
  client: TrackingClient,
  limit: number,
  signal: AbortSignal,
): Promise<{ runs: readonly Run[]; more: boolean }> {
  if (subject.panel === 'experiment') {
    const page = await client.searchRuns({ experimentIds: experimentIdsOf(subject), maxResults: limit }, { signal });
    return { runs: page.items, more: page.nextPageToken !== undefined };
  }
  if (subject.panel === 'run') {
    return { runs: [await client.getRun(subject.runId, { signal })], more: false };
  }
  const runs: Run[] = [];
  for (const id of subject.runIds) {
    try {
      runs.push(await client.getRun(id, { signal }));
    } catch (error) {
      // A run that was deleted for good since leaves the comparison of the others.
      if (!(error instanceof RequestError && error.status === 404)) {
        throw error;
      }
    }
  }
  return { runs, more: false };
}
