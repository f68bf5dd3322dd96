import type { XAxis } from '../../../src/protocol/extras';
import type { PanelRun } from '../../../src/protocol/panels';
import type { RunLook } from '../palette';
import type { Range } from '../panelState';
import type { PanelSession } from '../session';
import type { Store } from '../store';
import type { Reading } from './reading';

/** Where the cross-hair stands. All charts show it, the one with `key` also tells what is there. */
export interface Hover {
  readonly key: string;
  readonly x: number;
  readonly axis: XAxis;
  /** How far the chart goes in x. */
  readonly span: number;
  /** In drawn order from the top. */
  readonly readings: readonly Reading[];
  /** The run nearest to the pointer, or chosen by key. */
  readonly nearest: string | undefined;
  /** Where the tooltip points, in the window. */
  readonly left: number;
  readonly top: number;
}

/** What a chart needs to know of a run. Kept small, so that charts are not drawn anew whenever a value comes. */
export type ChartRun = Pick<PanelRun, 'id' | 'name' | 'status'>;

/** What the charts of a panel have in common. */
export interface ChartsView {
  readonly session: PanelSession;
  readonly hover: Store<Hover | undefined>;
  /** The runs that are drawn. */
  readonly runs: readonly ChartRun[];
  readonly looks: ReadonlyMap<string, RunLook>;
  /** The panel is of one run: values need no name. */
  readonly isSingle: boolean;
  readonly axis: XAxis;
  readonly zoom: Range | undefined;
  /** Speaks to a screen reader. */
  readonly say: (text: string) => void;
}

export function isLog(state: { logY: boolean; oddLog: readonly string[] }, key: string): boolean {
  return state.logY !== state.oddLog.includes(key);
}

export function toggleLog(session: PanelSession, key: string): void {
  const { oddLog } = session.state.get();
  session.arrange({ oddLog: oddLog.includes(key) ? oddLog.filter((each) => each !== key) : [...oddLog, key] });
}
