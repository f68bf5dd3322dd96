import * as vscode from 'vscode';
import { artifactUri } from '../artifacts/fileSystem';
import { commands, type CommandHandlers } from '../contributions';
import type { Panels } from '../panels/panels';
import { pickExperiment, pickRun, pickRuns } from './picks';
import { keepsFocus, runIdsOf, textField } from './targets';
import { attempt, clientOf, thingsFor, type Tools } from './tools';

type OpenCommands = CommandHandlers<
  | typeof commands.openExperiment
  | typeof commands.openRun
  | typeof commands.openRunToSide
  | typeof commands.compareSelected
  | typeof commands.compareWith
  | typeof commands.openArtifact
>;

/** Commands that show something. */
export function openCommands(tools: Tools, panels: Panels): OpenCommands {
  const { t } = vscode.l10n;
  const runsFor = (target: unknown, selection: unknown): string[] => runIdsOf(thingsFor(tools, target, selection));

  const openRuns = (target: unknown, selection: unknown, toSide: boolean): Promise<void> =>
    attempt(tools, t('Could not open the run'), async () => {
      const chosen = runsFor(target, selection);
      const runIds = chosen.length > 0 ? chosen : await askForRun(t('Open Run'));
      for (const runId of runIds) {
        await panels.open({ panel: 'run', runId }, { toSide, keepFocus: keepsFocus(target) });
      }
    });

  const askForRun = async (title: string): Promise<string[]> => {
    const run = await pickRun(await clientOf(tools), title);
    return run ? [run.info.id] : [];
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
    [commands.openExperiment]: (target) =>
      attempt(tools, t('Could not open the experiment'), async () => {
        const [thing] = thingsFor(tools, target, undefined).filter(({ kind }) => kind === 'experiment');
        const experimentId =
          thing?.kind === 'experiment'
            ? thing.experimentId
            : (await pickExperiment(await clientOf(tools), t('Open Experiment')))?.id;
        if (experimentId !== undefined) {
          await panels.open({ panel: 'experiment', experimentId });
        }
      }),
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
        const experimentId =
          textField(target, 'experimentId') ?? (await (await clientOf(tools)).getRun(runId)).info.experimentId;
        await vscode.commands.executeCommand('vscode.open', artifactUri({ experimentId, runId, path }));
      }),
  };
}
