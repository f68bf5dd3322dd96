import * as vscode from 'vscode';
import type { TrackingClient } from '../../client/types';
import type { Experiment, Run, ViewType } from '../../core/model';
import { inPick } from '../platform/text';
import { pickRunsFrom, searchItems } from './runPick';
import type { Thing } from './targets';

/** Asks for one run; undefined where the user backs out. */
export async function pickRun(client: TrackingClient, title: string): Promise<Run | undefined> {
  return (await pickRunsFrom(client, { title, many: false }))?.[0];
}

/** Asks for any number of runs, `without` those that are chosen already. */
export function pickRuns(
  client: TrackingClient,
  title: string,
  without: ReadonlySet<string>,
): Promise<readonly Run[] | undefined> {
  return pickRunsFrom(client, { title, many: true, without });
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
    const runs = await searchItems(client, 'DELETED_ONLY', '');
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
