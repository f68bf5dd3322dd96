/** Where the charts of a grid stand, whether they are in the page or not. Pure. */
import { entryOf, type ChartSize } from './arrangement';
import type { Range } from './range';
import type { Section } from './sections';

/** As in charts.css, CSS pixels. */
const look = { padding: 24, gap: 8, head: 26, title: 22, below: 8, frame: { ratio: 2.2, least: 136, most: 300 } };

/** What decides how much room charts take. */
export interface GridRoom {
  /** Of the grid, in CSS pixels. */
  readonly width: number;
  readonly columns: number;
}

/** Charts beside each other: the section's keys from `from` to before `to`. */
export interface ChartRow {
  readonly from: number;
  readonly to: number;
  /** From the first row's top, CSS pixels. */
  readonly top: number;
  readonly height: number;
}

export interface SectionPlan {
  readonly section: Section;
  readonly isOpen: boolean;
  /** From the first section's top, CSS pixels. */
  readonly top: number;
  /** Up to the next section. */
  readonly height: number;
  /** None where it is closed. */
  readonly rows: readonly ChartRow[];
}

/** What of the grid can have the focus. */
export type Stop =
  { readonly kind: 'chart'; readonly metric: string } | { readonly kind: 'head'; readonly section: string };

/** @param isOpen whether a section's charts are shown */
export function planGrid(
  sections: readonly Section[],
  isOpen: (section: Section) => boolean,
  sizes: Readonly<Record<string, ChartSize>>,
  room: GridRoom,
): SectionPlan[] {
  let top = 0;
  return sections.map((section) => {
    const isShown = isOpen(section);
    const rows = isShown ? rowsOf(section.keys, sizes, room) : [];
    const height = look.head + (isShown ? heightOf(rows) + look.below : 0);
    const plan = { section, isOpen: isShown, top, height, rows };
    top += height;
    return plan;
  });
}

/** Of rows and the gaps between them, CSS pixels. */
export function heightOf(rows: readonly ChartRow[]): number {
  const last = rows.at(-1);
  return last ? last.top + last.height : 0;
}

/** As CSS fills a grid: a chart that has no room in its row begins the next one. */
function rowsOf(keys: readonly string[], sizes: Readonly<Record<string, ChartSize>>, room: GridRoom): ChartRow[] {
  const plain = plainHeight(room);
  const rows: ChartRow[] = [];
  let row = { from: 0, top: 0, height: 0, columns: 0 };
  const end = (to: number): void => {
    rows.push({ from: row.from, to, top: row.top, height: row.height });
    row = { from: to, top: row.top + row.height + look.gap, height: 0, columns: 0 };
  };
  for (const [at, key] of keys.entries()) {
    const size = entryOf(sizes, key);
    const span = spanIn(size, room.columns);
    if (row.columns + span > room.columns) {
      end(at);
    }
    row.columns += span;
    row.height = Math.max(row.height, size ? look.title + size.height : plain);
  }
  if (keys.length > 0) {
    end(keys.length);
  }
  return rows;
}

/** Of a chart that nobody resized. Browsers know lengths to the 64th of a pixel. */
function plainHeight({ width, columns }: GridRoom): number {
  const column = (width - look.padding - (columns - 1) * look.gap) / columns;
  const { ratio, least, most } = look.frame;
  return look.title + Math.floor(Math.min(most, Math.max(least, column / ratio)) * 64) / 64;
}

function spanIn(size: ChartSize | undefined, columns: number): number {
  return Math.min(columns, size?.columns ?? 1);
}

/** The rows that are in a part of the grid, from the first to before the last. @param sight from the first section's top */
function rowsIn({ top, rows }: SectionPlan, sight: Range): Range {
  const from = sight.min - top - look.head;
  const to = sight.max - top - look.head;
  const first = rows.findIndex((row) => row.top + row.height > from);
  if (first < 0) {
    return { min: 0, max: 0 };
  }
  const beyond = rows.findIndex((row, at) => at >= first && row.top >= to);
  return { min: first, max: beyond < 0 ? rows.length : Math.max(first, beyond) };
}

/** Rows of a section that are in the page, and how much room those between them take. */
export type RowPart =
  | { readonly kind: 'rows'; readonly from: number; readonly to: number }
  | { readonly kind: 'room'; readonly height: number };

