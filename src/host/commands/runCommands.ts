import * as vscode from 'vscode';
import type { TrackingClient } from '../../client/types';
import { tagNames, type Run } from '../../core/model';
import { runColours } from '../../core/runColour';
import { commands, notesScheme, type CommandHandlers } from '../contributions';
import { toNotePath, type NoteSubject } from '../notes/noteUri';
import type { ExperimentMarks } from '../platform/experimentMarks';
import { inMessage, inPick } from '../platform/text';
import { pickRun } from './picks';
import { modelThingOf, runIdsOf, textField, type Thing } from './targets';
import { attempt, clientOf, nameOfRun, preset, say, thingsFor, type Tools } from './tools';

type RunCommands = CommandHandlers<
  | typeof commands.setAsBaseline
  | typeof commands.clearBaseline
  | typeof commands.compareWithBaseline
  | typeof commands.setAsPrimaryMetric
  | typeof commands.changeColour
  | typeof commands.markAsEnded
  | typeof commands.editNotes
>;

/** Stands for the colour of the run's place in the palette. */
const ownColour = 'own';

/** Commands that say something about a run: that it is the baseline, its colour, that it is over, a note. */
export function runCommands(tools: Tools, marks: ExperimentMarks): RunCommands {
  const { t } = vscode.l10n;
  const runsFor = async (target: unknown, selection: unknown, title: string): Promise<Run[]> => {
    const client = await clientOf(tools);
    const ids = runIdsOf(thingsFor(tools, target, selection));
    if (ids.length > 0) {
      return Promise.all(ids.map((id) => client.getRun(id)));
    }
    const run = await pickRun(client, title);
    return run ? [run] : [];
  };
  return {
    [commands.setAsBaseline]: (target) =>
      attempt(tools, t('Could not set the baseline'), async () => {
        const [run] = await runsFor(target, undefined, t('Set as Baseline: choose a run'));
        if (run) {
          await marks.setBaseline(await tools.connection.ready(), run.info.experimentId, run.info.id);
          say(t('{0} is the baseline of its experiment.', nameOfRun(run)));
        }
      }),
    [commands.clearBaseline]: (target) =>
      attempt(tools, t('Could not clear the baseline'), async () => {
        const experimentId = await experimentFor(tools, target);
        if (experimentId !== undefined) {
          await marks.setBaseline(await tools.connection.ready(), experimentId, undefined);
        }
      }),
    [commands.compareWithBaseline]: (target, selection) =>
      attempt(tools, t('Could not compare with the baseline'), async () => {
        const runs = await runsFor(target, selection, t('Compare with Baseline: choose a run'));
        await compareWithBaseline(await clientOf(tools), marks, runs);
      }),
    [commands.setAsPrimaryMetric]: (target) =>
      attempt(tools, t('Could not set the primary metric'), async () => {
        const experimentId = await experimentFor(tools, target);
        const key = textField(target, 'key') ?? (await pickMetricOf(await clientOf(tools), experimentId));
        if (experimentId !== undefined && key !== undefined) {
          await marks.setPrimaryMetric(await tools.connection.ready(), experimentId, { key, aggregate: 'last' });
        }
      }),
    [commands.changeColour]: (target) =>
      attempt(tools, t('Could not change the colour'), async () => {
        const [run] = await runsFor(target, undefined, t('Change Colour: choose a run'));
        const colour = run && (preset(target, 'colour') ?? (await askForColour(run)));
        if (run && colour !== undefined) {
          const client = await clientOf(tools);
          await (colour === ownColour
            ? client.deleteTag(run.info.id, tagNames.runColor)
            : client.setTag(run.info.id, tagNames.runColor, colour));
        }
      }),
    [commands.markAsEnded]: (target, selection) =>
      attempt(tools, t('Could not mark the run as ended'), async () => {
        const runs = (await runsFor(target, selection, t('Mark as Ended: choose a run'))).filter(
          ({ info }) => info.status === 'RUNNING' || info.status === 'SCHEDULED',
        );
        await markAsEnded(await clientOf(tools), runs);
      }),
    [commands.editNotes]: (target) =>
      attempt(tools, t('Could not open the notes'), async () => {
        const found = await noteFor(tools, target);
        if (found) {
          const path = toNotePath(found.subject, found.name);
          const document = await vscode.workspace.openTextDocument(vscode.Uri.from({ scheme: notesScheme, path }));
          await vscode.window.showTextDocument(document, { preview: false });
        }
      }),
  };
}

/** The experiment of an argument, also of a run's or a metric's; asks for nothing. */
async function experimentFor(tools: Tools, target: unknown): Promise<string | undefined> {
  const [thing] = thingsFor(tools, target, undefined);
  const nested: unknown = typeof target === 'object' && target !== null ? Reflect.get(target, 'run') : undefined;
  const known = textField(target, 'experimentId') ?? textField(nested, 'experimentId');
  if (known !== undefined) {
    return known;
  }
  if (thing?.kind === 'experiment') {
    return thing.experimentId;
  }
  const client = await clientOf(tools);
  const run = thing
    ? await client.getRun(thing.runId)
    : await pickRun(client, vscode.l10n.t('Of which run’s experiment?'));
  return run?.info.experimentId;
}

