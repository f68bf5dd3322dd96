import * as vscode from 'vscode';
import { Emitter } from '../../client/emitter';
import type { Better } from '../../core/metricDirection';
import { readSetting } from '../contributions';
import { describe, type Connection } from '../platform/connection';
import { readBetter } from '../platform/directions';
import { oncePerTurn } from '../platform/oncePerTurn';
import { ExperimentMarks } from '../platform/experimentMarks';
import { SelectedRuns } from './selectedRuns';
import { ShownActions } from './shownActions';
import { ShownState } from './shownState';

/** What tree, table and charts have in common: which runs charts draw, and which are selected. */
export class MarkedRuns {
  readonly shown: ShownState;
  readonly selected: SelectedRuns;
  readonly actions: ShownActions;
  readonly marks: ExperimentMarks;
  /** Told when the user says which values of a metric are better: only this workspace's memory has it. */
  readonly directions = new Emitter<void>();
  readonly #newest = oncePerTurn(() => readSetting(vscode.workspace, 'labbook.charts.initialRuns'));
  readonly #better: () => (key: string) => Better | undefined;

  constructor(connection: Connection, memory: vscode.Memento, log: vscode.LogOutputChannel) {
    this.#better = oncePerTurn(() => readBetter(memory, vscode.workspace));
    this.shown = new ShownState(memory, (error) => log.error(`keeping which runs are shown: ${describe(error)}`));
    this.selected = new SelectedRuns(memory, (error) =>
      log.error(`keeping which runs are selected: ${describe(error)}`),
    );
    this.marks = new ExperimentMarks(memory);
    this.actions = new ShownActions(this.shown, {
      session: () => connection.ready(10_000),
      marks: this.marks,
      newest: () => this.newest,
    });
  }

  /** Runs that are shown at the first opening, beside the baseline and those that run. */
  get newest(): number {
    return Math.max(0, Math.round(this.#newest()));
  }

  /** Which values of a metric are better. */
  better(key: string): Better | undefined {
    return this.#better()(key);
  }

  dispose(): void {
    this.shown.dispose();
    this.selected.dispose();
    this.marks.dispose();
    this.directions.dispose();
  }
}
