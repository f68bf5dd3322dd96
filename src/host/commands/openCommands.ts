import * as vscode from 'vscode';
import { namedArtifactUri } from '../artifacts/fileSystem';
import type { TrackingClient } from '../../client/types';
import { formatBytes } from '../../core/format';
import type { Run } from '../../core/model';
import type { PanelSubject } from '../../protocol/panels';
import { commands, readSetting, type CommandHandlers } from '../contributions';
import type { Panels } from '../panels/panels';
import { inMessage } from '../platform/text';
import type { TextDocuments } from '../platform/textDocuments';
import { pickExperiment, pickRun, pickRuns } from './picks';
import { isByKey, keepsFocus, runIdsOf, textField, type Thing } from './targets';
import { attempt, clientOf, thingsFor, thingsOrAsk, type Tools } from './tools';

type OpenCommands = CommandHandlers<
  | typeof commands.openExperiment
  | typeof commands.openExperimentToSide
  | typeof commands.openRun
  | typeof commands.openRunToSide
  | typeof commands.compareSelected
  | typeof commands.compareWith
  | typeof commands.openArtifact
>;

/** Commands that show something. */
export function openCommands(tools: Tools, panels: Panels, texts: TextDocuments): OpenCommands {
  const { t } = vscode.l10n;
  const runsFor = (target: unknown, selection: unknown): string[] => runIdsOf(thingsFor(tools, target, selection));

  const openRuns = (target: unknown, selection: unknown, toSide: boolean): Promise<void> =>
    attempt(tools, t('Could not open the run'), async () => {
      const things = await thingsOrAsk(tools, target, selection, () => askForRun(t('Open Run')));
      for (const runId of runIdsOf(things)) {
        await panels.open({ panel: 'run', runId }, { toSide, keepFocus: keepsFocus(target) });
      }
      // The key in the tree is for experiments, too.
      const subject = isByKey(target) ? experimentsIn(things) : undefined;
      if (subject) {
        await panels.open(subject, { toSide });
      }
    });

  const experimentsFor = (target: unknown, selection: unknown): PanelSubject | undefined =>
    target === undefined ? undefined : experimentsIn(thingsFor(tools, target, selection));

  const askForExperiment = async (title: string): Promise<PanelSubject | undefined> => {
    const picked = await pickExperiment(await clientOf(tools), title);
    return picked && { panel: 'experiment', experimentId: picked.id };
  };

  const openExperiments = (
    target: unknown,
    choose: () => Promise<PanelSubject | undefined>,
    toSide = false,
  ): Promise<void> =>
    attempt(tools, t('Could not open the experiment'), async () => {
      const subject = await choose();
      if (subject) {
        await panels.open(subject, { toSide, keepFocus: keepsFocus(target) });
      }
    });

  const askForRun = async (title: string): Promise<Thing[]> => {
    const run = await pickRun(await clientOf(tools), title);
    return run ? [{ kind: 'run', runId: run.info.id }] : [];
  };

  const compare = (first: readonly string[], ask: boolean): Promise<void> =>
    attempt(tools, t('Could not compare the runs'), async () => {
      const runIds = new Set(first);
      if (ask || runIds.size < 2) {
        const title =
          runIds.size === 0 ? t('Compare: choose two or more runs') : t('Compare with: choose one or more runs');
        const others = await pickRuns(await clientOf(tools), title, runIds);
        others?.forEach(({ info }) => runIds.add(info.id));
      }
      if (runIds.size >= 2) {
        await panels.open({ panel: 'compare', runIds: [...runIds] });
      }
    });

  return {
    // From the palette it asks, also while an experiment is selected in the tree: a click opens that one.
    [commands.openExperiment]: (target, selection) =>
      openExperiments(target, async () => experimentsFor(target, selection) ?? askForExperiment(t('Open Experiment'))),
    [commands.openExperimentToSide]: (target, selection) =>
      openExperiments(
        target,
        async () =>
          experimentsFor(target, selection) ??
          panels.activeExperiment?.subject ??
          askForExperiment(t('Open Experiment to the Side')),
        true,
      ),
    // Opening many runs at once is a slip of the hand more often than a wish, so only what was clicked is opened.
    [commands.openRun]: (target) => openRuns(target, undefined, false),
    [commands.openRunToSide]: (target) => openRuns(target, undefined, true),
    [commands.compareSelected]: (target, selection) => compare(runsFor(target, selection), false),
    [commands.compareWith]: (target, selection) => compare(runsFor(target, selection), true),
    [commands.openArtifact]: (target) =>
      attempt(tools, t('Could not open the artifact'), async () => {
        const runId = textField(target, 'runId');
        const path = textField(target, 'path');
        if (runId === undefined || path === undefined) {
          return;
        }
        const client = await clientOf(tools);
        await openArtifact(client, texts, await client.getRun(runId), path);
      }),
  };
}

/** The experiments among what was chosen, all in one panel. */
function experimentsIn(things: readonly Thing[]): PanelSubject | undefined {
  const [experimentId, ...more] = things.flatMap((thing) => (thing.kind === 'experiment' ? [thing.experimentId] : []));
  return experimentId === undefined
    ? undefined
    : { panel: 'experiment', experimentId, ...(more.length > 0 ? { moreExperimentIds: more } : {}) };
}

/** Bytes of a large file that are shown as its beginning. */
const headBytes = 1_000_000;

/** Opens a file in VS Code's own editor for its kind; a large one only after asking, or its beginning alone. */
async function openArtifact(client: TrackingClient, texts: TextDocuments, run: Run, path: string): Promise<void> {
  const { t } = vscode.l10n;
  const { id: runId } = run.info;
  const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
  const size = (await client.listArtifacts(runId, folder)).find((entry) => entry.path === path)?.size ?? 0;
  const limit = readSetting(vscode.workspace, 'labbook.artifacts.previewMB') * 1e6;
  if (size > limit) {
    const beginning = t('Show the First {0}', formatBytes(headBytes));
    const anyway = t('Open Anyway');
    const save = t('Save As...');
    const name = path.slice(path.lastIndexOf('/') + 1);
    const question = t('{0} has {1}.', inMessage(name), formatBytes(size));
    const choice = await vscode.window.showInformationMessage(question, { modal: true }, beginning, save, anyway);
    if (choice === save) {
      await vscode.commands.executeCommand(commands.saveArtifactAs, { runId, path });
    }
    if (choice === beginning) {
      const { bytes } = await client.readArtifact(run.info, path, { limit: headBytes });
      const uri = texts.put(`head ${runId} ${path}`, name, new TextDecoder().decode(bytes));
      await vscode.window.showTextDocument(uri);
    }
    if (choice !== anyway) {
      return;
    }
  }
  await vscode.commands.executeCommand('vscode.open', await namedArtifactUri(client, run, path));
}
