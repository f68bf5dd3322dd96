/** What a user arranged in the charts of a panel: kept over reloads and in saved views. Never data. Pure. */
import type { GroupCentre, GroupSpread } from '../../../src/core/groupCurves';
import { smoothingFault, smoothingKinds, type Smoothing } from '../../../src/core/smoothing';
import type { XSource } from '../../../src/protocol/extras';
import type { ChartDefaults } from '../../../src/protocol/panels';
import { isRange, type Range } from './range';
import { amountAt } from './smoothingAmount';
import { scaleKinds, type ScaleKind } from './transform';

/** Columns of the grid that a chart takes, and its plot's height in CSS pixels. */
export interface ChartSize {
  readonly columns: number;
  readonly height: number;
}

/** How groups are drawn. */
export interface GroupStyle {
  readonly centre: GroupCentre;
  readonly spread: GroupSpread;
}

/** JSON. Charts are named by their metric, sections by their id. */
export interface ChartsArrangement {
  readonly x: XSource;
  readonly xScale: ScaleKind;
  /** Of all charts that `yScales` does not name. */
  readonly yScale: ScaleKind;
  readonly yScales: Readonly<Record<string, ScaleKind>>;
  /** Off where `isSmoothing` says so. */
  readonly smoothing: Smoothing;
  /** y goes from the 1st to the 99th percentile. */
  readonly clip: boolean;
  /** Bands between minimum and maximum. */
  readonly bands: boolean;
  /** Of all charts, in the unit of `x`; undefined: all. */
  readonly zoom: Range | undefined;
  /** Of single charts, by box zoom. */
  readonly yZoom: Readonly<Record<string, Range>>;
  /** Sections that were opened or closed by hand. */
  readonly sections: Readonly<Record<string, boolean>>;
  /** All sections, once one of them was moved. */
  readonly sectionOrder: readonly string[];
  /** Charts of sections in which one was moved. */
  readonly order: readonly string[];
  readonly pinned: readonly string[];
  readonly hidden: readonly string[];
  readonly sizes: Readonly<Record<string, ChartSize>>;
  /** Columns of the grid; 0: as many as fit. */
  readonly columns: number;
  /** The chart that is shown large; empty: none. */
  readonly large: string;
  /** Whether the list of runs is beside the charts; null: as there is room and need. */
  readonly legend: boolean | null;
  /** null: groups are drawn as their runs. */
  readonly groups: GroupStyle | null;
  /** Whether the runs are drawn behind their group. */
  readonly groupRuns: boolean;
}

export const plainCharts: ChartsArrangement = {
  x: 'step',
  xScale: 'linear',
  yScale: 'linear',
  yScales: {},
  smoothing: { kind: 'ema', amount: 0 },
  clip: false,
  bands: true,
  zoom: undefined,
  yZoom: {},
  sections: {},
  sectionOrder: [],
  order: [],
  pinned: [],
  hidden: [],
  sizes: {},
  columns: 0,
  large: '',
  legend: null,
  groups: { centre: 'mean', spread: 'std' },
  groupRuns: false,
};

export const mostColumns = 6;
export const heights = { least: 90, most: 900 };

const centres: readonly GroupCentre[] = ['mean', 'median'];
const spreads: readonly GroupSpread[] = ['std', 'se', 'ci95', 'iqr', 'range'];

/**
 * An arrangement from what was kept, field by field: it may be of another version, or written by hand.
 * @param defaults for what is missing or does not fit
 */
export function readChartsArrangement(saved: unknown, defaults: ChartsArrangement = plainCharts): ChartsArrangement {
  const from = isRecord(saved) ? saved : {};
  const { columns, groups, legend, x, zoom, large } = from;
  return {
    x: readX(x) ?? defaults.x,
    xScale: oneOf(scaleKinds, from['xScale']) ?? defaults.xScale,
    yScale: oneOf(scaleKinds, from['yScale']) ?? defaults.yScale,
    yScales: entries(from['yScales'], (value) => oneOf(scaleKinds, value)),
    smoothing: readSmoothing(from['smoothing']) ?? defaults.smoothing,
    clip: flag(from['clip'], defaults.clip),
    bands: flag(from['bands'], defaults.bands),
    zoom: isRange(zoom) ? { min: zoom.min, max: zoom.max } : undefined,
    yZoom: entries(from['yZoom'], (value) => (isRange(value) ? { min: value.min, max: value.max } : undefined)),
    sections: entries(from['sections'], (value) => (typeof value === 'boolean' ? value : undefined)),
    sectionOrder: texts(from['sectionOrder']),
    order: texts(from['order']),
    pinned: texts(from['pinned']),
    hidden: texts(from['hidden']),
    sizes: entries(from['sizes'], readSize),
    columns: whole(columns, 0, mostColumns) ?? defaults.columns,
    large: typeof large === 'string' ? large : '',
    legend: typeof legend === 'boolean' ? legend : null,
    groups: groups === null ? null : (readGroups(groups) ?? defaults.groups),
    groupRuns: flag(from['groupRuns'], defaults.groupRuns),
  };
}

/** What settings give, until it is changed by hand. */
const fromSettings = ['x', 'smoothing', 'clip', 'bands'] as const;

