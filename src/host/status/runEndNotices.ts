import * as vscode from 'vscode';
import { formatDuration } from '../../core/format';
import { commands, readSetting } from '../contributions';
import { inMessage } from '../platform/text';
import type { ExperimentsView } from '../tree/experimentsView';
import { RunEnds, toTell, type EndedRun } from './runEnds';

/** Tells in a notification when runs end, as `labbook.notifications.runEnds` says; many at once in one. */
export function watchRunEnds(experiments: ExperimentsView): vscode.Disposable {
  const ends = new RunEnds();
  const listener = experiments.onTouched(() => {
    const ended = ends.look(experiments.catalog.experiments);
    const told = toTell(ended, readSetting(vscode.workspace, 'labbook.notifications.runEnds'));
    if (told.length > 0) {
      void tell(told);
    }
  });
  return new vscode.Disposable(() => listener.dispose());
}

async function tell(ended: readonly EndedRun[]): Promise<void> {
  const { t } = vscode.l10n;
  const [first] = ended;
  if (first === undefined) {
    return;
  }
  if (ended.length > 1) {
    const open = t('Open Experiment');
    const names = ended
      .slice(0, 3)
      .map(({ run }) => inMessage(run.info.name, 40))
      .join(', ');
    const text = t('{0} runs ended: {1}', ended.length, names);
    if ((await vscode.window.showInformationMessage(text, open)) === open) {
      await vscode.commands.executeCommand(commands.openExperiment, { experimentId: first.run.info.experimentId });
    }
    return;
  }
  const { id, name, status, startTime, endTime } = first.run.info;
  const took = endTime === undefined ? '' : formatDuration(Number(endTime) - Number(startTime));
  const open = t('Open Run');
  const shown = inMessage(name || id, 60);
  const choice =
    status === 'FINISHED'
      ? await vscode.window.showInformationMessage(t('{0} finished after {1}.', shown, took), open)
      : status === 'FAILED'
        ? await vscode.window.showWarningMessage(t('{0} failed after {1}.', shown, took), open)
        : await vscode.window.showWarningMessage(t('{0} was killed after {1}.', shown, took), open);
  if (choice === open) {
    await vscode.commands.executeCommand(commands.openRun, { runId: id });
  }
}
