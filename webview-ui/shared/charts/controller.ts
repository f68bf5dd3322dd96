import type { Better } from '../../../src/core/metricDirection';
import type { PanelRun } from '../../../src/protocol/panels';
import type { XSource } from '../../../src/protocol/extras';
import type { RunLook } from '../palette';
import type { PanelSession } from '../session';
import { Store } from '../store';
import { plainCharts, scaleOf, withScale, type ChartsArrangement } from './arrangement';
import type { DrawQueue } from './drawQueue';
import type { Range } from './range';
import type { Reading } from './reading';

/** Where the cross-hair stands. All charts show it, the one with `key` also tells what is there. */
export interface Hover {
  readonly key: string;
  readonly x: number;
  readonly axis: XSource;
  /** How far the chart goes in x. */
  readonly span: number;
  /** What of x was in sight. */
  readonly zoom: Range | undefined;
  /** In drawn order from the top. */
  readonly readings: readonly Reading[];
  /** The curve nearest to the pointer, or chosen by key. */
  readonly nearest: string | undefined;
  /** Where the tooltip points, in the window. */
  readonly left: number;
  readonly top: number;
  /** It stays where it is until it is closed. */
  readonly isKept: boolean;
  /** It was put there by keys, wherever the pointer is. */
  readonly isByKeys: boolean;
}

/** What a chart needs to know of a run. Kept small, so that charts are not drawn anew whenever a value comes. */
export interface ChartRun extends Pick<PanelRun, 'id' | 'name' | 'status'> {
  /** Unix milliseconds; NaN: it is not known. */
  readonly started: number;
}

/** Runs that are drawn as one curve. */
export interface ChartGroup {
  /** Names it among runs and groups. */
  readonly id: string;
  readonly name: string;
  readonly runIds: readonly string[];
}

export interface ChartFailure {
  readonly metric: string;
  readonly text: string;
}

/** What the charts of a panel have in common. */
export interface ChartsView {
  readonly session: PanelSession;
  readonly queue: DrawQueue;
  readonly hover: Store<Hover | undefined>;
  readonly zoom: ZoomControl;
  /** The chart that moves to another place of the page, and takes the focus there. */
  readonly refocused: Store<string | undefined>;
  /** Metrics that are shown as tables; kept while a chart is scrolled out of sight. */
  readonly tables: Store<ReadonlySet<string>>;
  /** What could not be saved or copied, told at its chart until it is closed. */
  readonly failure: Store<ChartFailure | undefined>;
  /** The runs that are drawn. */
  readonly runs: readonly ChartRun[];
  readonly looks: ReadonlyMap<string, RunLook>;
  /** Empty where runs are drawn by themselves. */
  readonly groups: readonly ChartGroup[];
  /** The panel is of one run: values need no name. */
  readonly isSingle: boolean;
  readonly settings: ChartSettings;
  readonly better: (key: string) => Better | undefined;
  /** Significant digits of values: `labbook.table.digits`. */
  readonly digits: number;
  /** Of a run or a group. */
  readonly nameOf: (id: string) => string;
  /** Speaks to a screen reader. */
  readonly say: (text: string) => void;
  /** Hides all runs but these; undefined where the panel cannot. */
  readonly showOnly: ((runIds: readonly string[]) => void) | undefined;
}

/** What of the arrangement makes other pictures of all charts. */
export type ChartSettings = Pick<
  ChartsArrangement,
  'x' | 'xScale' | 'clip' | 'bands' | 'smoothing' | 'groups' | 'groupRuns'
>;

/** Milliseconds after which a zoom that rests, or that goes on, is read finely and remembered. */
const settleTime = { resting: 150, moving: 700 };

/** The x range of all charts while it changes many times a second; the arrangement gets it when it rests. */
export class ZoomControl {
  readonly range: Store<Range | undefined>;
  #timer: number | undefined;
  /** Since when it changes. */
  #since: number | undefined;

  constructor(private readonly session: PanelSession) {
    this.range = new Store(session.state.get().charts.zoom);
  }

  set(range: Range | undefined): void {
    this.range.set(range);
    this.#since ??= performance.now();
    const left = this.#since + settleTime.moving - performance.now();
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.settle(), Math.max(0, Math.min(settleTime.resting, left)));
  }

  /** Hands what is shown to the arrangement now. */
  settle(): void {
    window.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#since = undefined;
    if (this.session.state.get().charts.zoom !== this.range.get()) {
      arrangeCharts(this.session, { zoom: this.range.get() });
    }
  }

  /** Takes what the arrangement says: another view was opened, or the zoom reset. */
  follow(range: Range | undefined): void {
    if (this.#timer === undefined) {
      this.range.set(range);
    }
  }
}

export function arrangeCharts(session: PanelSession, change: Partial<ChartsArrangement>): void {
  session.arrange({ charts: { ...session.state.get().charts, ...change } });
}

/** Shows everything again: x in all charts, y in one, or in all. */
export function resetZoom(view: ChartsView, metric?: string): void {
  const { session, zoom } = view;
  const { yZoom } = session.state.get().charts;
  zoom.set(undefined);
  zoom.settle();
  if (Object.keys(yZoom).length > 0) {
    const others = Object.entries(yZoom).filter(([key]) => metric !== undefined && key !== metric);
    arrangeCharts(session, { yZoom: Object.fromEntries(others) });
  }
}

/** Linear becomes logarithmic, everything else linear. */
export function toggleLog(session: PanelSession, metric: string): void {
  const { charts } = session.state.get();
  arrangeCharts(session, {
    yScales: withScale(charts, metric, scaleOf(charts, metric) === 'linear' ? 'log' : 'linear'),
    yZoom: {},
  });
}

/** Shows a chart large, or none; a tooltip of the other size goes. */
export function showLarge(view: ChartsView, large: string): void {
  view.hover.set(undefined);
  arrangeCharts(view.session, { large });
}

/** Shows the points as a table, or no longer. */
export function toggleTable({ tables }: ChartsView, metric: string): void {
  const next = new Set(tables.get());
  if (!next.delete(metric)) {
    next.add(metric);
  }
  tables.set(next);
}

export function toggleIn(list: readonly string[], item: string): string[] {
  return list.includes(item) ? list.filter((each) => each !== item) : [...list, item];
}

/** As it was before anything was arranged; what the data is read with stays. */
export function resetLayout(session: PanelSession): void {
  const { sections, sectionOrder, order, pinned, hidden, sizes, columns, large, yScales } = plainCharts;
  arrangeCharts(session, { sections, sectionOrder, order, pinned, hidden, sizes, columns, large, yScales });
}

/** Opens Labbook's log. */
export function showLog(view: ChartsView): void {
  view.session.act('command', { command: 'showLog', runIds: [] });
}