/** @param made the rows that are in the page; may hold one several times */
export function rowParts(rows: readonly ChartRow[], made: ReadonlySet<number>): RowPart[] {
  const parts: RowPart[] = [];
  // Where the next row would begin if nothing were between.
  let next = 0;
  const leave = (height: number): void => {
    if (height > 0) {
      parts.push({ kind: 'room', height });
    }
  };
  for (const [at, { from, to, top, height }] of rows.entries()) {
    if (made.has(at)) {
      leave(top - next - look.gap);
      parts.push({ kind: 'rows', from, to });
      next = top + height + look.gap;
    }
  }
  leave(heightOf(rows) - next);
  return parts;
}

/** A section that is in the page, or the room of those that are not. */
export type GridPart =
  | { readonly kind: 'section'; readonly plan: SectionPlan; readonly rows: Range }
  | { readonly kind: 'room'; readonly height: number; readonly before: string };

/** @param isKept whether a section stays in the page wherever it is */
export function partsIn(
  plans: readonly SectionPlan[],
  sight: Range,
  isKept: (section: Section) => boolean,
): GridPart[] {
  const parts: GridPart[] = [];
  let room = 0;
  const leave = (before: string): void => {
    if (room > 0) {
      parts.push({ kind: 'room', height: room, before });
      room = 0;
    }
  };
  for (const plan of plans) {
    const isInSight = plan.top < sight.max && plan.top + plan.height > sight.min;
    if (isInSight || isKept(plan.section)) {
      leave(plan.section.id);
      parts.push({ kind: 'section', plan, rows: rowsIn(plan, sight) });
    } else {
      room += plan.height;
    }
  }
  leave('');
  return parts;
}

interface Line {
  readonly stops: readonly Stop[];
  /** Columns from the left. */
  readonly lefts: readonly number[];
}

/**
 * From a chart the one beside, or the nearest of what is above or below, charts and headings; from a heading what is before or behind
 * it. Undefined where there is none, or for another key.
 * @param large shown above all sections
 */
export function neighbourOf(
  plans: readonly SectionPlan[],
  sizes: Readonly<Record<string, ChartSize>>,
  columns: number,
  large: string | undefined,
  from: Stop,
  key: string,
): Stop | undefined {
  const lines: Line[] = large === undefined ? [] : [{ stops: [{ kind: 'chart', metric: large }], lefts: [0] }];
  for (const { section, rows } of plans) {
    lines.push({ stops: [{ kind: 'head', section: section.id }], lefts: [0] });
    for (const row of rows) {
      const keys = section.keys.slice(row.from, row.to);
      const spans = keys.map((each) => spanIn(entryOf(sizes, each), columns));
      const lefts = spans.map((_, at) => spans.slice(0, at).reduce((sum, span) => sum + span, 0));
      lines.push({ stops: keys.map((metric) => ({ kind: 'chart', metric })), lefts });
    }
  }
  if (key === 'ArrowLeft' || key === 'ArrowRight') {
    const all = lines.flatMap(({ stops }) => stops);
    const beside = from.kind === 'chart' ? all.filter(({ kind }) => kind === 'chart') : all;
    const at = beside.findIndex((stop) => isSameStop(stop, from));
    return at < 0 ? undefined : beside[at + (key === 'ArrowLeft' ? -1 : 1)];
  }
  const sign = key === 'ArrowUp' ? -1 : key === 'ArrowDown' ? 1 : 0;
  const at = lines.findIndex(({ stops }) => stops.some((stop) => isSameStop(stop, from)));
  const [line, next] = [lines[at], lines[at + sign]];
  if (sign === 0 || !line || !next) {
    return undefined;
  }
  const own = line.lefts[line.stops.findIndex((stop) => isSameStop(stop, from))] ?? 0;
  const off = next.lefts.map((left) => Math.abs(left - own));
  return next.stops[off.indexOf(Math.min(...off))];
}

export function isSameStop(a: Stop, b: Stop): boolean {
  return a.kind === 'chart'
    ? b.kind === 'chart' && a.metric === b.metric
    : b.kind === 'head' && a.section === b.section;
}
