import type * as vscode from 'vscode';
import { describe } from '../platform/connection';
import { SelectedRuns } from './selectedRuns';
import { ShownState } from './shownState';

/** What tree, table and charts have in common: which runs charts draw, and which are selected. */
export class MarkedRuns {
  readonly shown: ShownState;
  readonly selected = new SelectedRuns();

  constructor(memory: vscode.Memento, log: vscode.LogOutputChannel) {
    this.shown = new ShownState(memory, (error) => log.error(`keeping which runs are shown: ${describe(error)}`));
  }

  dispose(): void {
    this.shown.dispose();
    this.selected.dispose();
  }
}
