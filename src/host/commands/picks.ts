import * as vscode from 'vscode';
import type { TrackingClient } from '../../client/types';
import { formatAgo, formatMetric } from '../../core/format';
import type { Experiment, Run, ViewType } from '../../core/model';
import { readSetting } from '../contributions';
import { inPick } from '../platform/text';
import { statusWord } from '../tree/nodes';
import { pickMetric } from '../../core/primaryMetric';
import type { Thing } from './targets';

/** Runs that a pick lists at most; the newest. */
const listedRuns = 500;

interface RunItem extends vscode.QuickPickItem {
  readonly run: Run;
}

/** Asks for one run; undefined where the user backs out. */
export async function pickRun(
  client: TrackingClient,
  title: string,
  view: ViewType = 'ACTIVE_ONLY',
): Promise<Run | undefined> {
  const items = runItems(client, view, new Set());
  return (await vscode.window.showQuickPick(items, options(title)))?.run;
}

/** Asks for any number of runs, `without` those that are chosen already. */
export async function pickRuns(
  client: TrackingClient,
  title: string,
  without: ReadonlySet<string>,
): Promise<readonly Run[] | undefined> {
  const items = runItems(client, 'ACTIVE_ONLY', without);
  const chosen = await vscode.window.showQuickPick(items, { ...options(title), canPickMany: true });
  return chosen?.map(({ run }) => run);
}

export async function pickExperiment(
  client: TrackingClient,
  title: string,
  view: ViewType = 'ACTIVE_ONLY',
): Promise<Experiment | undefined> {
  const items = client
    .allExperiments({ view })
    .then((all) => all.map((experiment) => ({ label: `$(beaker) ${inPick(experiment.name)}`, experiment })));
  return (await vscode.window.showQuickPick(items, options(title)))?.experiment;
}

/** Asks for a run or an experiment that is in the trash. */
export async function pickFromTrash(client: TrackingClient, title: string): Promise<readonly Thing[] | undefined> {
  const load = async (): Promise<(vscode.QuickPickItem & { thing: Thing })[]> => {
    const experiments = await client.allExperiments({ view: 'DELETED_ONLY' });
    const runs = await runItems(client, 'DELETED_ONLY', new Set());
    return [
      ...experiments.map(({ id, name }) => ({
        label: `$(beaker) ${inPick(name)}`,
        thing: { kind: 'experiment', experimentId: id } as const,
      })),
      ...runs.map(({ run, ...item }) => ({ ...item, thing: { kind: 'run', runId: run.info.id } as const })),
    ];
  };
  const chosen = await vscode.window.showQuickPick(load(), { ...options(title), canPickMany: true });
  return chosen?.map(({ thing }) => thing);
}

function options(title: string): vscode.QuickPickOptions {
  return { title, matchOnDescription: true, matchOnDetail: true };
}

async function runItems(client: TrackingClient, view: ViewType, without: ReadonlySet<string>): Promise<RunItem[]> {
  const experiments = await client.allExperiments();
  const names = new Map(experiments.map(({ id, name }) => [id, name]));
  if (names.size === 0) {
    return [];
  }
  const patterns = readSetting(vscode.workspace, 'labbook.metrics.primary');
  const page = await client.searchRuns({ experimentIds: [...names.keys()], view, maxResults: listedRuns });
  return page.items
    .filter(({ info }) => !without.has(info.id))
    .map((run) => ({
      run,
      label: `$(graph-line) ${inPick(run.info.name || run.info.id)}`,
      description: inPick(names.get(run.info.experimentId) ?? ''),
      detail: inPick(
        [statusWord(run.info.status, vscode.l10n.t), metricOf(run, patterns), formatAgo(run.info.startTime, Date.now())]
          .filter((part) => part !== '')
          .join(' · '),
      ),
    }));
}

function metricOf(run: Run, patterns: readonly string[]): string {
  const key = pickMetric(
    run.metrics.map((each) => each.key),
    patterns,
  );
  const metric = run.metrics.find((each) => each.key === key);
  return metric ? `${metric.key} ${formatMetric(metric.value)}` : '';
}
