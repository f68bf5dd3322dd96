import * as vscode from 'vscode';
import type { TrackingClient } from '../../client/types';
import type { PanelSubject } from '../../protocol/panels';
import { oneLine } from '../platform/text';
import { experimentIdsOf } from './subjects';

const longest = 60;

/** The title of a subject's tab; without names, until they are known, what kind of panel it is. */
export function panelTitle(subject: PanelSubject, runName?: string, experimentName?: string): string {
  switch (subject.panel) {
    case 'experiment':
      return experimentTitle(oneLine(experimentName ?? '', longest), experimentIdsOf(subject).length - 1);
    case 'run':
      return oneLine(runName ?? '', longest) || vscode.l10n.t('Run');
    case 'compare':
      return vscode.l10n.t('Compare {0} runs', subject.runIds.length);
    case 'chart':
      return oneLine(subject.metric, longest) || vscode.l10n.t('Chart');
  }
}

function experimentTitle(name: string, others: number): string {
  if (name === '') {
    return vscode.l10n.t('Experiment');
  }
  return others === 0 ? name : vscode.l10n.t('{0} and {1} more', name, others);
}

/** The same with the names that the server has. @throws Error where the subject is not there */
export async function readTitle(subject: PanelSubject, client: TrackingClient): Promise<string> {
  switch (subject.panel) {
    case 'experiment':
      return panelTitle(subject, undefined, (await client.getExperiment(subject.experimentId)).name);
    case 'run':
      return panelTitle(subject, (await client.getRun(subject.runId)).info.name);
    case 'compare':
    case 'chart':
      return panelTitle(subject);
  }
}