/** The arrangement that settings make of charts in which nothing was arranged. */
export function chartsBySettings({ x, smoothing, smoothingKind, clip, bands }: ChartDefaults): ChartsArrangement {
  return {
    ...plainCharts,
    x,
    smoothing: { kind: smoothingKind, amount: smoothing === 0 ? 0 : amountAt(smoothingKind, smoothing) },
    clip,
    bands,
  };
}

/** Charts after the settings changed: what was as they said before is as they say now, what was chosen by hand stays. */
export function followSettings(
  charts: ChartsArrangement,
  before: ChartsArrangement,
  after: ChartsArrangement,
): ChartsArrangement {
  const changed = fromSettings.filter((field) => isAs(charts, before, field) && !isAs(before, after, field));
  const followed = Object.fromEntries(changed.map((field) => [field, after[field]]));
  // A range is of one x only.
  return { ...charts, ...followed, ...(changed.includes('x') ? { zoom: undefined } : {}) };
}

/** What is to be kept of an arrangement: not what is as the settings say, so that it follows them later, too. */
export function withoutSettings(charts: ChartsArrangement, defaults: ChartsArrangement): Partial<ChartsArrangement> {
  const left = new Set<string>(fromSettings.filter((field) => isAs(charts, defaults, field)));
  return Object.fromEntries(Object.entries(charts).filter(([key]) => !left.has(key)));
}

function isAs(a: ChartsArrangement, b: ChartsArrangement, field: (typeof fromSettings)[number]): boolean {
  return JSON.stringify(a[field]) === JSON.stringify(b[field]);
}

/** Whether a smoothing changes a curve at all. */
export function isSmoothing({ kind, amount }: Smoothing): boolean {
  return kind === 'mean' || kind === 'median' ? amount > 1 : amount > 0;
}

/** Names what x is, so that data of different x are told apart. */
export function idOfX(x: XSource): string {
  return typeof x === 'string' ? x : `= ${x.expression}`;
}

export function scaleOf(charts: Pick<ChartsArrangement, 'yScale' | 'yScales'>, metric: string): ScaleKind {
  return entryOf(charts.yScales, metric) ?? charts.yScale;
}

/** What a record holds by itself: a metric may be named as something that all objects have. */
export function entryOf<Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** The scales of single charts after one of them was chosen. */
export function withScale(charts: ChartsArrangement, metric: string, kind: ScaleKind): ChartsArrangement['yScales'] {
  return withEntry(charts.yScales, metric, kind === charts.yScale ? undefined : kind);
}

/** A record with another value at a key; undefined: without it. */
export function withEntry<Value>(
  record: Readonly<Record<string, Value>>,
  key: string,
  value: Value | undefined,
): Record<string, Value> {
  const others = Object.entries(record).filter(([each]) => each !== key);
  return Object.fromEntries(value === undefined ? others : [...others, [key, value]]);
}

function readSmoothing(value: unknown): Smoothing | undefined {
  const kind = isRecord(value) ? oneOf(smoothingKinds, value['kind']) : undefined;
  const amount = isRecord(value) ? value['amount'] : undefined;
  if (kind === undefined || typeof amount !== 'number') {
    return undefined;
  }
  const smoothing = { kind, amount };
  return amount === 0 || smoothingFault(smoothing) === undefined ? smoothing : undefined;
}

function readSize(value: unknown): ChartSize | undefined {
  const columns = isRecord(value) ? whole(value['columns'], 1, mostColumns) : undefined;
  const height = isRecord(value) ? whole(value['height'], heights.least, heights.most) : undefined;
  return columns === undefined || height === undefined ? undefined : { columns, height };
}

function readGroups(value: unknown): GroupStyle | undefined {
  const centre = isRecord(value) ? oneOf(centres, value['centre']) : undefined;
  const spread = isRecord(value) ? oneOf(spreads, value['spread']) : undefined;
  return centre && spread ? { centre, spread } : undefined;
}

function readX(value: unknown): XSource | undefined {
  if (value === 'step' || value === 'time' || value === 'relative') {
    return value;
  }
  const expression = isRecord(value) ? value['expression'] : undefined;
  return typeof expression === 'string' && expression.length <= 1000 ? { expression } : undefined;
}

function isRecord(value: unknown): value is Partial<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function oneOf<Value extends string>(all: readonly Value[], value: unknown): Value | undefined {
  return all.find((each) => each === value);
}

function flag(value: unknown, otherwise: boolean): boolean {
  return typeof value === 'boolean' ? value : otherwise;
}

function whole(value: unknown, least: number, most: number): number | undefined {
  return typeof value === 'number' && value >= least && value <= most ? Math.round(value) : undefined;
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? [...new Set(value.filter((each) => typeof each === 'string'))] : [];
}

function entries<Value>(value: unknown, read: (each: unknown) => Value | undefined): Record<string, Value> {
  const found: [string, Value][] = [];
  for (const [key, each] of isRecord(value) && !Array.isArray(value) ? Object.entries(value) : []) {
    const good = read(each);
    if (good !== undefined) {
      found.push([key, good]);
    }
  }
  return Object.fromEntries(found);
}