async function compareWithBaseline(
  client: TrackingClient,
  marks: ExperimentMarks,
  runs: readonly Run[],
): Promise<void> {
  const { t } = vscode.l10n;
  const [first] = runs;
  if (first === undefined) {
    return;
  }
  const experiment = await client.getExperiment(first.info.experimentId);
  const baseline = marks.baseline(experiment);
  if (baseline === undefined) {
    throw new Error(t('{0} has no baseline yet; set a run as baseline first', inMessage(experiment.name)));
  }
  const ids = new Set([baseline, ...runs.map(({ info }) => info.id)]);
  if (ids.size < 2) {
    say(t('{0} is the baseline itself.', nameOfRun(first)));
    return;
  }
  const targets = [...ids].map((runId) => ({ runId }));
  await vscode.commands.executeCommand(commands.compareSelected, targets[0], targets);
}

async function pickMetricOf(client: TrackingClient, experimentId: string | undefined): Promise<string | undefined> {
  if (experimentId === undefined) {
    return undefined;
  }
  const { items } = await client.searchRuns({ experimentIds: [experimentId], maxResults: 200 });
  const keys = [...new Set(items.flatMap(({ metrics }) => metrics.map(({ key }) => key)))].sort();
  const picks = keys.map((key) => ({ label: `$(graph-line) ${inPick(key)}`, key }));
  return (await vscode.window.showQuickPick(picks, { title: vscode.l10n.t('Primary metric') }))?.key;
}

/** @returns a colour, `ownColour`, or undefined where the user backs out */
async function askForColour(run: Run): Promise<string | undefined> {
  const { t } = vscode.l10n;
  const names = [
    t('blue'),
    t('orange'),
    t('teal'),
    t('pink'),
    t('yellow'),
    t('violet'),
    t('sky'),
    t('red'),
    t('green'),
    t('brown'),
    t('lilac'),
    t('olive'),
  ];
  const items = [
    { label: `$(discard) ${t('Its own colour')}`, colour: ownColour },
    ...runColours.dark.map((colour, place) => ({
      label: names[place] ?? colour,
      description: colour,
      iconPath: new vscode.ThemeIcon('circle-filled', new vscode.ThemeColor(`labbook.run${place + 1}`)),
      colour,
    })),
  ];
  return (await vscode.window.showQuickPick(items, { title: t('Colour of {0}', nameOfRun(run)) }))?.colour;
}

/** Runs whose script died keep their status; this gives them an end. The script could still be there, so it asks. */
async function markAsEnded(client: TrackingClient, runs: readonly Run[]): Promise<void> {
  const { t } = vscode.l10n;
  const [first] = runs;
  if (first === undefined) {
    say(t('Only a running run can be marked as ended.'));
    return;
  }
  const failed = t('Failed');
  const killed = t('Killed');
  const finished = t('Finished');
  const question =
    runs.length === 1
      ? t('How did {0} end? Its script is not stopped; what it logs later is still taken.', nameOfRun(first))
      : t('How did these {0} runs end? Their scripts are not stopped.', runs.length);
  const choice = await vscode.window.showWarningMessage(question, { modal: true }, failed, killed, finished);
  const status =
    choice === failed ? 'FAILED' : choice === killed ? 'KILLED' : choice === finished ? 'FINISHED' : undefined;
  if (status !== undefined) {
    for (const { info } of runs) {
      await client.updateRun(info.id, { status, endTime: Date.now() });
    }
  }
}

async function noteFor(tools: Tools, target: unknown): Promise<{ subject: NoteSubject; name: string } | undefined> {
  const { t } = vscode.l10n;
  const model = modelThingOf(target);
  if (model?.kind === 'version') {
    const subject = { kind: 'version', id: model.model, version: model.version } as const;
    return { subject, name: t('Notes on {0}', `${model.model} v${model.version}`) };
  }
  if (model) {
    return { subject: { kind: 'model', id: model.model }, name: t('Notes on {0}', model.model) };
  }
  const client = await clientOf(tools);
  let [thing]: (Thing | undefined)[] = thingsFor(tools, target, undefined);
  if (thing === undefined) {
    const run = await pickRun(client, t('Edit the notes of which run?'));
    thing = run && { kind: 'run', runId: run.info.id };
  }
  if (thing?.kind === 'experiment') {
    const { name } = await client.getExperiment(thing.experimentId);
    return { subject: { kind: 'experiment', id: thing.experimentId }, name: t('Notes on {0}', name) };
  }
  if (thing) {
    const { info } = await client.getRun(thing.runId);
    return { subject: { kind: 'run', id: thing.runId }, name: t('Notes on {0}', info.name || info.id) };
  }
  return undefined;
}
